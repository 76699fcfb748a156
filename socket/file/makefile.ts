/** Files over sockets, like Python's `socket.makefile()`; the one for text. */

import { nameClasses } from "../../constants/table.ts";
import {
  instance,
  integer,
  iterable,
  optionsOf,
  passedOnce,
  string,
} from "../../errors/arguments.ts";
import {
  DEFAULT_BUFFER_SIZE,
  LineIO,
  refuseClosed,
  sizeArgument,
  UnsupportedOperation,
  wouldBlock,
} from "./base.ts";
import { BufferedReader, BufferedRWPair, BufferedWriter } from "./buffered.ts";
import {
  decoderOf,
  type Encoder,
  encoderOf,
  type IncrementalDecoder,
} from "./codec.ts";
import { type ErrorHandler, errorHandler } from "./error_handler.ts";
import {
  type FileMode,
  type FileSocket,
  optionalString,
  parseMode,
  SocketIO,
} from "./raw.ts";
import {
  characters,
  type Newline,
  newlineArgument,
  NewlineDecoder,
  TextBuffer,
} from "./newline.ts";
import { rangeError } from "../../constants/stack.ts";

// The text file over a socket.

/**
 * How a text file encodes and decodes its bytes.
 * @category Files
 */
export interface TextOptions {
  /**
   * The encoding, UTF-8 if omitted. By Python's names: `utf-8`, `utf-8-sig`, `utf-16`, `utf-32`
   * and both with `-le` or `-be`; `ascii`, `latin-1` and all of ISO 8859; `cp437`, `cp850`,
   * `cp866`, `cp874`, `cp1250` to `cp1258`; `koi8-r`, `koi8-u`, `mac-roman`, `mac-cyrillic`,
   * `tis-620`. Those of East Asia (`shift_jis`, `euc-jp`, `iso-2022-jp`, `gbk`, `gb18030`, `big5`,
   * `euc-kr`) can only be read, as browsers read them, and with `strict`, `ignore` or `replace`.
   * Others of Python's are unknown.
   *
   * `utf-16` and `utf-32` start with a byte order mark, as reading them requires. Python's files
   * over sockets write none.
   */
  readonly encoding?: string | null | undefined;
  /** How to handle what the encoding cannot express; `"strict"` if omitted. */
  readonly errors?: ErrorHandler | null | undefined;
  /** How lines end; `null` if omitted. */
  readonly newline?: Newline | undefined;
}

/** The decoder and the encoder; `null` for one that the mode does not need. */
interface Codec {
  readonly decoder: IncrementalDecoder | null;
  readonly encoder: Encoder | null;
}

/**
 * Reads and writes text through a buffered file of bytes, like Python's `io.TextIOWrapper`.
 * `makefile("r")`, `makefile("w")` and `makefile("rw")` return it.
 *
 * Characters are code points, as in Python: a character beyond U+FFFF counts as one, although its
 * length in a JavaScript string is 2. Unlike in Python, writing does not discard text that was
 * received but not yet read, and reading throws `BlockingIOError` when a non-blocking socket has no
 * more data, which Python mistakes for the end of the stream.
 * @category Files
 */
export class TextIOWrapper extends LineIO<string> {
  /** The file of bytes below this one. */
  readonly buffer: BufferedReader | BufferedWriter | BufferedRWPair;
  /** The encoding, as the caller spelled it. */
  readonly encoding: string;
  /** How to handle what the encoding cannot express. */
  readonly errors: ErrorHandler;
  readonly #newline: Newline;
  readonly #codec: Codec;
  readonly #text: TextBuffer;
  readonly #mode: string | undefined;

  /**
   * Makes a text file on top of a buffered file of bytes.
   *
   * @param buffer the file of bytes
   * @param options encoding, errors, newline
   * @param mode the value of {@linkcode mode}; that of the file of bytes if omitted
   * @throws {RangeError} if the encoding is unknown, or the file is writable and the encoding can
   * only be read
   */
  constructor(
    buffer: BufferedReader | BufferedWriter | BufferedRWPair,
    options?: TextOptions,
    mode?: string,
  ) {
    super(
      buffer instanceof BufferedWriter
        ? buffer
        : instance("buffer", buffer, BufferedReader, "a buffered file"),
      "buffer",
    );
    const { encoding, errors, newline } = optionsOf(options);
    this.buffer = buffer;
    this.encoding = optionalString("encoding", encoding) ?? "utf-8";
    this.errors = errorHandler(errors);
    this.#newline = newlineArgument(newline);
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
   * The line ends found so far: `null` for none, a string for one, an array for several. Always
   * `null` unless `newline` is `null` or `""`.
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
   * @throws {TimeoutError} if a `recv()` exceeds the socket's timeout
   * @throws {BlockingIOError} if the socket is non-blocking and has no more; nothing is lost
   * @throws {OSError} `cannot read from timed out object`, if an earlier read timed out
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if the file is closed, or received bytes are not in the encoding
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
   * @param size the maximum number of characters; -1 for the whole line
   * @returns the line with its line end, which the last line may lack; empty at the end of the
   * stream
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
   * Writes text into the buffer. A full buffer or a flush sends it.
   *
   * @param text the text, whose lines end with `\n`
   * @returns its length in characters
   * @throws {TimeoutError} if a `send()` exceeds the socket's timeout
   * @throws {BlockingIOError} if the socket is non-blocking and the buffer is full
   * @throws {UnsupportedOperation} if the file is not writable
   * @throws {TypeError} if `text` is not a string
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
   * Writes several texts, with nothing between them.
   *
   * @param lines the texts
   * @throws as {@linkcode write}
   */
  writelines(lines: Iterable<string>): void {
    // A string is an iterable of strings, as in Python.
    const all = typeof lines === "string" ? lines : iterable("lines", lines);
    for (const line of all) this.write(string("lines", line));
  }

  /**
   * Sends the written data that is still in the buffer.
   *
   * @throws {BlockingIOError} if the socket is non-blocking and does not accept all of it
   * @throws {TimeoutError} if a `send()` exceeds the socket's timeout
   * @throws {RangeError} if the file is closed
   */
  override flush(): void {
    this.buffer.flush();
  }

  /**
   * Flushes and closes the file; closing again does nothing. The file closes even if flushing
   * fails. The descriptor closes once the socket and all its files are closed.
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

  /** Decodes the next received bytes. Returns false at the end of the stream. */
  #fill(decoder: IncrementalDecoder): boolean {
    const chunk = (this.buffer as BufferedReader).read1(DEFAULT_BUFFER_SIZE);
    if (chunk === null) throw wouldBlock("read");
    const final = chunk.length === 0;
    this.#text.push(decoder.decode(chunk, final));
    return !final;
  }
}

nameClasses({ TextIOWrapper });

/**
 * The class that `makefile()` returns for a mode and a buffer size: {@linkcode TextIOWrapper} for
 * text, {@linkcode SocketIO} for unbuffered bytes, and for buffered bytes {@linkcode
 * BufferedReader}, {@linkcode BufferedWriter} or {@linkcode BufferedRWPair}.
 *
 * @typeParam Mode the mode; `undefined` is in it if it is left out
 * @typeParam Buffering the buffer size, `undefined` is in it if it is left out; a type that is not
 * a literal includes 0
 * @category Files
 */
export type SocketFile<
  Mode extends FileMode | undefined = FileMode,
  Buffering extends number | null | undefined = number | null,
> = undefined extends Mode ? TextIOWrapper
  : Mode extends `${string}b${string}` ?
      | (undefined extends Buffering ? never
        : 0 extends Buffering ? SocketIO
        : never)
      | ([Buffering] extends [0] ? never
        : Mode extends "b" | "rb" | "br" ? BufferedReader
        : Mode extends "wb" | "bw" ? BufferedWriter
        : BufferedRWPair)
  : TextIOWrapper;

/**
 * Options of `makefile()`.
 * @category Files
 */
export interface MakefileOptions<
  Buffering extends number | null | undefined = number | null,
> extends TextOptions {
  /** The parameter `buffering`, if these options stand in its place. */
  readonly buffering?: Buffering | undefined;
}

/**
 * Makes a file over a socket.
 *
 * @param socket the socket
 * @param mode what the file is for; `r` if left out
 * @param buffering the buffer size in bytes; 0 for no buffer; `null`, negative or left out for the
 * default
 * @param given encoding, errors, newline; ignored for bytes
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RangeError} if an argument is invalid; the socket stays as it was
 */
export function makefile(
  socket: FileSocket,
  mode: string = "r",
  buffering: number | null | undefined,
  given: MakefileOptions | undefined,
): SocketFile {
  const options = optionsOf(given);
  const { reading, writing, binary } = parseMode(mode);
  const size = bufferSize(
    passedOnce("buffering", buffering, options.buffering),
  );
  if (!binary) {
    if (size === 0) {
      throw rangeError("buffering: unbuffered streams must be binary");
    }
    optionalString("encoding", options.encoding);
    errorHandler(options.errors);
    newlineArgument(options.newline);
  }
  const raw = new SocketIO(socket, mode);
  if (size === 0) return raw;
  try {
    const buffer = reading && writing
      ? new BufferedRWPair(raw, size)
      : reading
      ? new BufferedReader(raw, size)
      : new BufferedWriter(raw, size);
    return binary ? buffer : new TextIOWrapper(buffer, options, mode);
  } catch (error) {
    raw.close(); // an unknown encoding
    throw error;
  }
}

function bufferSize(buffering: unknown): number {
  if (buffering === null || buffering === undefined) return DEFAULT_BUFFER_SIZE;
  const size = integer("buffering", buffering);
  return size < 0 ? DEFAULT_BUFFER_SIZE : size;
}
