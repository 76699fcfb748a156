/**
 * Attempts. Every socket operation that may have to wait is written once, as an attempt that never
 * waits: it returns the result, throws, or returns a {@linkcode Pending} that names the readiness
 * it needs. Its driver waits for that and calls it again with the same arguments: `Socket` by
 * blocking, `AsyncSocket` by awaiting.
 */

import { table } from "../../constants/table.ts";
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
  /** The address that the call is for, if it is for one. */
  readonly address: unknown;
  /** True if the attempt could continue but yields so that its driver can check the deadline. */
  readonly yielded: boolean;
  /** True if the caller asked the system not to wait, by `MSG_DONTWAIT`. */
  readonly unwanted: boolean;

  constructor(
    readiness: "read" | "write" | "urgent",
    syscall: string,
    { errno = EWOULDBLOCK, yielded = false, unwanted = false, address }: {
      readonly errno?: number;
      readonly yielded?: boolean;
      readonly unwanted?: boolean;
      readonly address?: unknown;
    } = {},
  ) {
    this.readiness = readiness;
    this.syscall = syscall;
    this.errno = errno;
    this.yielded = yielded;
    this.unwanted = unwanted;
    this.address = address;
  }
}

const MSG_DONTWAIT: number = table.constants.MSG_DONTWAIT ?? 0;

/** The outcome of one attempt of an operation. */
export type Attempt<T> = T | Pending;

/** A function that attempts an operation. */
export interface Attempting<P extends unknown[], T> {
  (handle: Handle, ...args: P): Attempt<T>;
  /** The system call, if it is not `recv` or `send`: for an error before the first attempt. */
  readonly syscall?: string;
  /** What to return if the wait ends too early, by a timeout or a signal; `undefined` to throw. */
  partial?(): T | undefined;
}

/**
 * Classifies the error of a system call that returned -1.
 *
 * @param wait what to return if the call would block
 * @param code the error number
 * @param flags the flags that the caller passed, of a call that takes some
 * @param address the address that the call is for
 * @returns `wait` if the call would block, `undefined` if a signal interrupted it: call it again
 * @throws {OSError} if the call failed
 */
export function waitOrRetry(
  wait: Pending,
  code = errno(),
  flags = 0,
  address?: unknown,
): Pending | undefined {
  if (code === EAGAIN || code === EWOULDBLOCK) {
    return (flags & MSG_DONTWAIT) === 0
      ? wait
      : new Pending(wait.readiness, wait.syscall, { unwanted: true });
  }
  if (code === EINTR) return undefined;
  throw osError(code, wait.syscall, address);
}
