/**
 * Bytes moved from one socket to another: through a pipe by `splice(2)`, which copies nothing, or else
 * through a buffer. Filling is an attempt on the one socket, draining one on the other.
 */

import { errno as E } from "../../constants/errno.ts";
import { SOCK_STREAM } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { integer } from "../../errors/arguments.ts";
import { EINTR } from "../../errors/errno.ts";
import { check, osError } from "../../errors/errors.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { type Attempt, Pending, waitOrRetry } from "./attempt.ts";
import type { Handle } from "./handle.ts";
import { recv_into, send } from "./transfer.ts";

/** How much is moved at a time: a pipe may hold more than its 16 pages, as a page may be a large one. */
const CHUNK = 0x100000;
/** How much is copied at a time. */
const COPY_CHUNK = 0x10000;

const pending = {
  fill: new Pending("read", "splice"),
  drain: new Pending("write", "splice"),
} as const;

// A pipe is only needed while something is in it: who waits for a peer that says nothing has none.
const spare: Int32Array<ArrayBuffer>[] = [];
const MAX_SPARE_PIPES = 8;

function takePipe(): Int32Array<ArrayBuffer> {
  const pipe = spare.pop();
  if (pipe !== undefined) return pipe;
  const made = new Int32Array(2);
  check(libc.pipe2!(made, table.constants.O_CLOEXEC), "pipe2");
  return made;
}

function closePipe(pipe: Int32Array): void {
  for (const end of pipe) libc.close(end);
}

/** Checks how many bytes are to be moved; `null` for all. */
export function byteLimit(count: unknown): number {
  return count === null
    ? Infinity
    : integer("count", count, 0, Number.MAX_SAFE_INTEGER);
}

/** What is on its way between two sockets. To be disposed of, with what is still in it. */
export class Pump implements Disposable {
  /** How many bytes have been passed on. */
  moved = 0;
  #splices: boolean;
  #pipe: Int32Array<ArrayBuffer> | undefined;
  /** How many bytes are in the pipe. */
  #inPipe = 0;
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  /** What of the buffer is to be passed on. */
  #remaining = new Uint8Array(0);

  /**
   * Makes a pump.
   *
   * @param from the socket whose bytes it will take
   * @param to the socket that it will give them
   * @throws {RangeError} if one is not of type `SOCK_STREAM`
   */
  constructor(from: Handle, to: Handle) {
    if (from.type !== SOCK_STREAM || to.type !== SOCK_STREAM) {
      throw new RangeError("only SOCK_STREAM type sockets are supported");
    }
    this.#splices = libc.splice !== undefined && libc.pipe2 !== undefined;
  }

  /** Takes bytes, `limit` at most, of which there is one at least; gives how many, 0 at the end. */
  readonly fill = (handle: Handle, limit: number): Attempt<number> => {
    while (this.#splices) {
      // The pipe is empty: only the socket can lack something.
      const pipe = this.#pipe ??= takePipe();
      const length = Math.min(limit, CHUNK);
      const count = libc.splice!(handle.fd, null, pipe[1], null, length, 0);
      const code = count < 0 ? errno() : 0;
      this.#inPipe = Math.max(0, count);
      if (this.#inPipe === 0) this.#releasePipe();
      if (count >= 0) return count;
      if (code === E.EINVAL) this.#splices = false; // not from such a socket
      else {
        const wait = waitOrRetry(pending.fill, code);
        if (wait !== undefined) return wait;
      }
    }
    const count = recv_into(handle, this.#room(limit), 0, 0);
    if (count instanceof Pending) return count;
    this.#remaining = this.#buffer!.subarray(0, count);
    return count;
  };

  /** Gives what was taken. */
  readonly drain = (handle: Handle): Attempt<undefined> => {
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
      if (code === E.EINVAL) { // not to such a socket
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
  };

  /** Takes out of the pipe what is in it. */
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

  #room(limit: number): Uint8Array<ArrayBuffer> {
    this.#buffer ??= new Uint8Array(COPY_CHUNK);
    return limit >= COPY_CHUNK ? this.#buffer : this.#buffer.subarray(0, limit);
  }

  /** Lets others have the pipe, which is empty. */
  #releasePipe(): void {
    if (spare.length < MAX_SPARE_PIPES) spare.push(this.#pipe!);
    else closePipe(this.#pipe!);
    this.#pipe = undefined;
  }

  /** Throws away what was taken and not given. */
  [Symbol.dispose](): void {
    if (this.#pipe !== undefined) closePipe(this.#pipe);
    this.#pipe = undefined;
  }
}
