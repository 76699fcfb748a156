/** The unbuffered file over a socket. */

import { handleOf } from "../operations/handle.ts";
import { type Bytes, bytes } from "../../errors/arguments.ts";
import { BlockingIOError, OSError, TimeoutError } from "../../errors/errors.ts";
import {
  type BytesWriter,
  LineIO,
  refuseClosed,
  sizeArgument,
  UnsupportedOperation,
  wouldBlock,
} from "./base.ts";
import { parseMode } from "./mode.ts";
import { ReadBuffer } from "./read_buffer.ts";

/** The socket under a file: `Socket`. */
export interface FileSocket {
  /** The descriptor, or -1 once the socket is closed. */
  fileno(): number;
  /** Receives bytes into a buffer, and gives how many. */
  recv_into(buffer: Bytes): number;
  /** Sends bytes, and gives how many. */
  send(data: Bytes): number;
}

/**
 * A file over a socket that has no buffer, as Python's `socket.SocketIO`: what `makefile()` gives
 * with `buffering` 0. Each read is one `recv()`, each write one `send()`.
 *
 * Once a read has timed out, every further one throws `cannot read from timed out object`.
 */
export class SocketIO extends LineIO<Uint8Array<ArrayBuffer>>
  implements BytesWriter {
  readonly #reading: boolean;
  readonly #writing: boolean;
  #socket: FileSocket | null;
  #timedOut = false;

  /**
   * Makes a file, which keeps the socket's descriptor open until it is closed itself.
   *
   * @param sock the socket
   * @param mode `"r"`, `"w"` or `"rw"`, with `b` or without
   * @throws {RangeError} if the mode is another
   */
  constructor(sock: FileSocket, mode: string) {
    super();
    const { reading, writing } = parseMode(mode);
    this.#reading = reading;
    this.#writing = writing;
    this.#socket = sock;
    handleOf(sock).retain();
  }

  /** Whether the file is closed. */
  override get closed(): boolean {
    return this.#socket === null;
  }

  /** What the file was opened for: `"rb"`, `"wb"` or `"rwb"`. */
  override get mode(): string {
    return `${this.#reading ? "r" : ""}${this.#writing ? "w" : ""}b`;
  }

  /** The socket's descriptor, -1 once the file is closed. */
  override get name(): number {
    return this.#socket?.fileno() ?? -1;
  }

  /**
   * The socket's descriptor.
   *
   * @throws {RangeError} if the file is closed
   */
  override fileno(): number {
    return this.#open().fileno();
  }

  /**
   * Whether the file can be read.
   *
   * @throws {RangeError} if it is closed
   */
  override readable(): boolean {
    refuseClosed(this);
    return this.#reading;
  }

  /**
   * Whether the file can be written.
   *
   * @throws {RangeError} if it is closed
   */
  override writable(): boolean {
    refuseClosed(this);
    return this.#writing;
  }

  /**
   * Receives bytes into a buffer.
   *
   * @param buffer where they go
   * @returns how many came, 0 at the end of the stream, `null` if the socket is non-blocking and none
   * are there
   * @throws {TimeoutError} if none come within the socket's timeout
   * @throws {OSError} if a read timed out before
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if it is closed
   */
  readinto(buffer: Bytes): number | null {
    const socket = this.#open();
    if (!this.#reading) throw new UnsupportedOperation("not readable");
    if (this.#timedOut) {
      throw new OSError(null, "cannot read from timed out object");
    }
    try {
      return socket.recv_into(buffer);
    } catch (error) {
      if (error instanceof BlockingIOError) return null;
      this.#timedOut = error instanceof TimeoutError;
      throw error;
    }
  }

  /**
   * Receives bytes.
   *
   * @param size how many at most, in one `recv()`; -1 for all until the end of the stream
   * @returns what came, nothing at the end of the stream, `null` if the socket is non-blocking and
   * none are there
   * @throws as {@linkcode readinto}
   */
  read(size: number | null = -1): Uint8Array<ArrayBuffer> | null {
    const max = sizeArgument("size", size);
    if (max < 0) return this.readall();
    const buffer = new Uint8Array(max);
    const count = this.readinto(buffer);
    return count === null ? null : buffer.slice(0, count);
  }

  /**
   * Receives all bytes until the end of the stream, or until a non-blocking socket has no more.
   *
   * @returns the bytes, `null` if the socket is non-blocking and none are there
   * @throws as {@linkcode readinto}
   */
  readall(): Uint8Array<ArrayBuffer> | null {
    const buffer = new ReadBuffer(0x10000);
    for (;;) {
      const count = this.readinto(buffer.room(Infinity));
      if (count === null && buffer.length === 0) return null;
      if (!count) return buffer.take();
      buffer.received(count);
    }
  }

  /**
   * Receives a line, byte by byte: take a buffered file where that matters.
   *
   * @param size how many bytes of it at most; -1 for all
   * @returns the line with its line feed, which the last one may lack; nothing at the end of the
   * stream; less than a line, or nothing, if the socket is non-blocking and has no more
   * @throws as {@linkcode readinto}
   */
  override readline(size: number | null = -1): Uint8Array<ArrayBuffer> {
    const limit = sizeArgument("size", size);
    const buffer = new ReadBuffer(1);
    for (;;) {
      const line = buffer.line(limit);
      if (line !== undefined) return line;
      const count = this.readinto(buffer.room());
      if (!count) return buffer.take();
      buffer.received(count);
    }
  }

  /**
   * Sends bytes, in one `send()`.
   *
   * @param data the bytes
   * @returns how many were sent, `null` if the socket is non-blocking and takes none
   * @throws {UnsupportedOperation} if the file is not writable
   * @throws {RangeError} if it is closed
   */
  write(data: Bytes): number | null {
    const socket = this.#open();
    if (!this.#writing) throw new UnsupportedOperation("not writable");
    try {
      return socket.send(data);
    } catch (error) {
      if (error instanceof BlockingIOError) return null;
      throw error;
    }
  }

  /**
   * Sends all bytes of several pieces. Python sends each piece once, and loses what is not taken.
   *
   * @param lines the pieces; nothing is put between them
   * @throws {BlockingIOError} if the socket is non-blocking and does not take all; its
   * `characters_written` counts the bytes that were sent
   * @throws as {@linkcode write}
   */
  writelines(lines: Iterable<Bytes>): void {
    let sent = 0;
    for (const line of lines) {
      let rest = bytes("lines", line);
      while (rest.length > 0) {
        const count = this.write(rest);
        if (count === null) throw wouldBlock("write", sent);
        rest = rest.subarray(count);
        sent += count;
      }
    }
  }

  /**
   * Does nothing, as there is no buffer.
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
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    handleOf(socket).releaseFile();
  }

  #open(): FileSocket {
    refuseClosed(this);
    return this.#socket!;
  }
}
