/** Resolving without blocking this thread. */

import { EAI_SYSTEM } from "../constants/mod.ts";
import { loadLater } from "../ffi/netdb_later.ts";
import { gaiError } from "../socket/resolver/address_info.ts";
import type { Resolving, SlowCalls } from "../socket/resolver/call.ts";

// Deno has 32 threads for calls that take their time, and the parked wait of all sockets is one of
// them: resolvers that a dead name server holds must leave some.
const AT_ONCE = 16;

let underWay = 0;
/** Those that wait for a thread. */
const queue = new Set<() => void>();

/**
 * Drives a resolving function to its end, its calls made on other threads; many at once.
 *
 * @param steps the function at work
 * @param signal ends the waiting; a call under way goes on unheard, and cleans up after itself
 */
export async function resolveLater<T>(
  steps: Resolving<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  // Without a call to make, no thread is needed.
  const step = steps.next();
  if (step.done) return step.value;
  await turn(signal);
  const work = drive(steps, step).finally(end);
  return signal === undefined ? work : await abortable(work, signal);
}

async function drive<T>(
  steps: Resolving<T>,
  step: ReturnType<Resolving<T>["next"]>,
): Promise<T> {
  // Its functions take the same arguments, and give promises of the same results.
  const libc = loadLater() as unknown as SlowCalls;
  while (!step.done) {
    const code = await step.value(libc);
    // The error number that this refers to was the other thread's.
    step = code === EAI_SYSTEM
      ? steps.throw(gaiError(code, "getaddrinfo"))
      : steps.next(code);
  }
  return step.value;
}

/** Waits until a thread may be taken. */
async function turn(signal: AbortSignal | undefined): Promise<void> {
  if (underWay < AT_ONCE) {
    underWay++;
    return;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  queue.add(resolve); // whoever ends hands the thread on
  if (signal === undefined) return await promise;
  try {
    await abortable(promise, signal);
  } catch (error) {
    // Already handed the thread? Then it goes to the next one.
    if (!queue.delete(resolve)) end();
    throw error;
  }
}

/** Gives a thread to the next one that waits, or back. */
function end(): void {
  const [next] = queue;
  if (next === undefined) underWay--;
  else {
    queue.delete(next);
    next();
  }
}

/** A promise that rejects with the signal's reason as soon as that aborts. */
async function abortable<T>(
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
