/**
 * How the resolver calls libc. A resolving function is written once, as a generator that yields
 * each call that may block; its driver makes the call on this thread or on another.
 */

import { recaptured } from "../../constants/stack.ts";
import type { AddrinfoQuery } from "../../ffi/getaddrinfo_a.ts";
import { errno, type Libc, libc, load } from "../../ffi/libc.ts";
import { interruptible, throwIfInterrupted } from "../../poll/ready.ts";
import { AF_INET, SOCK_DGRAM } from "../../constants/mod.ts";
import { EMFILE, ENFILE, type OSError, osError } from "../../errors/errors.ts";
import { CLOSE_ON_EXEC } from "../../ffi/descriptor.ts";

/** The functions of libc that may block. */
export type SlowCalls = Pick<
  Libc,
  "getaddrinfo" | "getnameinfo" | "gethostbyname_r" | "gethostbyaddr_r"
>;

/** What else a driver may know of a {@linkcode Lookup}. */
export interface LookupOptions {
  /** Whether the call surely asks no server, and so need not be made on another thread. */
  readonly isLocal?: () => boolean;
  /** The arguments, if the call is one of `getaddrinfo`. */
  readonly query?: AddrinfoQuery;
  /** Frees what the call returned, for a call whose waiter was aborted before it returned. */
  readonly discard?: (code: number) => void;
}

/** A resolver call that may block. */
export class Lookup {
  /** The function that it calls. */
  readonly syscall: string;
  /** Makes the call. Returns its result, or a promise of it if `libc` calls on another thread. */
  readonly call: (libc: SlowCalls) => number;
  /** What else is known of it. */
  readonly options: LookupOptions;

  /** Describes a call without making it. */
  constructor(
    syscall: string,
    call: (libc: SlowCalls) => number,
    options: LookupOptions = {},
  ) {
    this.syscall = syscall;
    this.call = call;
    this.options = options;
  }
}

/** A running resolving function: yields calls, receives their results, and finally returns `T`. */
export type Resolving<T> = Generator<Lookup, T, number>;

/**
 * Drives a resolving function to completion, blocking this thread. Nothing ends the calls of the C
 * library early: an interrupt is thrown once they have returned.
 */
export function resolveSync<T>(steps: Resolving<T>): T {
  if (interruptible) throwIfInterrupted();
  const libc = load();
  try {
    let step = steps.next();
    while (!step.done) step = steps.next(step.value.call(libc));
    return step.value;
  } catch (error) {
    throw recaptured(error, resolveSync); // the frames of generators would be all that is seen
  } finally {
    if (interruptible) throwIfInterrupted();
  }
}

// Failures for want of a descriptor, which the C library reports as names that do not exist.

/**
 * Returns the error of a lookup that found nothing.
 *
 * @param error what the C library says
 * @param syscall the function that failed
 * @returns `EMFILE` or `ENFILE` if no descriptor is left, as then no file and no server was asked;
 * else `error`
 */
export function orExhausted(error: OSError, syscall: string): OSError {
  const fd = libc.socket(AF_INET, SOCK_DGRAM | CLOSE_ON_EXEC, 0);
  if (fd >= 0) {
    libc.close(fd);
    return error;
  }
  const code = errno();
  return code === EMFILE || code === ENFILE
    ? osError(code, syscall, error.address, error)
    : error;
}
