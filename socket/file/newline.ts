/** Ends of lines, as Python's text files treat them. They do no I/O. */

import { describe } from "../../errors/arguments.ts";
import type { IncrementalDecoder } from "./codec.ts";

/**
 * How lines end. Reading: with `null`, by `\n`, `\r` or `\r\n`, which all become `\n`; with `""`, by
 * any of them as well, but they stay as they are; else by the given one alone. Writing: `\n` becomes
 * the given one, and stays with `null` and `""`.
 */
export type Newline = null | "" | "\n" | "\r" | "\r\n";

/**
 * Checks a newline.
 *
 * @throws {TypeError} if it is neither a string nor `null`
 * @throws {RangeError} if it is no end of lines
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

/** Decodes text whose lines may end in any way. */
export class NewlineDecoder implements IncrementalDecoder {
  readonly #decoder: IncrementalDecoder;
  readonly #translate: boolean;
  /** Whether a `\r` was kept back: a `\n` may follow. */
  #carriageReturn = false;
  #seen = { "\r": false, "\n": false, "\r\n": false };

  /** Decodes what `decoder` gives, making each end of line a `\n` if told to `translate`. */
  constructor(decoder: IncrementalDecoder, translate: boolean) {
    this.#decoder = decoder;
    this.#translate = translate;
  }

  /** The ends of lines met so far. */
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

/** Whether a character occurs more often than so many times. */
function hasMore(text: string, character: string, times: number): boolean {
  let at = -1;
  do at = text.indexOf(character, at + 1); while (at >= 0 && times-- > 0);
  return at >= 0;
}

/** Text decoded and not yet read. Sizes are in code points, as Python counts characters. */
export class TextBuffer {
  readonly #newline: Newline;
  #text = "";
  #start = 0;
  /** Up to where no line ends. */
  #scanned = 0;

  /** Makes a buffer of lines that end so; with `null`, line ends are translated before. */
  constructor(newline: Newline) {
    this.#newline = newline;
  }

  /** Adds text. */
  push(text: string): void {
    this.#text = this.#text.slice(this.#start) + text;
    this.#scanned -= this.#start;
    this.#start = 0;
  }

  /**
   * Takes characters out.
   *
   * @returns as many as asked for, or `undefined` if there are fewer
   */
  take(count: number): string | undefined {
    const end = this.#after(count);
    return end < 0 ? undefined : this.#cut(end);
  }

  /** Takes everything out. */
  takeAll(): string {
    return this.#cut(this.#text.length);
  }

  /**
   * Takes a line out.
   *
   * @param size how many characters of it at most; -1 for all
   * @returns the line with its end, or as much as allowed; `undefined` if more text is needed
   */
  line(size: number): string | undefined {
    const limit = size < 0 ? Infinity : size;
    const end = this.#lineEnd();
    if (end >= 0 && end - this.#start <= limit) return this.#cut(end);
    const stop = this.#after(limit);
    if (stop < 0) return end < 0 ? undefined : this.#cut(end);
    return this.#cut(end < 0 ? stop : Math.min(stop, end));
  }

  /** Where the first line ends, or -1. */
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
      // A "\r" at the end may be the first half of what the lines end by.
      const half = this.#newline === "\r\n" ? 1 : 0;
      this.#scanned = Math.max(this.#start, this.#text.length - half);
    }
    return end;
  }

  /** Where so many characters end, or -1 if there are fewer. */
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

/** How many characters a text has, as Python counts them. */
export function characters(text: string): number {
  if (!/[\ud800-\udbff]/.test(text)) return text.length; // the quicker question first
  return text.length - (text.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0);
}
