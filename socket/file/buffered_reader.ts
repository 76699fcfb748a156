/** The buffered file for reading bytes from a socket. */

import { type Bytes, bytes } from "../../errors/arguments.ts";
import {
  bufferSize,
  DEFAULT_BUFFER_SIZE,
  LineIO,
  refuseClosed,
  sizeArgument,
} from "./base.ts";
import type { SocketIO } from "./raw.ts";
import { ReadBuffer } from "./read_buffer.ts";

/**
 * Reads bytes from a socket through a buffer, as Python's `io.BufferedReader`: what
 * `makefile("rb")` gives.
 *
 * It may receive more than it is asked for, up to the size of its buffer: what it holds, `recv()` no
 * longer sees. A read that fails takes nothing out of the buffer.
 */
export class BufferedReader extends LineIO<Uint8Array<ArrayBuffer>> {
  /** The file without buffer below this one. */
  readonly raw: SocketIO;
  readonly #buffer: ReadBuffer;

  /**
   * Makes a buffered file of one that has no buffer.
   *
   * @param raw the file below
   * @param buffer_size the buffer's size in bytes
   * @throws {RangeError} if the size is less than 1
   */
  constructor(raw: SocketIO, buffer_size: number = DEFAULT_BUFFER_SIZE) {
    super(raw);
    this.#buffer = new ReadBuffer(bufferSize(buffer_size));
    this.raw = raw;
  }

  /**
   * Whether the file can be written.
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
   * @param size how many; -1 for all until the end of the stream
   * @returns the bytes: fewer only at the end of the stream, or if a non-blocking socket has no more;
   * `null` if it has none
   * @throws {TimeoutError} if they do not come within the socket's timeout
   * @throws {OSError} if a read timed out before
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
   * @param buffer where they go
   * @returns how many: fewer than it holds only at the end of the stream, or if a non-blocking socket
   * has no more; `null` if it has none
   * @throws as {@linkcode read}
   */
  readinto(buffer: Bytes): number | null {
    const view = bytes("buffer", buffer);
    return this.#gather(view.length) ? this.#buffer.takeInto(view) : null;
  }

  /**
   * Reads what is there, receiving once if nothing is.
   *
   * @param size how many bytes at most; -1 for as many as the buffer holds
   * @returns the bytes, nothing at the end of the stream, `null` if the socket is non-blocking and
   * none are there (Python gives nothing then)
   * @throws as {@linkcode read}
   */
  read1(size: number | null = -1): Uint8Array<ArrayBuffer> | null {
    const max = sizeArgument("size", size);
    return this.#any(max) ? this.#buffer.take(max < 0 ? undefined : max) : null;
  }

  /**
   * Reads what is there into a buffer, receiving once if nothing is.
   *
   * @param buffer where it goes
   * @returns how many bytes, 0 at the end of the stream, `null` if the socket is non-blocking and
   * none are there
   * @throws as {@linkcode read}
   */
  readinto1(buffer: Bytes): number | null {
    const view = bytes("buffer", buffer);
    return this.#any(view.length) ? this.#buffer.takeInto(view) : null;
  }

  /**
   * Shows the bytes that the buffer holds, receiving once if it is empty; they are still to be read.
   *
   * @returns a copy of them: nothing at the end of the stream
   * @throws as {@linkcode read}
   */
  peek(): Uint8Array<ArrayBuffer> {
    this.#any(-1);
    return this.#buffer.peek();
  }

  /**
   * Reads a line.
   *
   * @param size how many bytes of it at most; -1 for all
   * @returns the line with its line feed, which the last one may lack; nothing at the end of the
   * stream; less than a line, or nothing, if the socket is non-blocking and has no more
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
   * Does nothing, as nothing was written.
   *
   * @throws {RangeError} if the file is closed
   */
  override flush(): void {
    refuseClosed(this);
  }

  /**
   * Closes the file; closing again does nothing. The descriptor closes with the last of the socket
   * and its files.
   *
   * @throws {OSError} if the system reports an error of the socket
   */
  override close(): void {
    this.raw.close();
  }

  /** Receives once: gives how many bytes, 0 at the end of the stream, `null` if none are there. */
  #fill(goal?: number): number | null {
    const count = this.raw.readinto(this.#buffer.room(goal));
    this.#buffer.received(count ?? 0);
    return count;
  }

  /** Receives until the buffer holds enough; whether there is anything to give. */
  #gather(goal: number): boolean {
    refuseClosed(this);
    while (this.#buffer.length < goal) {
      const count = this.#fill(goal);
      if (count === 0) return true;
      if (count === null) return this.#buffer.length > 0;
    }
    return true;
  }

  /** Receives once if the buffer is empty; whether there is anything to give. */
  #any(goal: number): boolean {
    refuseClosed(this);
    return goal === 0 || this.#buffer.length > 0 || this.#fill(goal) !== null;
  }
}
