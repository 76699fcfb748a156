/** Bytes shown as Python shows them. */

import { type Bytes, bytes } from "../errors/arguments.ts";

const NAMED: Readonly<Record<string, string>> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\\": "\\\\",
};

/** What each byte looks like between the quotes. */
const shown = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return NAMED[character] ??
    (/[ -~]/.test(character)
      ? character
      : `\\x${byte.toString(16).padStart(2, "0")}`);
});

const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;

/**
 * Bytes as Python's `repr()` and `print()` show them: `b'GET / HTTP/1.0\r\n'`.
 *
 * Between single quotes; between double quotes if the bytes have single quotes and no double ones.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, repr } from "../bytes.ts";
 *
 * assertEquals(repr(b("\x7fELF\0")), "b'\\x7fELF\\x00'");
 * assertEquals(repr(b("it's")), `b"it's"`);
 * ```
 *
 * @param data the bytes
 * @returns the bytes as a Python literal
 * @throws {TypeError} if it is not bytes, or its buffer was detached
 */
export function repr(data: Bytes): string {
  const all = bytes("data", data);
  const single = !all.includes(QUOTE) || all.includes(DOUBLE_QUOTE);
  let text = single ? "b'" : 'b"';
  for (const byte of all) {
    text += byte === QUOTE && single ? "\\'" : shown[byte];
  }
  return text + (single ? "'" : '"');
}
