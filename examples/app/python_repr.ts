/** Values as Python shows them, so that these programs print the same lines as their originals. */

import { repr as bytesRepr } from "@libc/socket/bytes";

/** What Python's `str()` returns: a string as it is, anything else by {@linkcode repr}. */
export function str(value: unknown): string {
  return typeof value === "string" ? value : repr(value);
}

/** What Python's `repr()` returns for bytes, and for what JSON can hold. An array is a list. */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return quoted(value);
  if (value instanceof Uint8Array) return bytesRepr(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (typeof value === "object") {
    const items = Object.entries(value);
    return `{${
      items.map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(", ")
    }}`;
  }
  return String(value);
}

/** What Python's `repr()` returns for an address: an array is a tuple there. */
export function tuple(items: unknown): string {
  if (!Array.isArray(items)) return repr(items);
  return `(${items.map(repr).join(", ")}${items.length === 1 ? "," : ""})`;
}

const ESCAPES = new Map([["\\", "\\\\"], ["\t", "\\t"], ["\n", "\\n"], [
  "\r",
  "\\r",
]]);

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = Array.from(text, (character) => {
    if (character === quote) return `\\${quote}`;
    return ESCAPES.get(character) ??
      (/[^\p{C}\p{Z}]| /u.test(character) ? character : numbered(character));
  });
  return `${quote}${escaped.join("")}${quote}`;
}

/** A character as an escape sequence: `\x1b`, `\u200b`, `\U000e0001`. */
function numbered(character: string): string {
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return code < 0x10000
    ? `\\u${digits.padStart(4, "0")}`
    : `\\U${digits.padStart(8, "0")}`;
}
