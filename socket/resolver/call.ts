/**
 * How the resolver calls libc. A resolving function is written once, as a generator that yields each
 * call that may take long; its driver makes the call on this thread or on another.
 */

import { type Libc, load } from "../../ffi/libc.ts";

/** The calls that may take long. */
export type SlowCalls = Pick<
  Libc,
  "getaddrinfo" | "getnameinfo" | "gethostbyname_r" | "gethostbyaddr_r"
>;

/** A call of the resolver that may take long. */
export class Lookup {
  /** Makes the call: returns its result, or a promise of it if `libc` has calls on another thread. */
  readonly call: (libc: SlowCalls) => number;
  /** Frees what the call returned, if by then nobody waits for it any more. */
  readonly discard: ((code: number) => void) | undefined;

  /** Takes note of a call. */
  constructor(
    call: (libc: SlowCalls) => number,
    discard?: (code: number) => void,
  ) {
    this.call = call;
    this.discard = discard;
  }
}

/** A resolving function at work: it yields calls, gets their results, and returns `T` in the end. */
export type Resolving<T> = Generator<Lookup, T, number>;

/** Drives a resolving function to its end, blocking this thread. */
export function resolveSync<T>(steps: Resolving<T>): T {
  const libc = load();
  let step = steps.next();
  while (!step.done) step = steps.next(step.value.call(libc));
  return step.value;
}
