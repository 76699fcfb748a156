/** The buffered file for writing bytes to a socket. */

import { nameClasses } from "../../constants/class_names.ts";
import {
  type Bytes,
  bytes,
  instance,
  iterable,
} from "../../errors/arguments.ts";
import {
  bufferSize,
  type BytesWriter,
  DEFAULT_BUFFER_SIZE,
  IOBase,
  noteFailure,
  refuseClosed,
  wouldBlock,
} from "./base.ts";
import { SocketIO } from "./raw.ts";

/**
 * Writes bytes to a socket through a buffer, like Python's `io.BufferedWriter`. `makefile("wb")`
 * returns it. Data still in the buffer is lost if the file is neither flushed nor closed.
 */
export class BufferedWriter extends IOBase implements BytesWriter {
  /** The unbuffered file below this one. */
  readonly raw: SocketIO;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #end = 0;
  #failed = false;

  /**
   * Makes a buffered file on top of an unbuffered one.
   *
   * @param raw the unbuffered file
   * @param buffer_size the buffer's size in bytes
   * @throws {RangeError} if the size is less than 1
   */
  constructor(raw: SocketIO, buffer_size: number = DEFAULT_BUFFER_SIZE) {
    super(instance("raw", raw, SocketIO, "a SocketIO"), "raw");
    this.#bytes = new Uint8Array(bufferSize(buffer_size));
    this.raw = raw;
  }

  /**
   * Returns whether the file can be read: always false.
   *
   * @throws {RangeError} if it is closed
   */
  override readable(): boolean {
    refuseClosed(this);
    return false;
  }

  /**
   * Writes bytes into the buffer. A full buffer or a flush sends them.
   *
   * @param data the bytes
   * @returns their number
   * @throws {BlockingIOError} if the socket is non-blocking and the buffer is full; its
   * `characters_written` is the number of these bytes that were written
   * @throws {TimeoutError} if a `send()` exceeds the socket's timeout
   * @throws {RangeError} if the file is closed
   */
  write(data: Bytes): number {
    refuseClosed(this);
    const view = bytes("data", data);
    if (this.#put(view, view.length)) this.#note(false);
    else this.#noting(() => this.#overflow(view));
    return view.length;
  }

  /**
   * Writes several pieces, with nothing between them.
   *
   * @param lines the pieces
   * @throws as {@linkcode write}
   */
  writelines(lines: Iterable<Bytes>): void {
    for (const line of iterable("lines", lines)) {
      this.write(bytes("lines", line));
    }
  }

  /**
   * Sends the written data that is still in the buffer.
   *
   * @throws {BlockingIOError} if the socket is non-blocking and does not accept all of it
   * @throws {TimeoutError} if a `send()` exceeds the socket's timeout
   * @throws {RangeError} if the file is closed
   */
  override flush(): void {
    refuseClosed(this);
    this.#noting(() => {
      if (!this.#drain()) throw wouldBlock("write");
    });
  }

  /**
   * Flushes and closes the file; closing again does nothing. The file closes even if flushing
   * fails. The descriptor closes once the socket and all its files are closed.
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

  /** Sends what does not fit into the buffer, or what is in it before. */
  #overflow(data: Uint8Array<ArrayBuffer>): void {
    let done = 0;
    if (this.#drain()) {
      // Data longer than the buffer gains nothing from it: send it directly.
      while (data.length - done > this.#bytes.length) {
        const count = this.raw.write(data.subarray(done));
        if (count === null) break;
        done += count;
      }
    }
    const taken = Math.min(data.length - done, this.#bytes.length - this.#end);
    this.#put(data.subarray(done, done + taken), taken);
    done += taken;
    if (done < data.length) throw wouldBlock("write", done);
  }

  /** Sends, and notes whether that failed. */
  #noting(send: () => void): void {
    try {
      send();
    } catch (error) {
      this.#note(true);
      throw error;
    }
    this.#note(false);
  }

  #note(failed: boolean): void {
    if (failed !== this.#failed) noteFailure(this, failed);
    this.#failed = failed;
  }

  /** Appends bytes to the buffer. Returns false, and appends none, if they do not fit. */
  #put(data: Uint8Array, length: number): boolean {
    if (length > this.#bytes.length - this.#end) return false;
    this.#bytes.set(data, this.#end);
    this.#end += length;
    return true;
  }

  /** Sends what the buffer holds. Returns false if the socket would block. */
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

nameClasses({ BufferedWriter });
