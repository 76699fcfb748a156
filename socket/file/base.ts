/** What the files that `makefile()` gives have in common. */

import { type Bytes, integer } from "../../errors/arguments.ts";
import { BlockingIOError, OSError } from "../../errors/errors.ts";
import { EAGAIN } from "../../errors/errno.ts";

/** The size of a file's buffer, in bytes, unless another is asked for. */
export const DEFAULT_BUFFER_SIZE = 8192;

/** A file was asked for what its mode does not allow, as Python's `io.UnsupportedOperation`. */
export class UnsupportedOperation extends OSError {
  /**
   * Makes the error.
   *
   * @param message what is not supported: `"not readable"`
   */
  constructor(message: string) {
    super(null, message);
  }
}

/** A file over a socket, as Python's `io.IOBase`: it is not made by itself. */
export abstract class IOBase {
  readonly #below: IOBase;

  /** Makes a file over another one; the one that has none below it overrides all that asks it. */
  protected constructor(below?: IOBase) {
    this.#below = below ?? this;
  }

  /** Whether the file is closed. */
  get closed(): boolean {
    return this.#below.closed;
  }

  /** The socket's descriptor, -1 once the file is closed. */
  get name(): number {
    return this.#below.name;
  }

  /** What the file was opened for: `"rb"`, `"rw"`. */
  get mode(): string {
    return this.#below.mode;
  }

  /**
   * The socket's descriptor.
   *
   * @throws {RangeError} if the file is closed
   */
  fileno(): number {
    return this.#below.fileno();
  }

  /**
   * Whether the file can be read.
   *
   * @throws {RangeError} if it is closed
   */
  readable(): boolean {
    return this.#below.readable();
  }

  /**
   * Whether the file can be written.
   *
   * @throws {RangeError} if it is closed
   */
  writable(): boolean {
    return this.#below.writable();
  }

  /**
   * Sends what the file still holds of the data written.
   *
   * @throws {RangeError} if it is closed
   * @throws {BlockingIOError} if the socket is non-blocking and does not take all of it
   */
  abstract flush(): void;

  /**
   * Flushes and closes the file; closing again does nothing. The descriptor closes with the last of
   * the socket and its files, which happens even if flushing fails.
   *
   * @throws {OSError} if flushing fails
   */
  abstract close(): void;

  /**
   * Whether the file has a position: never.
   *
   * @throws {RangeError} if it is closed
   */
  seekable(): boolean {
    refuseClosed(this);
    return false;
  }

  /** Flushes and closes the file at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * A file that gives lines, of bytes or of text: it is not made by itself.
 *
 * @typeParam Data what it gives
 */
export abstract class LineIO<Data extends Uint8Array | string> extends IOBase {
  /**
   * Reads a line.
   *
   * @param size how much of it at most; -1 for all
   * @returns the line with its end, which the last one may lack; nothing at the end of the stream
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if it is closed
   */
  abstract readline(size?: number): Data;

  /**
   * Reads lines until the end of the stream.
   *
   * @param hint no more lines are read once they are together longer than this; -1 or 0 for all
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if it is closed
   */
  readlines(hint: number | null = -1): Data[] {
    const enough = sizeArgument("hint", hint, -0x80000000);
    const lines: Data[] = [];
    let length = 0;
    for (const line of this) {
      lines.push(line);
      length += line.length;
      if (enough > 0 && length > enough) break;
    }
    return lines;
  }

  /**
   * Gives line after line, until the end of the stream.
   *
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if it is closed
   */
  *[Symbol.iterator](): IterableIterator<Data> {
    for (;;) {
      const line = this.readline();
      if (line.length === 0) return;
      yield line;
    }
  }
}

/** Something that takes bytes: the writers of this folder. */
export interface BytesWriter {
  /** Writes bytes; gives how many, `null` if the socket takes none. */
  write(data: Bytes): number | null;
}

/**
 * Refuses to work on a closed file.
 *
 * @throws {RangeError} if it is closed
 */
export function refuseClosed(file: { readonly closed: boolean }): void {
  if (file.closed) throw new RangeError("I/O operation on closed file");
}

/**
 * Checks how much to read.
 *
 * @param name the argument's name
 * @param value bytes or characters; `null` for all, as -1
 * @param min the least value allowed
 * @returns the number, -1 for all
 */
export function sizeArgument(name: string, value: unknown, min = -1): number {
  if (value === null) return -1;
  return integer(name, value, min, Number.MAX_SAFE_INTEGER);
}

/** The error of a buffered file whose non-blocking socket is not ready. */
export function wouldBlock(
  doing: "read" | "write",
  charactersWritten = 0,
): BlockingIOError {
  const error = new BlockingIOError(
    EAGAIN,
    `${doing} could not complete without blocking`,
  );
  error.characters_written = charactersWritten;
  return error;
}

/** Checks the size of a buffer, in bytes. */
export function bufferSize(value: unknown): number {
  return integer("buffer_size", value, 1);
}
