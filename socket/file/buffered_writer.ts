/** The buffered file for writing bytes to a socket. */

import { type Bytes, bytes } from "../../errors/arguments.ts";
import {
  bufferSize,
  type BytesWriter,
  DEFAULT_BUFFER_SIZE,
  IOBase,
  refuseClosed,
  wouldBlock,
} from "./base.ts";
import type { SocketIO } from "./raw.ts";

/**
 * Writes bytes to a socket through a buffer, as Python's `io.BufferedWriter`: what
 * `makefile("wb")` gives. What was written and neither flushed nor closed is not sent.
 */
export class BufferedWriter extends IOBase implements BytesWriter {
  /** The file without buffer below this one. */
  readonly raw: SocketIO;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #end = 0;

  /**
   * Makes a buffered file of one that has no buffer.
   *
   * @param raw the file below
   * @param buffer_size the buffer's size in bytes
   * @throws {RangeError} if the size is less than 1
   */
  constructor(raw: SocketIO, buffer_size: number = DEFAULT_BUFFER_SIZE) {
    super(raw);
    this.#bytes = new Uint8Array(bufferSize(buffer_size));
    this.raw = raw;
  }

  /**
   * Whether the file can be read.
   *
   * @throws {RangeError} if it is closed
   */
  override readable(): boolean {
    refuseClosed(this);
    return false;
  }

  /**
   * Writes bytes: they are sent once the buffer is full, or flushed.
   *
   * @param data the bytes
   * @returns how many there are
   * @throws {BlockingIOError} if the socket is non-blocking and the buffer is full; its
   * `characters_written` says how many of these bytes were taken
   * @throws {TimeoutError} if the socket takes none within its timeout
   * @throws {RangeError} if the file is closed
   */
  write(data: Bytes): number {
    refuseClosed(this);
    const view = bytes("data", data);
    if (this.#put(view, view.length)) return view.length;
    let done = 0;
    if (this.#drain()) {
      // What is longer than the buffer has no use for it.
      while (view.length - done > this.#bytes.length) {
        const count = this.raw.write(view.subarray(done));
        if (count === null) break;
        done += count;
      }
    }
    const taken = Math.min(
      view.length - done,
      this.#bytes.length - this.#end,
    );
    this.#put(view.subarray(done, done + taken), taken);
    done += taken;
    if (done < view.length) throw wouldBlock("write", done);
    return done;
  }

  /**
   * Writes several pieces; nothing is put between them.
   *
   * @param lines the pieces
   * @throws as {@linkcode write}
   */
  writelines(lines: Iterable<Bytes>): void {
    for (const line of lines) this.write(line);
  }

  /**
   * Sends what the buffer holds.
   *
   * @throws {BlockingIOError} if the socket is non-blocking and does not take all of it
   * @throws {TimeoutError} if the socket does not take it within its timeout
   * @throws {RangeError} if the file is closed
   */
  override flush(): void {
    refuseClosed(this);
    if (!this.#drain()) throw wouldBlock("write");
  }

  /**
   * Flushes and closes the file; closing again does nothing. The descriptor closes with the last of
   * the socket and its files. If flushing fails, the file is closed all the same.
   *
   * @throws {OSError} if flushing fails
   */
  override close(): void {
    if (this.closed) return;
    try {
      this.flush();
    } finally {
      this.raw.close();
    }
  }

  /** Puts bytes into the buffer, if it has the space. */
  #put(data: Uint8Array, length: number): boolean {
    if (length > this.#bytes.length - this.#end) return false;
    this.#bytes.set(data, this.#end);
    this.#end += length;
    return true;
  }

  /** Sends what the buffer holds; whether the socket took all. */
  #drain(): boolean {
    let sent = 0;
    try {
      while (sent < this.#end) {
        const count = this.raw.write(this.#bytes.subarray(sent, this.#end));
        if (count === null) return false;
        sent += count;
      }
      return true;
    } finally {
      this.#bytes.copyWithin(0, sent, this.#end);
      this.#end -= sent;
    }
  }
}
