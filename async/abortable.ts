/** Waiting for a promise until a signal aborts. */

/**
 * Waits for a promise, or rejects with the signal's reason as soon as the signal aborts.
 *
 * @param work the promise; its outcome is ignored once the signal has aborted
 * @param signal the signal, if any
 * @returns what the promise resolves to
 */
export async function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  work.catch(() => {}); // after an abort nothing else handles its rejection
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
