/** Line ends as Python's text files treat them, and the buffer of decoded text. */

import { rangeError, typeError } from "../../constants/stack.ts";
import { describe } from "../../errors/arguments.ts";
import type { IncrementalDecoder } from "./codec.ts";

/**
 * How lines end. When reading, `null` accepts `\n`, `\r` and `\r\n` and translates each to `\n`;
 * `""` accepts the same three but keeps them unchanged; any other value is the only line end. When
 * writing, each `\n` becomes the given value; `null` and `""` keep it.
 * @category Files
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
    throw rangeError(`newline: illegal value ${JSON.stringify(value)}`);
  }
  throw typeError(
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

/**
 * Decoded text not yet read. Sizes count code points, as Python counts characters.
 *
 * The text stays in the pieces it came in, because joining them for each search would copy a long
 * line again and again. No piece is searched twice for the end of the same line.
 */
export class TextBuffer {
  readonly #newline: Newline;
  #pieces: string[] = [];
  /** Where the unread text starts in the first piece. */
  #start = 0;
  /** How many pieces, from the first, contain no end of a line. */
  #searched = 0;
  /** How many pieces, from the first, have been counted, and how many characters they contain. */
  #counted = 0;
  #characters = 0;

  /**
   * Makes a buffer for lines that end with `newline`; `null` expects line ends translated to `\n`.
   */
  constructor(newline: Newline) {
    this.#newline = newline;
  }

  /** Appends text. */
  push(text: string): void {
    if (text === "") return;
    if (this.#newline === "\r\n" && this.#pieces.at(-1)?.endsWith("\r")) {
      text = this.#takeHalf() + text; // a line end lies within one piece
    }
    this.#pieces.push(text);
  }

  /** Removes and returns the `\r` at the end of the last piece. */
  #takeHalf(): string {
    const pieces = this.#pieces;
    const rest = pieces.pop()!.slice(0, -1);
    const start = pieces.length === 0 ? this.#start : 0;
    if (this.#counted > pieces.length) this.#characters--;
    if (rest.length > start) pieces.push(rest);
    else if (pieces.length === 0) this.#start = 0;
    this.#searched = Math.min(this.#searched, pieces.length);
    this.#counted = Math.min(this.#counted, pieces.length);
    return "\r";
  }

  /**
   * Removes and returns exactly `count` characters.
   *
   * @returns the characters; `undefined`, removing none, if there are fewer
   */
  take(count: number): string | undefined {
    const end = this.#after(count);
    return end < 0 ? undefined : this.#cut(this.#counted, end);
  }

  /** Removes and returns all text. */
  takeAll(): string {
    return this.#cut(this.#pieces.length, 0);
  }

  /**
   * Removes and returns a line.
   *
   * @param size the maximum number of characters; -1 for the whole line
   * @returns the line with its line end, or its first `size` characters; `undefined` if more text
   * is needed
   */
  line(size: number): string | undefined {
    const end = this.#lineEnd();
    const stop = size < 0 ? -1 : this.#after(size);
    const piece = this.#searched;
    if (end >= 0) {
      const pieces = this.#counted - piece;
      if (stop < 0 || pieces > 0 || (pieces === 0 && stop >= end)) {
        return this.#cut(piece, end);
      }
    }
    return stop < 0 ? undefined : this.#cut(this.#counted, stop);
  }

  /** Returns where in piece `#searched` the first line ends; -1 if no line is complete. */
  #lineEnd(): number {
    const newline = this.#newline ?? "\n";
    const pieces = this.#pieces;
    for (; this.#searched < pieces.length; this.#searched++) {
      const piece = pieces[this.#searched];
      const from = this.#searched === 0 ? this.#start : 0;
      let end: number;
      if (newline === "") {
        lineEnd.lastIndex = from;
        end = lineEnd.test(piece) ? lineEnd.lastIndex : -1;
      } else {
        const at = piece.indexOf(newline, from);
        end = at < 0 ? -1 : at + newline.length;
      }
      if (end >= 0) return end;
    }
    return -1;
  }

  /** Returns where in piece `#counted` the first `count` characters end; -1 if there are fewer. */
  #after(count: number): number {
    const pieces = this.#pieces;
    if (this.#characters >= count) this.#counted = this.#characters = 0;
    if (count === 0) return this.#start;
    for (; this.#counted < pieces.length; this.#counted++) {
      const piece = pieces[this.#counted];
      let at = this.#counted === 0 ? this.#start : 0;
      let left = count - this.#characters;
      for (; left > 0 && at < piece.length; left--) {
        at += piece.codePointAt(at)! > 0xffff ? 2 : 1;
      }
      if (left === 0) return at;
      this.#characters = count - left;
    }
    return -1;
  }

  /** Removes and returns the text before an offset in a piece. */
  #cut(piece: number, end: number): string {
    const pieces = this.#pieces;
    const start = this.#start;
    let removed = piece;
    let text: string;
    if (piece === 0) text = pieces[0]?.slice(start, end) ?? "";
    else {
      const parts = pieces.splice(0, piece);
      parts[0] = parts[0].slice(start);
      if (end > 0) parts.push(pieces[0].slice(0, end));
      text = parts.join("");
    }
    this.#start = end;
    if (end === pieces[0]?.length) {
      pieces.shift();
      removed++;
      this.#start = 0;
    }
    this.#searched = Math.max(0, this.#searched - removed);
    this.#counted = this.#characters = 0;
    return text;
  }
}

const lineEnd = /\r\n?|\n/g;

/** Returns the length of a text in characters, as Python counts them: in code points. */
export function characters(text: string): number {
  if (!/[\ud800-\udbff]/.test(text)) return text.length; // the common case
  return text.length - (text.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0);
}
