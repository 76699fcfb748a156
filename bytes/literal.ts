/** Bytes written as text: Python's `b"..."`. */

import { rangeError, typeError } from "../constants/stack.ts";
import { type Bytes, bytes, describe } from "../errors/arguments.ts";
import { concat } from "./concat.ts";

/**
 * Bytes from a string, one byte a character, as Python's `b"..."`: `b("\x16\x03\x01")`.
 *
 * A character is the byte of its number, from U+0000 to U+00FF. This is not UTF-8: `b("é")` is
 * the one byte `0xe9`. To send text, encode it: `new TextEncoder().encode(text)`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b } from "@libc/socket/bytes";
 *
 * assertEquals(b("OK\r\n\xff"), new Uint8Array([79, 75, 13, 10, 255]));
 * ```
 *
 * @param text the bytes as characters
 * @returns new bytes, as many as the string's `length`
 * @throws {TypeError} if it is not a string
 * @throws {RangeError} if a character is beyond U+00FF
 * @category Bytes
 */
export function b(text: string): Uint8Array<ArrayBuffer>;
/**
 * Bytes from a template: ``b`\x05\x01${length}` ``.
 *
 * As in Python, what you type is ASCII, and the other bytes are escapes such as `\xe9`. Values in
 * the template are bytes, or strings as {@linkcode b} takes them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, pack } from "@libc/socket/bytes";
 *
 * const name = b("example.org");
 * assertEquals(b`\x03${pack("B", 11)}${name}\0P`, b("\x03\x0bexample.org\x00\x50"));
 * ```
 *
 * @param template the parts between the values
 * @param values the values
 * @returns new bytes
 * @throws {TypeError} if a value is neither bytes nor a string
 * @throws {RangeError} if a typed character is not ASCII, if an escape is invalid or beyond `\xff`,
 * or if a value has a character beyond U+00FF
 */
export function b(
  template: TemplateStringsArray,
  ...values: (string | Bytes)[]
): Uint8Array<ArrayBuffer>;
export function b(
  text: string | TemplateStringsArray,
  ...values: (string | Bytes)[]
): Uint8Array<ArrayBuffer> {
  if (typeof text === "string") return characters("text", text);
  if (!Array.isArray(text) || !Array.isArray(text.raw)) {
    throw typeError(`text must be a string, not ${describe(text)}`);
  }
  const parts: Bytes[] = [literal(text, 0)];
  for (const [i, value] of values.entries()) {
    const name = `values[${i}]`;
    parts.push(
      typeof value === "string" ? characters(name, value) : bytes(name, value),
      literal(text, i + 1),
    );
  }
  return concat(...parts);
}

/** The bytes of a part of a template. */
function literal(
  template: TemplateStringsArray,
  i: number,
): Uint8Array<ArrayBuffer> {
  const typed = template.raw[i];
  if (/[^\0-\x7f]/.test(typed)) {
    throw rangeError(
      `template: bytes can only contain ASCII literal characters, not ${typed}`,
    );
  }
  const meant: string | undefined = template[i];
  // A part with an invalid escape has no meaning.
  if (meant === undefined) {
    throw rangeError(`template: invalid escape in ${typed}`);
  }
  return characters("template", meant);
}

function characters(name: string, text: string): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) {
      throw rangeError(
        `${name}: bytes must be in range(0, 256): ${
          JSON.stringify(String.fromCodePoint(text.codePointAt(i)!))
        } at ${i} is not (encode text with TextEncoder)`,
      );
    }
    data[i] = code;
  }
  return data;
}
