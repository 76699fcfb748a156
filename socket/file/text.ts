/** The file of text over a socket. */

import type { BufferedRWPair } from "./buffered_pair.ts";
import type { BufferedReader } from "./buffered_reader.ts";
import type { BufferedWriter } from "./buffered_writer.ts";
import {
  DEFAULT_BUFFER_SIZE,
  LineIO,
  refuseClosed,
  sizeArgument,
  UnsupportedOperation,
  wouldBlock,
} from "./base.ts";
import {
  decoderOf,
  type Encoder,
  encoderOf,
  type ErrorHandler,
  errorHandler,
  type IncrementalDecoder,
} from "./codec.ts";
import { optionalString } from "./mode.ts";
import {
  characters,
  type Newline,
  newlineArgument,
  NewlineDecoder,
  TextBuffer,
} from "./newline.ts";
import { string } from "../../errors/arguments.ts";

/** How a file of text is made of bytes. */
export interface TextOptions {
  /**
   * The encoding, UTF-8 if left out. `utf-8`, `ascii` and `latin-1` are Python's, by any of their
   * names; besides, every label of `TextDecoder` can be read.
   */
  readonly encoding?: string | null;
  /** What becomes of what the encoding cannot express: `"strict"` if left out. */
  readonly errors?: ErrorHandler | null;
  /** How lines end: `null` if left out. */
  readonly newline?: Newline;
}

/** How the text is read and how it is written, `null` if it is not. */
interface Codec {
  readonly decoder: IncrementalDecoder | null;
  readonly encoder: Encoder | null;
}

/**
 * Reads and writes text through a buffered file of bytes, as Python's `io.TextIOWrapper`: what
 * `makefile("r")`, `makefile("w")` and `makefile("rw")` give.
 *
 * Characters are counted in code points, as Python counts them: one beyond U+FFFF is one, though it
 * takes two of a JavaScript string. Unlike in Python, writing does not throw away what was received
 * and not yet read, and a non-blocking socket that has no more gives `BlockingIOError` where Python
 * mistakes that for the end of the stream.
 */
export class TextIOWrapper extends LineIO<string> {
  /** The file of bytes below this one. */
  readonly buffer: BufferedReader | BufferedWriter | BufferedRWPair;
  /** The encoding, as it was given. */
  readonly encoding: string;
  /** What becomes of what the encoding cannot express. */
  readonly errors: ErrorHandler;
  readonly #newline: Newline;
  readonly #codec: Codec;
  readonly #text: TextBuffer;
  readonly #mode: string | undefined;

  /**
   * Makes a file of text of one of bytes.
   *
   * @param buffer the file below
   * @param options encoding, errors, newline
   * @param mode what {@linkcode mode} shall say, if not the same as the file below
   * @throws {RangeError} if the encoding is not known, or cannot be written and the file can
   */
  constructor(
    buffer: BufferedReader | BufferedWriter | BufferedRWPair,
    options: TextOptions = {},
    mode?: string,
  ) {
    super(buffer);
    this.buffer = buffer;
    this.encoding = optionalString("encoding", options.encoding) ?? "utf-8";
    this.errors = errorHandler(options.errors);
    this.#newline = newlineArgument(options.newline);
    this.#mode = mode;
    this.#codec = this.#codecFor(buffer.readable(), buffer.writable());
    this.#text = new TextBuffer(this.#newline);
  }

  #codecFor(reading: boolean, writing: boolean): Codec {
    const { encoding, errors } = this;
    const newline = this.#newline;
    let decoder = reading ? decoderOf(encoding, errors) : null;
    if (decoder !== null && !newline) {
      decoder = new NewlineDecoder(decoder, newline === null);
    }
    return { decoder, encoder: writing ? encoderOf(encoding, errors) : null };
  }

  /** The mode the file was opened with: `"r"`, `"rw"`. */
  override get mode(): string {
    return this.#mode ?? super.mode;
  }

  /**
   * The ends of lines met so far: `null` if none, one, or several. They are only known where lines
   * may end in any way, that is with the `newline` `null` or `""`.
   */
  get newlines(): string | string[] | null {
    const { decoder } = this.#codec;
    if (!(decoder instanceof NewlineDecoder)) return null;
    const { newlines } = decoder;
    return newlines.length > 1 ? newlines : newlines[0] ?? null;
  }

  /**
   * Reads text.
   *
   * @param size how many characters; -1 for all until the end of the stream
   * @returns the text: shorter only at the end of the stream
   * @throws {TimeoutError} if it does not come within the socket's timeout
   * @throws {BlockingIOError} if the socket is non-blocking and has no more; nothing is lost
   * @throws {OSError} if a read timed out before
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if it is closed, or what came is not in the encoding
   */
  read(size: number | null = -1): string {
    const count = sizeArgument("size", size, -0x80000000);
    const decoder = this.#readable();
    for (;;) {
      const text = count < 0 ? undefined : this.#text.take(count);
      if (text !== undefined) return text;
      if (!this.#fill(decoder)) {
        return (count < 0 ? undefined : this.#text.take(count)) ??
          this.#text.takeAll();
      }
    }
  }

  /**
   * Reads a line.
   *
   * @param size how many characters of it at most; -1 for all
   * @returns the line with its end, which the last one may lack; nothing at the end of the stream
   * @throws as {@linkcode read}
   */
  override readline(size: number | null = -1): string {
    const limit = sizeArgument("size", size, -0x80000000);
    const decoder = this.#readable();
    for (;;) {
      const line = this.#text.line(limit);
      if (line !== undefined) return line;
      if (!this.#fill(decoder)) {
        return this.#text.line(limit) ?? this.#text.takeAll();
      }
    }
  }

  /**
   * Writes text: it is sent once the buffer is full, or flushed.
   *
   * @param text the text; the end of each line is `\n`
   * @returns how many characters it has
   * @throws {TimeoutError} if the socket takes none within its timeout
   * @throws {BlockingIOError} if the socket is non-blocking and the buffer is full
   * @throws {UnsupportedOperation} if the file is not writable
   * @throws {TypeError} if it is no string
   * @throws {RangeError} if the file is closed, or the encoding lacks a character
   */
  write(text: string): number {
    refuseClosed(this);
    const { encoder } = this.#codec;
    if (encoder === null || !("write" in this.buffer)) {
      throw new UnsupportedOperation("not writable");
    }
    const newline = this.#newline;
    const lines = string("text", text);
    this.buffer.write(
      encoder(newline ? lines.replaceAll("\n", newline) : lines),
    );
    return characters(lines);
  }

  /**
   * Writes several texts; nothing is put between them.
   *
   * @param lines the texts
   * @throws as {@linkcode write}
   */
  writelines(lines: Iterable<string>): void {
    for (const line of lines) this.write(line);
  }

  /**
   * Sends what was written.
   *
   * @throws {BlockingIOError} if the socket is non-blocking and does not take all of it
   * @throws {TimeoutError} if the socket does not take it within its timeout
   * @throws {RangeError} if the file is closed
   */
  override flush(): void {
    this.buffer.flush();
  }

  /**
   * Flushes and closes the file; closing again does nothing. The descriptor closes with the last of
   * the socket and its files. If flushing fails, the file is closed all the same.
   *
   * @throws {OSError} if flushing fails
   */
  override close(): void {
    this.buffer.close();
  }

  #readable(): IncrementalDecoder {
    refuseClosed(this);
    const { decoder } = this.#codec;
    if (decoder === null) throw new UnsupportedOperation("not readable");
    return decoder;
  }

  /** Decodes what comes next; whether it was not yet the end of the stream. */
  #fill(decoder: IncrementalDecoder): boolean {
    const chunk = (this.buffer as BufferedReader).read1(DEFAULT_BUFFER_SIZE);
    if (chunk === null) throw wouldBlock("read");
    const final = chunk.length === 0;
    this.#text.push(decoder.decode(chunk, final));
    return !final;
  }
}
