/**
 * Moving bytes from one socket to another: through a pipe by `splice(2)`, which copies nothing, or
 * else through a buffer. Filling is an attempt on the source socket, draining on the destination.
 */

import { errno as E } from "../../constants/lookup.ts";
import { MSG_DONTWAIT, SOCK_STREAM } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { rangeError } from "../../constants/stack.ts";
import { integer } from "../../errors/arguments.ts";
import { check, EINTR, osError } from "../../errors/errors.ts";
import { disown, errno, isMain, libc, own } from "../../ffi/libc.ts";
import { type Attempt, type Handle, Pending, waitOrRetry } from "./attempt.ts";
import { ensureNonBlocking } from "./connection.ts";
import { recv_into, send } from "./transfer.ts";

/**
 * The most bytes to splice at a time: more than the usual 64 KiB of a pipe's 16 pages, because a
 * page may be a large one.
 */
const CHUNK = 0x100000;
/** The most bytes to copy at a time. */
const COPY_CHUNK = 0x10000;
let sharedBuffer: Uint8Array<ArrayBuffer> | undefined;

const pending = {
  fill: new Pending("read", "splice"),
  drain: new Pending("write", "splice"),
} as const;

// A pump holds a pipe only while bytes are in it, so pumps that wait for an idle peer have none,
// and a few spare ones serve many pumps. A Worker's last pump closes them, as it may
// end without notice.
const spare: Int32Array<ArrayBuffer>[] = [];
let pumps = 0;
const MAX_SPARE_PIPES = 8;

function takePipe(): Int32Array<ArrayBuffer> {
  const pipe = spare.pop();
  if (pipe !== undefined) return pipe;
  const made = new Int32Array(2);
  check(libc.pipe2!(made, table.constants.O_CLOEXEC), "pipe2");
  own(...made);
  return made;
}

function closePipe(pipe: Int32Array): void {
  disown(...pipe);
  for (const end of pipe) libc.close(end);
}

/** Checks how many bytes to move at most; `null` for all. */
export function byteLimit(count: unknown): number {
  return count === null
    ? Infinity
    : integer("count", count, 0, Number.MAX_SAFE_INTEGER);
}

/** Moves bytes between two sockets. Dispose of it, which discards the bytes still in it. */
export class Pump implements Disposable {
  /** How many bytes have been sent. */
  moved = 0;
  #splices: boolean;
  #pipe: Int32Array<ArrayBuffer> | undefined;
  /** How many bytes are in the pipe. */
  #inPipe = 0;
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  /** The part of the buffer that is still to be sent. */
  #remaining = new Uint8Array(0);

  /**
   * Makes a pump.
   *
   * @param from the socket to receive from
   * @param to the socket to send to
   * @throws {RangeError} if one is not of type `SOCK_STREAM`
   */
  constructor(from: Handle, to: Handle) {
    if (from.type !== SOCK_STREAM || to.type !== SOCK_STREAM) {
      throw rangeError("only SOCK_STREAM type sockets are supported");
    }
    this.#splices = libc.splice !== undefined && libc.pipe2 !== undefined;
    pumps++;
  }

  /** Receives up to `limit` bytes, 1 or more; returns how many, 0 at the end of the stream. */
  readonly fill = (handle: Handle, limit: number): Attempt<number> => {
    while (this.#splices) {
      // The pipe is empty, so if this would block, it is for lack of bytes in the socket.
      const pipe = this.#pipe ??= takePipe();
      const length = Math.min(limit, CHUNK);
      ensureNonBlocking(handle);
      const count = libc.splice!(handle.fd, null, pipe[1], null, length, 0);
      const code = count < 0 ? errno() : 0;
      if (count > 0) return this.#inPipe = count;
      this.#releasePipe();
      // At an urgent byte, splice reports the end of the stream, or that there is nothing yet.
      if (count === 0) return this.#copy(handle, limit, 0);
      if (code === E.EAGAIN) return this.#copy(handle, limit, MSG_DONTWAIT);
      if (code === E.EINVAL) this.#splices = false; // this kind of socket cannot be spliced from
      else waitOrRetry(pending.fill, code);
    }
    return this.#copy(handle, limit, 0);
  };

  /** Receives into a buffer. */
  #copy(handle: Handle, limit: number, flags: number): Attempt<number> {
    // Pumps that splice seldom copy. They share a buffer, so that idle ones need none.
    const buffer = this.#splices
      ? sharedBuffer ??= new Uint8Array(COPY_CHUNK)
      : this.#buffer ??= new Uint8Array(COPY_CHUNK);
    const room = Math.min(limit, COPY_CHUNK);
    const count = recv_into(handle, buffer, room, flags);
    if (count instanceof Pending) return pending.fill;
    this.#remaining = this.#splices
      ? buffer.slice(0, count)
      : buffer.subarray(0, count);
    return count;
  }

  /** Sends what {@linkcode fill} received. */
  readonly drain = (handle: Handle): Attempt<undefined> => {
    if (this.#inPipe > 0) ensureNonBlocking(handle);
    while (this.#inPipe > 0) {
      const count = libc.splice!(
        this.#pipe![0],
        null,
        handle.fd,
        null,
        this.#inPipe,
        0,
      );
      if (count >= 0) {
        this.#inPipe -= count;
        this.moved += count;
        continue;
      }
      const code = errno();
      if (code === E.EINVAL) { // this kind of socket cannot be spliced to
        this.#splices = false;
        this.#empty();
      } else {
        const wait = waitOrRetry(pending.drain, code);
        if (wait !== undefined) return wait;
      }
    }
    if (this.#pipe !== undefined) this.#releasePipe();
    while (this.#remaining.length > 0) {
      const count = send(handle, this.#remaining, 0);
      if (count instanceof Pending) return count;
      this.#remaining = this.#remaining.subarray(count);
      this.moved += count;
    }
    return undefined;
  };

  /** Moves the pipe's content into the buffer. */
  #empty(): void {
    const into = new Uint8Array(this.#inPipe);
    for (let at = 0; at < into.length;) {
      const count = libc.read!(
        this.#pipe![0],
        into.subarray(at),
        into.length - at,
      );
      if (count > 0) at += count;
      else if (errno() !== EINTR) throw osError(errno(), "read");
    }
    this.#remaining = into;
    this.#inPipe = 0;
  }

  /** Returns the empty pipe to the spare ones. */
  #releasePipe(): void {
    if (spare.length < MAX_SPARE_PIPES) spare.push(this.#pipe!);
    else closePipe(this.#pipe!);
    this.#pipe = undefined;
  }

  /** Discards what was received but not sent. */
  [Symbol.dispose](): void {
    if (this.#pipe !== undefined) closePipe(this.#pipe);
    this.#pipe = undefined;
    this.#buffer = undefined;
    this.#remaining = new Uint8Array(0);
    if (--pumps === 0 && !isMain) spare.splice(0).forEach(closePipe);
  }
}
