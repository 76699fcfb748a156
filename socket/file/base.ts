/** The base classes and helpers of the files that `makefile()` returns. */

import { nameClasses } from "../../constants/table.ts";
import { rangeError, typeError } from "../../constants/stack.ts";
import { type Bytes, integer } from "../../errors/arguments.ts";
import { BlockingIOError, EAGAIN, OSError } from "../../errors/errors.ts";
import { characters } from "./newline.ts";

/**
 * The default size of a file's buffer, in bytes.
 * @category Files
 */
export const DEFAULT_BUFFER_SIZE = 8192;

/**
 * Thrown for an operation that a file's mode does not allow, like Python's
 * `io.UnsupportedOperation`.
 * @category Errors
 */
export class UnsupportedOperation extends OSError {
  /**
   * Makes the error.
   *
   * @param message what is not supported, for instance `"not readable"`
   */
  constructor(message: string) {
    super(null, message);
  }
}

/**
 * The lowest files of those whose last write or flush failed: their callers know from its error
 * that data in the buffer was not sent.
 */
const failed = new WeakSet<IOBase>();

/** Notes whether the last write or flush of a file failed. */
export let noteFailure: (file: IOBase, has: boolean) => void;

/**
 * The base class of files over sockets, like Python's `io.IOBase`. Not constructible directly.
 * @category Files
 */
export abstract class IOBase {
  readonly #below: IOBase;

  static {
    noteFailure = (file, has) => {
      if (has) failed.add(file.#lowest());
      else failed.delete(file.#lowest());
    };
  }

  /**
   * Makes a file on top of another one. The lowest file passes none, and overrides every member
   * that would ask the file below.
   *
   * @param below the file below
   * @param name the argument that it was, for the error if it is only a proxy of a file
   */
  protected constructor(below?: IOBase, name?: string) {
    if (below !== undefined && !(#below in below)) {
      throw typeError(`${name} must be a file, not a proxy of one`);
    }
    this.#below = below ?? this;
  }

  /** Whether the file is closed. */
  get closed(): boolean {
    return this.#below.closed;
  }

  /** The socket's descriptor; -1 once the file is closed. */
  get name(): number {
    return this.#below.name;
  }

  /** The mode of the file, for instance `"rb"` or `"rw"`. */
  get mode(): string {
    return this.#below.mode;
  }

  /**
   * Returns the socket's descriptor.
   *
   * @returns the descriptor; -1 if the socket was detached
   * @throws {RangeError} if the file is closed
   */
  fileno(): number {
    return this.#below.fileno();
  }

  /**
   * Returns whether the file can be read.
   *
   * @throws {RangeError} if it is closed
   */
  readable(): boolean {
    return this.#below.readable();
  }

  /**
   * Returns whether the file can be written.
   *
   * @throws {RangeError} if it is closed
   */
  writable(): boolean {
    return this.#below.writable();
  }

  /**
   * Sends the written data that is still in the buffer.
   *
   * @throws {RangeError} if the file is closed
   * @throws {BlockingIOError} if the socket is non-blocking and does not accept all of it
   */
  abstract flush(): void;

  /**
   * Flushes and closes the file; closing again does nothing. The file closes even if flushing
   * fails. The descriptor closes once the socket and all its files are closed.
   *
   * @throws {OSError} if flushing fails
   */
  abstract close(): void;

  /**
   * Returns whether the file has a position: always false.
   *
   * @throws {RangeError} if it is closed
   */
  seekable(): boolean {
    refuseClosed(this);
    return false;
  }

  /**
   * Flushes and closes the file at the end of a `using` block. If the last write or flush failed,
   * and flushing fails again, the block ends with the first error.
   *
   * @throws {OSError} if flushing fails
   */
  [Symbol.dispose](): void {
    const isKnown = failed.has(this.#lowest());
    try {
      this.close();
    } catch (error) {
      if (!isKnown) throw error;
    }
  }

  /** What `console.log` shows: the descriptor, the mode, and the encoding of text. */
  [Symbol.for("Deno.customInspect")](): string {
    return shown(this, #below in this);
  }

  /** Returns the same text for `inspect()` of `node:util`. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return shown(this, #below in this);
  }

  #lowest(): IOBase {
    return this.#below === this ? this : this.#below.#lowest();
  }
}

/** Describes a file, or the prototype of a class. */
function shown(file: IOBase & { encoding?: string }, isFile: boolean): string {
  const of = file.constructor.name;
  if (!isFile) return `${of} {}`;
  const { name, mode, closed, encoding } = file;
  const text = encoding === undefined ? "" : `, encoding=${encoding}`;
  return `<${of}${closed ? " [closed]" : ""} fd=${name}, mode=${mode}${text}>`;
}

/**
 * The base class of files that are read by lines, of bytes or of text. Not constructible directly.
 *
 * @typeParam Data what reading returns
 * @category Files
 */
export abstract class LineIO<Data extends Uint8Array | string> extends IOBase {
  /**
   * Reads a line.
   *
   * @param size the maximum length to return, in bytes or characters; -1 for the whole line
   * @returns the line with its line end, which the last line may lack; empty at the end of the
   * stream
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if the file is closed
   */
  abstract readline(size?: number): Data;

  /**
   * Reads lines until the end of the stream.
   *
   * @param hint stops once the lines are longer than this in total; -1 or 0 for all lines
   * @returns the lines
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if the file is closed
   */
  readlines(hint: number | null = -1): Data[] {
    const enough = sizeArgument("hint", hint, -0x80000000);
    const lines: Data[] = [];
    let length = 0;
    for (const line of this) {
      lines.push(line);
      length += typeof line === "string" ? characters(line) : line.length;
      if (enough > 0 && length > enough) break;
    }
    return lines;
  }

  /**
   * Yields line after line until the end of the stream.
   *
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if the file is closed
   */
  *[Symbol.iterator](): IterableIterator<Data> {
    for (;;) {
      const line = this.readline();
      if (line.length === 0) return;
      yield line;
    }
  }
}

nameClasses({ UnsupportedOperation, IOBase, LineIO });

/**
 * A file that bytes can be written to.
 * @category Files
 */
export interface BytesWriter {
  /** Writes bytes. Returns how many; `null` if the socket accepts none. */
  write(data: Bytes): number | null;
}

/**
 * Checks that a file is open.
 *
 * @throws {RangeError} if it is closed
 */
export function refuseClosed(file: { readonly closed: boolean }): void {
  if (file.closed) throw rangeError("I/O operation on closed file");
}

/**
 * Checks an argument that says how much to read.
 *
 * @param name the argument's name
 * @param value a number of bytes or characters; `null` or -1 for all
 * @param min the least value allowed
 * @returns the number; -1 for all
 * @throws {TypeError} if it is not an integer or `null`
 * @throws {RangeError} if it is out of bounds
 */
export function sizeArgument(name: string, value: unknown, min = -1): number {
  if (value === null) return -1;
  return integer(name, value, min, Number.MAX_SAFE_INTEGER);
}

/** Makes the error of a file whose non-blocking socket is not ready. */
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

/** Checks the size of a buffer, in bytes, which must be at least 1. */
export function bufferSize(value: unknown): number {
  return integer("buffer_size", value, 1);
}

// The buffer of bytes received but not yet read. It does no I/O: its caller fills it.

const LINE_FEED = 0x0a;

/**
 * A buffer between receiving and reading. A read removes its bytes only once all of them have
 * arrived, so nothing is lost if receiving fails halfway.
 */
export class ReadBuffer {
  /** The least number of bytes that a receive asks for, even if the read needs fewer. */
  readonly size: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;
  /** The offset before which the unread bytes contain no line feed. */
  #scanned = 0;

  constructor(size: number) {
    this.size = size;
    this.#bytes = new Uint8Array(size);
  }

  /** The number of unread bytes. */
  get length(): number {
    return this.#end - this.#start;
  }

  /**
   * Returns the space to receive into next. Report the bytes received to {@linkcode received}.
   *
   * @param goal how many bytes the read needs in total; the space grows towards it as bytes arrive
   */
  room(goal = 0): Uint8Array<ArrayBuffer> {
    const { length, size } = this;
    const missing = Math.min(goal - length, Math.max(length, 0x10000));
    const room = Math.max(size, missing);
    if (this.#end + room > this.#bytes.length) this.#rearrange(length + room);
    return this.#bytes.subarray(this.#end, this.#end + room);
  }

  /** Moves the bytes to the start of the storage, enlarging it if `capacity` requires it. */
  #rearrange(capacity: number): void {
    const old = this.#bytes;
    if (capacity > old.length) {
      this.#bytes = new Uint8Array(Math.max(capacity, 2 * old.length));
    }
    this.#bytes.set(old.subarray(this.#start, this.#end));
    this.#scanned -= this.#start;
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** Adds `count` bytes, which were received at the start of the space that `room()` returned. */
  received(count: number): void {
    this.#end += count;
  }

  /** Removes and returns at most `max` bytes, or all. */
  take(max = Infinity): Uint8Array<ArrayBuffer> {
    const end = this.#start + Math.min(max, this.length);
    const taken = this.#bytes.slice(this.#start, end);
    this.#drop(end);
    return taken;
  }

  /** Moves as many bytes as fit into another buffer, and returns their number. */
  takeInto(target: Uint8Array): number {
    const end = this.#start + Math.min(target.length, this.length);
    const count = end - this.#start;
    target.set(this.#bytes.subarray(this.#start, end));
    this.#drop(end);
    return count;
  }

  #drop(end: number): void {
    this.#start = end;
    if (end < this.#end) {
      if (this.#scanned < end) this.#scanned = end;
      return;
    }
    this.#start = this.#end = this.#scanned = 0;
    // A long line or large read has been taken: release its memory.
    if (this.#bytes.length > 2 * this.size) {
      this.#bytes = new Uint8Array(this.size);
    }
  }

  /** Returns a copy of the bytes without removing them. */
  peek(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(this.#start, this.#end);
  }

  /**
   * Removes and returns a line.
   *
   * @param size the maximum number of bytes; -1 for the whole line
   * @returns the line with its line feed, or its first `size` bytes; `undefined` if more bytes are
   * needed
   */
  line(size: number): Uint8Array<ArrayBuffer> | undefined {
    const limit = size < 0 ? Infinity : size;
    const end = this.#start + Math.min(limit, this.length);
    const bytes = this.#bytes;
    // Faster than indexOf, which takes no end and would also search stale bytes of earlier lines.
    let at = this.#scanned;
    while (at < end && bytes[at] !== LINE_FEED) at++;
    if (at < end) return this.take(at + 1 - this.#start);
    this.#scanned = end;
    return this.length >= limit ? this.take(limit) : undefined;
  }
}
