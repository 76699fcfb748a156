/**
 * How the resolver calls libc. A resolving function is written once, as a generator that yields each
 * call that may take its time; whoever drives it makes the call on this thread or on another.
 */

import { type Libc, load } from "../../ffi/libc.ts";

/** The calls that may take their time. */
export type SlowCalls = Pick<
  Libc,
  "getaddrinfo" | "getnameinfo" | "gethostbyname_r" | "gethostbyaddr_r"
>;

/** A resolving function at work: it yields calls, gets their results, and gives `T` in the end. */
export type Resolving<T> = Generator<
  (libc: SlowCalls) => number,
  T,
  number
>;

/** Drives a resolving function to its end, blocking this thread. */
export function resolveNow<T>(steps: Resolving<T>): T {
  const libc = load();
  let step = steps.next();
  while (!step.done) step = steps.next(step.value(libc));
  return step.value;
}
