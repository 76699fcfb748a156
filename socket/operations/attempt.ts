/**
 * What an attempt is. Every operation of a socket that may have to wait is written once, as an attempt
 * that never waits itself: it gives the result, throws, or says with a {@linkcode Pending} which readiness
 * it lacks; then it is called again with the same arguments. `Socket` drives attempts by blocking,
 * `AsyncSocket` by awaiting.
 */

import { EAGAIN, EINTR, EWOULDBLOCK } from "../../errors/errno.ts";
import { osError } from "../../errors/errors.ts";
import { errno } from "../../ffi/libc.ts";

/** What an attempt gives when it cannot go on: the readiness it lacks, and how that error reads. */
export class Pending {
  /** Whether the socket must become readable or writable. */
  readonly readiness: "read" | "write";
  /** The call that would have waited. */
  readonly syscall: string;
  /** The error number that a non-blocking socket reports. */
  readonly errno: number;
  /** Whether nothing is lacking: the attempt ended for its driver to look at the time. */
  readonly yielded: boolean;

  constructor(
    readiness: "read" | "write",
    syscall: string,
    { errno = EWOULDBLOCK, more = false } = {},
  ) {
    this.readiness = readiness;
    this.syscall = syscall;
    this.errno = errno;
    this.yielded = more;
  }
}

/** What one attempt of an operation gives. */
export type Attempt<T> = T | Pending;

/**
 * Judges a call that returned -1: it would have to wait, or a signal interrupted it (`undefined`: to
 * be made again), or it failed.
 */
export function waitOrRetry(
  wait: Pending,
  code = errno(),
): Pending | undefined {
  if (code === EAGAIN || code === EWOULDBLOCK) return wait;
  if (code === EINTR) return undefined;
  throw osError(code, wait.syscall);
}
