/** How long a wait may still take. */

/** The most milliseconds that the system's waits and `setTimeout` take: 31 bits. */
export const MAX_MS = 0x7fffffff;

/**
 * Seconds as the system's waits take them: whole milliseconds, rounded up (a wait that ends early would
 * only be repeated) and capped; -1 for ever.
 *
 * @param seconds the seconds, `null` for ever
 */
export function waitMilliseconds(seconds: number | null): number {
  return seconds === null ? -1 : Math.min(Math.ceil(seconds * 1000), MAX_MS);
}

/** The moment when a timeout will have run out, or never. */
export class Deadline {
  /** In milliseconds of `performance.now()`; `null` for never. */
  readonly #at: number | null;

  /**
   * Starts the clock.
   *
   * @param timeout seconds from now, `null` for never
   */
  constructor(timeout: number | null) {
    this.#at = timeout === null ? null : performance.now() + timeout * 1000;
  }

  /** The seconds left, 0 once it has passed; `null` for ever. */
  get seconds(): number | null {
    return this.#at === null
      ? null
      : Math.max(0, this.#at - performance.now()) / 1000;
  }

  /** The milliseconds left as the system's waits take them; -1 for ever. */
  get milliseconds(): number {
    return waitMilliseconds(this.seconds);
  }
}
