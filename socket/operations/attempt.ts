/**
 * Attempts. Every socket operation that may have to wait is written once, as an attempt that never
 * waits: it returns the result, throws, or returns a {@linkcode Pending} that names the readiness
 * it needs. Its driver waits for that and calls it again with the same arguments: `Socket` by
 * blocking, `AsyncSocket` by awaiting.
 */

import { EAGAIN, EINTR, EWOULDBLOCK } from "../../errors/errno.ts";
import { osError } from "../../errors/errors.ts";
import { errno } from "../../ffi/libc.ts";
import type { Handle } from "./handle.ts";

/** Returned by an attempt that cannot go on: the readiness it needs, and the error it would be. */
export class Pending {
  /** What the socket must become first: readable or writable, or have urgent data. */
  readonly readiness: "read" | "write" | "urgent";
  /** The system call that would have blocked. */
  readonly syscall: string;
  /** The error number of the `OSError` that a non-blocking socket throws. */
  readonly errno: number;
  /** True if the attempt could continue but yields so that its driver can check the deadline. */
  readonly yielded: boolean;

  constructor(
    readiness: "read" | "write" | "urgent",
    syscall: string,
    { errno = EWOULDBLOCK, yielded = false } = {},
  ) {
    this.readiness = readiness;
    this.syscall = syscall;
    this.errno = errno;
    this.yielded = yielded;
  }
}

/** The outcome of one attempt of an operation. */
export type Attempt<T> = T | Pending;

/** A function that attempts an operation. */
export interface Attempting<P extends unknown[], T> {
  (handle: Handle, ...args: P): Attempt<T>;
  /** What to return if the wait ends too early, by a timeout or a signal; `undefined` to throw. */
  partial?(): T | undefined;
}

/**
 * Classifies the error of a system call that returned -1.
 *
 * @param wait what to return if the call would block
 * @param code the error number
 * @returns `wait` if the call would block, `undefined` if a signal interrupted it: call it again
 * @throws {OSError} if the call failed
 */
export function waitOrRetry(
  wait: Pending,
  code = errno(),
): Pending | undefined {
  if (code === EAGAIN || code === EWOULDBLOCK) return wait;
  if (code === EINTR) return undefined;
  throw osError(code, wait.syscall);
}
