/** The buffered file for reading bytes from a socket. */

import { nameClasses } from "../../constants/class_names.ts";
import { type Bytes, bytes, instance } from "../../errors/arguments.ts";
import {
  bufferSize,
  DEFAULT_BUFFER_SIZE,
  LineIO,
  refuseClosed,
  sizeArgument,
} from "./base.ts";
import { SocketIO } from "./raw.ts";
import { ReadBuffer } from "./read_buffer.ts";

/**
 * Reads bytes from a socket through a buffer, like Python's `io.BufferedReader`. `makefile("rb")`
 * returns it.
 *
 * It may receive more than a read asks for, up to the size of its buffer; `recv()` on the socket
 * does not return those bytes. A read that fails removes nothing from the buffer.
 */
export class BufferedReader extends LineIO<Uint8Array<ArrayBuffer>> {
  /** The unbuffered file below this one. */
  readonly raw: SocketIO;
  readonly #buffer: ReadBuffer;

  /**
   * Makes a buffered file on top of an unbuffered one.
   *
   * @param raw the unbuffered file
   * @param buffer_size the buffer's size in bytes
   * @throws {RangeError} if the size is less than 1
   */
  constructor(raw: SocketIO, buffer_size: number = DEFAULT_BUFFER_SIZE) {
    super(instance("raw", raw, SocketIO, "a SocketIO"), "raw");
    this.#buffer = new ReadBuffer(bufferSize(buffer_size));
    this.raw = raw;
  }

  /**
   * Returns whether the file can be written: always false.
   *
   * @throws {RangeError} if it is closed
   */
  override writable(): boolean {
    refuseClosed(this);
    return false;
  }

  /**
   * Reads bytes, receiving as often as needed.
   *
   * @param size how many bytes; -1 for all until the end of the stream
   * @returns the bytes: fewer only at the end of the stream or if a non-blocking socket has no
   * more; `null` if a non-blocking socket has none
   * @throws {TimeoutError} if a `recv()` exceeds the socket's timeout
   * @throws {OSError} `cannot read from timed out object`, if an earlier read timed out
   * @throws {RangeError} if the file is closed
   */
  read(size: number | null = -1): Uint8Array<ArrayBuffer> | null {
    const max = sizeArgument("size", size);
    const goal = max < 0 ? Infinity : max;
    return this.#gather(goal) ? this.#buffer.take(goal) : null;
  }

  /**
   * Reads bytes into a buffer, receiving as often as needed.
   *
   * @param buffer the buffer to fill
   * @returns how many bytes were read: fewer than the buffer's size only at the end of the stream
   * or if a non-blocking socket has no more; `null` if a non-blocking socket has none
   * @throws as {@linkcode read}
   */
  readinto(buffer: Bytes): number | null {
    const view = bytes("buffer", buffer);
    return this.#gather(view.length) ? this.#buffer.takeInto(view) : null;
  }

  /**
   * Reads bytes from the buffer, receiving once if it is empty.
   *
   * @param size the maximum number of bytes; -1 for all that the buffer holds
   * @returns the bytes; empty at the end of the stream; `null` if a non-blocking socket has none
   * (Python returns `b""` then)
   * @throws as {@linkcode read}
   */
  read1(size: number | null = -1): Uint8Array<ArrayBuffer> | null {
    const max = sizeArgument("size", size);
    return this.#any(max) ? this.#buffer.take(max < 0 ? undefined : max) : null;
  }

  /**
   * Reads bytes from the file's buffer into another, receiving once if the file's is empty.
   *
   * @param buffer the buffer to fill
   * @returns how many bytes were read; 0 at the end of the stream; `null` if a non-blocking socket
   * has none
   * @throws as {@linkcode read}
   */
  readinto1(buffer: Bytes): number | null {
    const view = bytes("buffer", buffer);
    return this.#any(view.length) ? this.#buffer.takeInto(view) : null;
  }

  /**
   * Returns the bytes in the buffer without removing them, receiving once if it is empty.
   *
   * @returns a copy of the bytes; empty at the end of the stream, or if a non-blocking socket has
   * none
   * @throws as {@linkcode read}
   */
  peek(): Uint8Array<ArrayBuffer> {
    this.#any(-1);
    return this.#buffer.peek();
  }

  /**
   * Reads a line.
   *
   * @param size the maximum number of bytes; -1 for the whole line
   * @returns the line with its line feed, which the last line may lack; empty at the end of the
   * stream; a partial line or nothing if a non-blocking socket has no more
   * @throws as {@linkcode read}
   */
  override readline(size: number | null = -1): Uint8Array<ArrayBuffer> {
    const limit = sizeArgument("size", size);
    refuseClosed(this);
    for (;;) {
      const line = this.#buffer.line(limit);
      if (line !== undefined) return line;
      if (!this.#fill()) return this.#buffer.take();
    }
  }

  /**
   * Does nothing, because the file cannot be written.
   *
   * @throws {RangeError} if the file is closed
   */
  override flush(): void {
    refuseClosed(this);
  }

  /**
   * Closes the file; closing again does nothing. The descriptor closes once the socket and all its
   * files are closed.
   *
   * @throws {OSError} if the system reports an error when the descriptor closes
   */
  override close(): void {
    this.raw.close();
  }

  /**
   * Receives once. Returns how many bytes; 0 at the end of the stream; `null` if it would block.
   */
  #fill(goal?: number): number | null {
    const count = this.raw.readinto(this.#buffer.room(goal));
    this.#buffer.received(count ?? 0);
    return count;
  }

  /** Receives until the buffer holds `goal` bytes. Returns false if it is empty and would block. */
  #gather(goal: number): boolean {
    refuseClosed(this);
    while (this.#buffer.length < goal) {
      const count = this.#fill(goal);
      if (count === 0) return true;
      if (count === null) return this.#buffer.length > 0;
    }
    return true;
  }

  /** Receives once if the buffer is empty. Returns false if it is empty and would block. */
  #any(goal: number): boolean {
    refuseClosed(this);
    return goal === 0 || this.#buffer.length > 0 || this.#fill(goal) !== null;
  }
}

nameClasses({ BufferedReader });
