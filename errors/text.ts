/** What errors show of values: bytes, addresses and file names. */

import { type Bytes, bytes, describe, isBytes } from "./arguments.ts";

const NAMED: Readonly<Record<string, string>> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\\": "\\\\",
};

/** What each byte looks like between the quotes; made at first use. */
let shown: string[] | undefined;

function makeShown(): string[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return NAMED[character] ??
      (/[ -~]/.test(character)
        ? character
        : `\\x${byte.toString(16).padStart(2, "0")}`);
  });
}

const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;

/**
 * Shows bytes as Python's `repr()` does.
 *
 * @param name what an error calls them
 * @param data the bytes
 * @throws {TypeError} if it is not bytes, or its buffer was detached
 */
export function bytesText(name: string, data: Bytes): string {
  const all = bytes(name, data);
  shown ??= makeShown();
  const single = !all.includes(QUOTE) || all.includes(DOUBLE_QUOTE);
  let text = single ? "b'" : 'b"';
  for (const byte of all) {
    text += byte === QUOTE && single ? "\\'" : shown[byte];
  }
  return text + (single ? "'" : '"');
}

/** Shows an address as it is written in TypeScript: `["127.0.0.1",80]`; bytes as Python does. */
export function addressText(address: unknown): string {
  try {
    if (Array.isArray(address)) return `[${address.map(addressText).join()}]`;
    if (isBytes(address)) return bytesText("address", address);
    return typeof address === "object" && address !== null
      ? describe(address)
      : JSON.stringify(address) ?? String(address);
  } catch { // a bigint, or what only looks like an address
    return typeof address === "object" ? describe(address) : String(address);
  }
}

/** Shows a file name as Python does: `'/run/x.sock'`. */
export function filenameText(filename: string | Bytes): string {
  if (typeof filename !== "string") return addressText(filename);
  const text = JSON.stringify(filename);
  return text.includes("'")
    ? text
    : `'${text.slice(1, -1).replaceAll('\\"', '"')}'`;
}
