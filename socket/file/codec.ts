/** Text encodings: incremental decoders and encoders with Python's names and error handlers. */

import { describe } from "../../errors/arguments.ts";

/**
 * How to handle text or bytes that an encoding cannot express: `"strict"` throws, `"ignore"` drops
 * them, `"replace"` replaces them by U+FFFD (decoding) or `?` (encoding).
 */
export type ErrorHandler = "strict" | "ignore" | "replace";

/** Decodes text from bytes that arrive in pieces. */
export interface IncrementalDecoder {
  /**
   * Decodes a piece.
   *
   * @param bytes the next bytes, which may end within a character
   * @param final whether they are the last ones
   * @returns the text decoded so far that was not returned before
   * @throws {RangeError} if the error handler is `"strict"` and bytes are not in the encoding
   */
  decode(bytes: Uint8Array, final: boolean): string;
}

/** Encodes text. The returned bytes are valid until the next text is encoded. */
export type Encoder = (text: string) => Uint8Array<ArrayBuffer>;

/** Python's names of encodings that `TextDecoder` lacks or names or decodes differently. */
const codecs: ReadonlyMap<string, "utf-8" | "ascii" | "latin-1"> = new Map([
  ["utf8", "utf-8"],
  ["u8", "utf-8"],
  ["ascii", "ascii"],
  ["usascii", "ascii"],
  ["646", "ascii"],
  ["latin1", "latin-1"],
  ["latin", "latin-1"],
  ["l1", "latin-1"],
  ["iso88591", "latin-1"],
  ["8859", "latin-1"],
  ["cp819", "latin-1"],
]);

function codecName(encoding: string): string {
  return codecs.get(encoding.toLowerCase().replace(/[-_ ]/g, "")) ?? encoding;
}

/**
 * Checks the name of an error handler.
 *
 * @returns the error handler, `"strict"` if omitted
 * @throws {TypeError} if it is neither a string nor `null`
 * @throws {RangeError} if it is not one of the three that are supported
 */
export function errorHandler(value: unknown): ErrorHandler {
  if (value === undefined || value === null) return "strict";
  if (value === "strict" || value === "ignore" || value === "replace") {
    return value;
  }
  if (typeof value === "string") {
    throw new RangeError(
      `errors must be "strict", "ignore" or "replace", not ${
        JSON.stringify(value)
      }`,
    );
  }
  throw new TypeError(
    `errors must be a string or null, not ${describe(value)}`,
  );
}

/**
 * Makes a decoder for an encoding.
 *
 * @param encoding `utf-8`, `ascii` or `latin-1` by any of their names, or a label of `TextDecoder`
 * @param errors how to handle bytes that are not in the encoding
 * @throws {RangeError} if the encoding is unknown
 */
export function decoderOf(
  encoding: string,
  errors: ErrorHandler,
): IncrementalDecoder {
  const name = codecName(encoding);
  if (name === "latin-1") return { decode: latin1 };
  if (name === "ascii") return { decode: (bytes) => ascii(bytes, errors) };
  return new NativeDecoder(encoding, name, errors);
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

function ascii(bytes: Uint8Array, errors: ErrorHandler): string {
  const text = latin1(bytes);
  const wrong = /[\x80-\xff]/;
  if (!wrong.test(text)) return text;
  if (errors === "strict") throw undecodable("ascii");
  return text.replace(
    new RegExp(wrong, "g"),
    errors === "ignore" ? "" : "\ufffd",
  );
}

function undecodable(encoding: string, cause?: unknown): RangeError {
  return new RangeError(`'${encoding}' codec can't decode what was received`, {
    cause,
  });
}

/** A `TextDecoder` with Python's error handlers. */
class NativeDecoder implements IncrementalDecoder {
  readonly #encoding: string;
  readonly #errors: ErrorHandler;
  #decoder: TextDecoder;
  /** Trailing bytes held back: the next bytes decide whether they start a U+FFFD. */
  #kept: Uint8Array = new Uint8Array(0);

  constructor(encoding: string, name: string, errors: ErrorHandler) {
    this.#encoding = name;
    this.#errors = errors;
    try {
      this.#decoder = this.#newDecoder();
    } catch (cause) {
      throw new RangeError(
        `encoding: unknown encoding ${JSON.stringify(encoding)}`,
        { cause },
      );
    }
  }

  #newDecoder(): TextDecoder {
    return new TextDecoder(this.#encoding, {
      fatal: this.#errors === "strict",
      // Python keeps a byte order mark as text, except in `utf-16`, where it states the byte order.
      ignoreBOM: this.#encoding.toLowerCase() !== "utf-16",
    });
  }

  decode(bytes: Uint8Array, final: boolean): string {
    if (this.#errors === "ignore") return this.#ignore(bytes, final);
    try {
      return this.#decoder.decode(bytes, { stream: !final });
    } catch (cause) {
      this.#decoder = this.#newDecoder();
      throw undecodable(this.#encoding, cause);
    }
  }

  /**
   * Decodes with replacements and removes them, except for U+FFFD characters in the input itself.
   */
  #ignore(bytes: Uint8Array, final: boolean): string {
    if (this.#encoding !== "utf-8") {
      return withoutReplacements(
        this.#decoder.decode(bytes, { stream: !final }),
      );
    }
    const all = new Uint8Array(this.#kept.length + bytes.length);
    all.set(this.#kept);
    all.set(bytes, this.#kept.length);
    const end = final ? all.length : all.length - halfReplacement(all);
    this.#kept = all.slice(end);
    let text = "";
    let start = 0;
    for (;;) {
      const at = replacementIn(all, start, end);
      const piece = all.subarray(start, at < 0 ? end : at);
      // U+FFFD starts with a lead byte, which ends any incomplete character before it.
      const stream = at < 0 && !final;
      text += withoutReplacements(this.#decoder.decode(piece, { stream }));
      if (at < 0) return text;
      text += "\ufffd";
      start = at + 3;
    }
  }
}

function withoutReplacements(text: string): string {
  return text.replaceAll("\ufffd", "");
}

/** Returns the offset of the next U+FFFD in UTF-8 bytes, or -1. */
function replacementIn(bytes: Uint8Array, from: number, end: number): number {
  for (;;) {
    const at = bytes.indexOf(0xef, from);
    if (at < 0 || at + 3 > end) return -1;
    if (bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd) return at;
    from = at + 1;
  }
}

/** Returns how many bytes at the end may be the start of a U+FFFD. */
function halfReplacement(bytes: Uint8Array): number {
  if (bytes.at(-1) === 0xef) return 1;
  return bytes.at(-2) === 0xef && bytes.at(-1) === 0xbf ? 2 : 0;
}

const utf8 = new TextEncoder();
// Most texts are short, and allocating a buffer for each takes longer than encoding it.
const encoded = new Uint8Array(0x4000);

function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (3 * text.length > encoded.length) return utf8.encode(text);
  return encoded.subarray(0, utf8.encodeInto(text, encoded).written);
}

/** Matches the characters that an encoding lacks. */
const lacking = {
  "utf-8": /\p{Surrogate}/gu,
  "ascii": /[\u{80}-\u{10ffff}]/gu,
  "latin-1": /[\u{100}-\u{10ffff}]/gu,
} as const;

/**
 * Makes an encoder for an encoding.
 *
 * @param encoding `utf-8`, `ascii` or `latin-1`, by any of their names
 * @param errors how to handle characters that the encoding lacks
 * @throws {RangeError} for any other encoding
 */
export function encoderOf(encoding: string, errors: ErrorHandler): Encoder {
  const name = codecName(encoding);
  if (!Object.hasOwn(lacking, name)) {
    throw new RangeError(
      `encoding: only utf-8, ascii and latin-1 can be written, not ${
        JSON.stringify(encoding)
      }`,
    );
  }
  const pattern = lacking[name as keyof typeof lacking];
  return (text) => {
    const clean = name === "utf-8" && text.isWellFormed()
      ? text
      : text.replace(pattern, (character) => {
        if (errors === "ignore") return "";
        if (errors === "replace") return "?";
        const code = character.codePointAt(0)!.toString(16);
        throw new RangeError(
          `'${name}' codec can't encode character U+${code}`,
        );
      });
    return name === "latin-1"
      ? Uint8Array.from(clean, (character) => character.charCodeAt(0))
      : encodeUtf8(clean);
  };
}
