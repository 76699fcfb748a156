/**
 * How the resolver calls libc. A resolving function is written once, as a generator that yields
 * each call that may block; its driver makes the call on this thread or on another.
 */

import { type Libc, load } from "../../ffi/libc.ts";

/** The functions of libc that may block. */
export type SlowCalls = Pick<
  Libc,
  "getaddrinfo" | "getnameinfo" | "gethostbyname_r" | "gethostbyaddr_r"
>;

/** A resolver call that may block. */
export class Lookup {
  /** Makes the call. Returns its result, or a promise of it if `libc` calls on another thread. */
  readonly call: (libc: SlowCalls) => number;
  /** Frees what the call returned, for a call whose waiter was aborted before it returned. */
  readonly discard: ((code: number) => void) | undefined;

  /** Describes a call without making it. */
  constructor(
    call: (libc: SlowCalls) => number,
    discard?: (code: number) => void,
  ) {
    this.call = call;
    this.discard = discard;
  }
}

/** A running resolving function: yields calls, receives their results, and finally returns `T`. */
export type Resolving<T> = Generator<Lookup, T, number>;

/** Drives a resolving function to completion, blocking this thread. */
export function resolveSync<T>(steps: Resolving<T>): T {
  const libc = load();
  let step = steps.next();
  while (!step.done) step = steps.next(step.value.call(libc));
  return step.value;
}
