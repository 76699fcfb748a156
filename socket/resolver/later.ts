/** Resolving without blocking this thread. */

import { loadLater } from "../../ffi/netdb_later.ts";
import type { Resolving, SlowCalls } from "./call.ts";

/**
 * Drives a resolving function to its end, its calls made on other threads.
 *
 * @param steps the function at work
 * @param signal ends the waiting; a call under way goes on unheard, and cleans up after itself
 */
export function resolveLater<T>(
  steps: Resolving<T>,
  signal?: AbortSignal,
): Promise<T> {
  const work = drive(steps);
  return signal === undefined ? work : abortable(work, signal);
}

async function drive<T>(steps: Resolving<T>): Promise<T> {
  // Its functions take the same arguments, and give promises of the same results.
  const libc = loadLater() as unknown as SlowCalls;
  let step = steps.next();
  while (!step.done) step = steps.next(await step.value(libc));
  return step.value;
}

/** A promise that rejects with the signal's reason as soon as that aborts. */
export async function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  work.catch(() => {}); // nobody may be listening any more when it fails
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
