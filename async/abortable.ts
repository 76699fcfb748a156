/** Promises that a signal ends the waiting for. */

/**
 * A promise that settles as another one does, or rejects with the signal's reason as soon as that
 * aborts.
 *
 * @param work the other promise; once the signal has aborted, its outcome is ignored
 * @param signal the signal, if any
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
  work.catch(() => {}); // after an abort nobody else handles its rejection
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
