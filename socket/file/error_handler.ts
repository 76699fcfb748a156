/** Python's error handlers: what becomes of bytes or text that an encoding cannot express. */

import { rangeError, typeError } from "../../constants/stack.ts";
import { describe } from "../../errors/arguments.ts";
import { type Charset, type Fault, isSurrogate } from "./charset.ts";

/**
 * How to handle text or bytes that an encoding cannot express:
 *
 * - `"strict"` throws.
 * - `"ignore"` drops them.
 * - `"replace"` replaces them by U+FFFD (decoding) or `?` (encoding).
 * - `"backslashreplace"` writes them out: `\xff`, `\u20ac`, `\U0001f600`.
 * - `"xmlcharrefreplace"` writes characters as `&#8364;`. Only for encoding.
 * - `"surrogateescape"` decodes the bytes 80 to FF to the surrogates U+DC80 to U+DCFF, and encodes
 *   those to the bytes. Others throw.
 * - `"surrogatepass"` decodes and encodes surrogates as if they were characters, in the encodings
 *   of Unicode. Others throw.
 * @category Files
 */
export type ErrorHandler =
  | "strict"
  | "ignore"
  | "replace"
  | "backslashreplace"
  | "xmlcharrefreplace"
  | "surrogateescape"
  | "surrogatepass";

const handlers: readonly ErrorHandler[] = [
  "strict",
  "ignore",
  "replace",
  "backslashreplace",
  "xmlcharrefreplace",
  "surrogateescape",
  "surrogatepass",
];

/**
 * Checks the name of an error handler.
 *
 * @returns the error handler, `"strict"` if omitted
 * @throws {TypeError} if it is neither a string nor `null`
 * @throws {RangeError} if it is not supported
 */
export function errorHandler(value: unknown): ErrorHandler {
  if (value === undefined || value === null) return "strict";
  if (typeof value !== "string") {
    throw typeError(
      `errors must be a string or null, not ${describe(value)}`,
    );
  }
  const handler = handlers.find((one) => one === value);
  if (handler !== undefined) return handler;
  throw rangeError(`errors: unknown error handler name '${value}'`);
}

/** Writes a number in hexadecimal with so many digits. */
const hex = (code: number, digits: number): string =>
  code.toString(16).padStart(digits, "0");

/** Writes a character out, as Python's `repr()` does. */
function escaped(code: number): string {
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** Describes what cannot be coded, and where it is. */
function what(
  kind: string,
  shown: string,
  at: number,
  length: number,
): string {
  return length === 1
    ? `${kind} ${shown} in position ${at}`
    : `${kind}s in position ${at}-${at + length - 1}`;
}

/**
 * Handles bytes that are not in the encoding.
 *
 * @returns the text in their place, and how many of the bytes it stands for
 * @throws {RangeError} if the error handler does not apply
 * @throws {TypeError} if the error handler is only for encoding
 */
export function decodeFault(
  errors: ErrorHandler,
  charset: Charset,
  bytes: Uint8Array,
  { at, length, reason }: Fault,
): [text: string, length: number] {
  switch (errors) {
    case "ignore":
      return ["", length];
    case "replace":
      return ["\ufffd", length];
    case "backslashreplace":
      return [
        Array.from(bytes.subarray(at, at + length), escaped).join(""),
        length,
      ];
    case "xmlcharrefreplace":
      throw typeError(
        "errors: xmlcharrefreplace is only for encoding, not for decoding",
      );
    case "surrogateescape": {
      const part = bytes.subarray(at, at + length);
      const ascii = part.findIndex((byte) => byte < 0x80);
      const high = ascii < 0 ? part : part.subarray(0, ascii);
      if (high.length === 0) break;
      return [
        String.fromCharCode(...Array.from(high, (byte) => 0xdc00 | byte)),
        high.length,
      ];
    }
    case "surrogatepass": {
      const code = charset.surrogates?.decode(bytes, at);
      if (code === undefined) break;
      const size = charset.unit === 1 ? 3 : charset.unit;
      return [String.fromCharCode(code), size];
    }
  }
  throw rangeError(
    `'${charset.name}' codec can't decode ${
      what("byte", `0x${hex(bytes[at], 2)}`, at, length)
    }: ${reason}`,
  );
}

/**
 * Handles characters that the encoding lacks.
 *
 * @param codes their code points
 * @param at the position of the first one in the text, in characters
 * @returns text or bytes in their place
 * @throws {RangeError} if the error handler does not apply
 */
export function encodeFault(
  errors: ErrorHandler,
  charset: Charset,
  codes: readonly number[],
  at: number,
): string | Uint8Array<ArrayBuffer> {
  const { surrogates } = charset;
  let first = 0;
  switch (errors) {
    case "ignore":
      return "";
    case "replace":
      return "?".repeat(codes.length);
    case "backslashreplace":
      return codes.map(escaped).join("");
    case "xmlcharrefreplace":
      return codes.map((code) => `&#${code};`).join("");
    case "surrogateescape":
      // The encodings of Unicode have no odd bytes, except UTF-8.
      if (charset.unit > 1) break;
      first = codes.findIndex((code) => code < 0xdc80 || code > 0xdcff);
      if (first < 0) return Uint8Array.from(codes);
      break;
    case "surrogatepass":
      if (surrogates !== undefined && codes.every(isSurrogate)) {
        return joined(codes.map(surrogates.encode));
      }
  }
  throw rangeError(
    `'${charset.name}' codec can't encode ${
      what(
        "character",
        `'${escaped(codes[first])}'`,
        at + first,
        codes.length - first,
      )
    }: ${charset.lacking}`,
  );
}

/** Joins bytes. */
export function joined(
  parts: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
