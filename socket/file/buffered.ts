/** The buffered files over a socket: for reading bytes, for writing them, and for both. */

import { nameClasses } from "../../constants/table.ts";
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
  LineIO,
  noteFailure,
  ReadBuffer,
  refuseClosed,
  sizeArgument,
  wouldBlock,
} from "./base.ts";
import { SocketIO } from "./raw.ts";

// The buffered file for reading bytes from a socket.

/**
 * Reads bytes from a socket through a buffer, like Python's `io.BufferedReader`. `makefile("rb")`
 * returns it.
 *
 * It may receive more than a read asks for, up to the size of its buffer; `recv()` on the socket
 * does not return those bytes. A read that fails removes nothing from the buffer.
 * @category Files
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

// The buffered file for writing bytes to a socket.

/**
 * Writes bytes to a socket through a buffer, like Python's `io.BufferedWriter`. `makefile("wb")`
 * returns it. Data still in the buffer is lost if the file is neither flushed nor closed.
 * @category Files
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

// The buffered file for reading and writing bytes.

/**
 * Reads bytes from a socket through one buffer and writes them through another, like Python's
 * `io.BufferedRWPair`. `makefile("rwb")` returns it. Reading does not flush written data.
 * @category Files
 */
export class BufferedRWPair extends BufferedReader implements BytesWriter {
  readonly #writer: BufferedWriter;

  /**
   * Makes a buffered file on top of an unbuffered one.
   *
   * @param raw the unbuffered file
   * @param buffer_size the size of each buffer in bytes
   * @throws {RangeError} if the size is less than 1
   */
  constructor(raw: SocketIO, buffer_size: number = DEFAULT_BUFFER_SIZE) {
    super(raw, buffer_size);
    this.#writer = new BufferedWriter(raw, buffer_size);
  }

  /**
   * Returns whether the file can be written.
   *
   * @throws {RangeError} if it is closed
   */
  override writable(): boolean {
    return this.#writer.writable();
  }

  /**
   * Writes bytes, like {@linkcode BufferedWriter.write}: a full buffer or a flush sends them.
   *
   * @param data the bytes
   * @returns their number
   * @throws as {@linkcode BufferedWriter.write}
   */
  write(data: Bytes): number {
    return this.#writer.write(data);
  }

  /**
   * Writes several pieces, with nothing between them.
   *
   * @param lines the pieces
   * @throws as {@linkcode BufferedWriter.write}
   */
  writelines(lines: Iterable<Bytes>): void {
    this.#writer.writelines(lines);
  }

  /**
   * Sends the written data that is still in the buffer.
   *
   * @throws as {@linkcode BufferedWriter.flush}
   */
  override flush(): void {
    this.#writer.flush();
  }

  /**
   * Flushes and closes the file, like {@linkcode BufferedWriter.close}.
   *
   * @throws {OSError} if flushing fails
   */
  override close(): void {
    this.#writer.close();
  }
}

nameClasses({ BufferedRWPair });
