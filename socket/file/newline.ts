/** Line ends as Python's text files treat them, and the buffer of decoded text. */

import { describe } from "../../errors/arguments.ts";
import type { IncrementalDecoder } from "./codec.ts";

/**
 * How lines end. When reading, `null` accepts `\n`, `\r` and `\r\n` and translates each to `\n`;
 * `""` accepts the same three but keeps them unchanged; any other value is the only line end. When
 * writing, each `\n` becomes the given value; `null` and `""` keep it.
 */
export type Newline = null | "" | "\n" | "\r" | "\r\n";

/**
 * Checks a `newline` argument.
 *
 * @returns the newline, `null` if omitted
 * @throws {TypeError} if it is neither a string nor `null`
 * @throws {RangeError} if it is not a line end or `""`
 */
export function newlineArgument(value: unknown): Newline {
  switch (value) {
    case undefined:
    case null:
      return null;
    case "":
    case "\n":
    case "\r":
    case "\r\n":
      return value;
  }
  if (typeof value === "string") {
    throw new RangeError(`newline: illegal value ${JSON.stringify(value)}`);
  }
  throw new TypeError(
    `newline must be a string or null, not ${describe(value)}`,
  );
}

/** Decodes text whose lines may end with `\n`, `\r` or `\r\n`. */
export class NewlineDecoder implements IncrementalDecoder {
  readonly #decoder: IncrementalDecoder;
  readonly #translate: boolean;
  /** Whether a trailing `\r` is held back, because a `\n` may follow. */
  #carriageReturn = false;
  #seen = { "\r": false, "\n": false, "\r\n": false };

  /** Wraps `decoder`; translates each line end to `\n` if `translate` is true. */
  constructor(decoder: IncrementalDecoder, translate: boolean) {
    this.#decoder = decoder;
    this.#translate = translate;
  }

  /** The line ends found so far. */
  get newlines(): string[] {
    return Object.entries(this.#seen).filter(([, seen]) => seen)
      .map(([newline]) => newline);
  }

  /** Decodes a piece. */
  decode(bytes: Uint8Array, final: boolean): string {
    let text = this.#decoder.decode(bytes, final);
    if (this.#carriageReturn && (text !== "" || final)) {
      text = `\r${text}`;
      this.#carriageReturn = false;
    }
    if (!final && text.endsWith("\r")) {
      text = text.slice(0, -1);
      this.#carriageReturn = true;
    }
    if (!text.includes("\r")) {
      this.#seen["\n"] ||= text.includes("\n");
      return text;
    }
    const short = text.replaceAll("\r\n", "\n");
    const pairs = text.length - short.length;
    this.#seen["\r\n"] ||= pairs > 0;
    this.#seen["\r"] ||= short.includes("\r");
    this.#seen["\n"] ||= hasMore(text, "\n", pairs);
    return this.#translate ? short.replaceAll("\r", "\n") : text;
  }
}

/** Returns whether a character occurs more than `times` times. */
function hasMore(text: string, character: string, times: number): boolean {
  let at = -1;
  do at = text.indexOf(character, at + 1); while (at >= 0 && times-- > 0);
  return at >= 0;
}

/** Decoded text not yet read. Sizes count code points, as Python counts characters. */
export class TextBuffer {
  readonly #newline: Newline;
  #text = "";
  #start = 0;
  /** The offset before which no line of the unread text ends. */
  #scanned = 0;

  /**
   * Makes a buffer for lines that end with `newline`; `null` expects line ends translated to `\n`.
   */
  constructor(newline: Newline) {
    this.#newline = newline;
  }

  /** Appends text. */
  push(text: string): void {
    this.#text = this.#text.slice(this.#start) + text;
    this.#scanned -= this.#start;
    this.#start = 0;
  }

  /**
   * Removes and returns exactly `count` characters.
   *
   * @returns the characters; `undefined`, removing none, if there are fewer
   */
  take(count: number): string | undefined {
    const end = this.#after(count);
    return end < 0 ? undefined : this.#cut(end);
  }

  /** Removes and returns all text. */
  takeAll(): string {
    return this.#cut(this.#text.length);
  }

  /**
   * Removes and returns a line.
   *
   * @param size the maximum number of characters; -1 for the whole line
   * @returns the line with its line end, or its first `size` characters; `undefined` if more text
   * is needed
   */
  line(size: number): string | undefined {
    const limit = size < 0 ? Infinity : size;
    const end = this.#lineEnd();
    if (end >= 0 && end - this.#start <= limit) return this.#cut(end);
    const stop = this.#after(limit);
    if (stop < 0) return end < 0 ? undefined : this.#cut(end);
    return this.#cut(end < 0 ? stop : Math.min(stop, end));
  }

  /** Returns the offset after the first line, or -1 if no line is complete. */
  #lineEnd(): number {
    let end: number;
    if (this.#newline === "") {
      lineEnd.lastIndex = this.#scanned;
      end = lineEnd.test(this.#text) ? lineEnd.lastIndex : -1;
    } else {
      const newline = this.#newline ?? "\n";
      const at = this.#text.indexOf(newline, this.#scanned);
      end = at < 0 ? -1 : at + newline.length;
    }
    if (end < 0) {
      // A "\r" at the end may be the first half of a "\r\n".
      const half = this.#newline === "\r\n" ? 1 : 0;
      this.#scanned = Math.max(this.#start, this.#text.length - half);
    }
    return end;
  }

  /** Returns the offset after the first `count` characters, or -1 if there are fewer. */
  #after(count: number): number {
    const { length } = this.#text;
    let at = this.#start;
    if (length - at < count) return -1;
    for (let n = 0; n < count; n++) {
      if (at >= length) return -1;
      at += this.#text.codePointAt(at)! > 0xffff ? 2 : 1;
    }
    return at;
  }

  #cut(end: number): string {
    const text = this.#text.slice(this.#start, end);
    this.#start = end;
    if (this.#scanned < end) this.#scanned = end;
    return text;
  }
}

const lineEnd = /\r\n?|\n/g;

/** Returns the length of a text in characters, as Python counts them: in code points. */
export function characters(text: string): number {
  if (!/[\ud800-\udbff]/.test(text)) return text.length; // the common case
  return text.length - (text.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0);
}
