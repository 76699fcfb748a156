/** The unbuffered file over a socket, and the modes of `makefile()`. */

import { rangeError, recaptured, typeError } from "../../constants/stack.ts";
import {
  type Bytes,
  bytes,
  describe,
  iterable,
  MAX_TRANSFER,
  string,
} from "../../errors/arguments.ts";
import { nameClasses } from "../../constants/table.ts";
import { BlockingIOError, OSError, TimeoutError } from "../../errors/errors.ts";
import { handleOf } from "../operations/attempt.ts";
import { receiveBuffer, receivedBytes } from "../operations/transfer.ts";
import {
  type BytesWriter,
  LineIO,
  ReadBuffer,
  refuseClosed,
  sizeArgument,
  UnsupportedOperation,
  wouldBlock,
} from "./base.ts";

// The modes of `makefile()`.

/**
 * What a file is for: `r` to read (the default), `w` to write, `b` for bytes instead of text.
 * @category Files
 */
export type FileMode =
  | ("" | "r" | "w" | "rw" | "wr")
  | ("b" | "rb" | "br" | "wb" | "bw")
  | ("rwb" | "rbw" | "wrb" | "wbr" | "brw" | "bwr");

/** A parsed mode. */
export interface ParsedMode {
  /** Whether the file can be read. */
  readonly reading: boolean;
  /** Whether the file can be written. */
  readonly writing: boolean;
  /** Whether the file contains bytes rather than text. */
  readonly binary: boolean;
}

/**
 * Parses a mode.
 *
 * @throws {TypeError} if it is not a string
 * @throws {RangeError} if it contains a letter other than `r`, `w` and `b`
 */
export function parseMode(mode: unknown): ParsedMode {
  const letters = string("mode", mode);
  if (/[^rwb]/.test(letters)) {
    throw rangeError(
      `mode: invalid mode ${JSON.stringify(letters)} (only r, w, b allowed)`,
    );
  }
  const writing = letters.includes("w");
  return {
    reading: letters.includes("r") || !writing,
    writing,
    binary: letters.includes("b"),
  };
}

/**
 * Checks an optional string. Returns `null` if it is omitted; throws `TypeError` if not a string.
 */
export function optionalString(name: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  throw typeError(
    `${name} must be a string or null, not ${describe(value)}`,
  );
}

/**
 * What a file needs of the `Socket` below it.
 * @category Files
 */
export interface FileSocket {
  /** Returns the descriptor; -1 once it is closed or detached. */
  fileno(): number;
  /** Receives bytes into a buffer and returns how many. */
  recv_into(buffer: Bytes): number;
  /** Sends bytes and returns how many. */
  send(data: Bytes): number;
}

/**
 * An unbuffered file over a socket, like Python's `socket.SocketIO`. `makefile()` with a
 * `buffering` of 0 returns it. Each `readinto()` is one `recv()`, each `write()` one `send()`.
 *
 * Once a read has timed out, every later one throws `OSError`: `cannot read from timed out object`.
 * @category Files
 */
export class SocketIO extends LineIO<Uint8Array<ArrayBuffer>>
  implements BytesWriter {
  readonly #reading: boolean;
  readonly #writing: boolean;
  #socket: FileSocket | null;
  #timedOut: TimeoutError | undefined;

  /**
   * Makes a file. Until it is closed, it keeps the socket's descriptor open.
   *
   * @param sock the socket
   * @param mode `"r"`, `"w"` or `"rw"`, with or without `b`
   * @throws {RangeError} for any other mode
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

  /** The mode of the file: `"rb"`, `"wb"` or `"rwb"`. */
  override get mode(): string {
    return `${this.#reading ? "r" : ""}${this.#writing ? "w" : ""}b`;
  }

  /** The socket's descriptor; -1 once the file is closed. */
  override get name(): number {
    return this.#socket?.fileno() ?? -1;
  }

  /**
   * Returns the socket's descriptor.
   *
   * @returns the descriptor; -1 if the socket was detached
   * @throws {RangeError} if the file is closed
   */
  override fileno(): number {
    return this.#open().fileno();
  }

  /**
   * Returns whether the file can be read.
   *
   * @throws {RangeError} if it is closed
   */
  override readable(): boolean {
    refuseClosed(this);
    return this.#reading;
  }

  /**
   * Returns whether the file can be written.
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
   * @param buffer the buffer to fill
   * @returns how many bytes were received; 0 at the end of the stream; `null` if a non-blocking
   * socket has none
   * @throws {TimeoutError} if none arrive within the socket's timeout
   * @throws {OSError} `cannot read from timed out object`, if an earlier read timed out
   * @throws {UnsupportedOperation} if the file is not readable
   * @throws {RangeError} if the file is closed
   */
  readinto(buffer: Bytes): number | null {
    const socket = this.#open();
    if (!this.#reading) throw new UnsupportedOperation("not readable");
    if (this.#timedOut) {
      throw new OSError("cannot read from timed out object", {
        cause: this.#timedOut,
      });
    }
    try {
      return socket.recv_into(buffer);
    } catch (error) {
      if (error instanceof BlockingIOError) return null;
      if (error instanceof TimeoutError) this.#timedOut = error;
      throw recaptured(error, SocketIO.prototype.readinto);
    }
  }

  /**
   * Receives bytes.
   *
   * @param size the maximum number of bytes, in one `recv()`; -1 for all until the end of the
   * stream
   * @returns the bytes; empty at the end of the stream; `null` if a non-blocking socket has none
   * @throws as {@linkcode readinto}
   */
  read(size: number | null = -1): Uint8Array<ArrayBuffer> | null {
    const max = sizeArgument("size", size);
    if (max < 0) return this.readall();
    const room = Math.min(max, MAX_TRANSFER);
    const buffer = receiveBuffer(room, 0);
    const count = this.readinto(buffer.subarray(0, room));
    return count === null ? null : receivedBytes(buffer, count);
  }

  /**
   * Receives all bytes until the end of the stream, or until a non-blocking socket has no more.
   *
   * @returns the bytes; `null` if a non-blocking socket has none
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
   * Receives a line, with one `recv()` for each byte; a buffered file is faster.
   *
   * @param size the maximum number of bytes; -1 for the whole line
   * @returns the line with its line feed, which the last line may lack; empty at the end of the
   * stream; a partial line or nothing if a non-blocking socket has no more
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
   * @returns how many bytes were sent; `null` if a non-blocking socket accepts none
   * @throws {TimeoutError} if the socket accepts none within its timeout
   * @throws {UnsupportedOperation} if the file is not writable
   * @throws {RangeError} if the file is closed
   */
  write(data: Bytes): number | null {
    const socket = this.#open();
    if (!this.#writing) throw new UnsupportedOperation("not writable");
    try {
      return socket.send(data);
    } catch (error) {
      if (error instanceof BlockingIOError) return null;
      throw recaptured(error, SocketIO.prototype.write);
    }
  }

  /**
   * Sends all bytes of several pieces, with nothing between them. Python calls `send()` once for
   * each piece and loses the bytes that the socket does not accept.
   *
   * @param lines the pieces
   * @throws {BlockingIOError} if the socket is non-blocking and does not accept all of them; its
   * `characters_written` is the number of bytes that were sent
   * @throws as {@linkcode write}
   */
  writelines(lines: Iterable<Bytes>): void {
    let sent = 0;
    for (const line of iterable("lines", lines)) {
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
   * Does nothing, because there is no buffer.
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

nameClasses({ SocketIO });
