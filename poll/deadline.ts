/** Timeouts and deadlines, in the units of the system's waits. */

/** The longest wait in milliseconds that the system and `setTimeout` accept: 31 bits. */
export const MAX_MS = 0x7fffffff;

/**
 * Converts seconds to the whole milliseconds of the system's waits, capped at {@linkcode MAX_MS}.
 * Rounds up, as a wait that ends early would only be repeated.
 *
 * @param seconds the seconds, `null` for no limit
 * @returns the milliseconds, -1 for no limit
 */
export function waitMilliseconds(seconds: number | null): number {
  return seconds === null ? -1 : Math.min(Math.ceil(seconds * 1000), MAX_MS);
}

/** The time at which a timeout runs out, or never. */
export class Deadline {
  /** In milliseconds, as of `performance.now()`; `null` for never. */
  readonly #at: number | null;

  /**
   * Starts the clock.
   *
   * @param timeout seconds from now, `null` for never
   */
  constructor(timeout: number | null) {
    this.#at = timeout === null ? null : performance.now() + timeout * 1000;
  }

  /** The seconds left, 0 once the time has passed; `null` for no limit. */
  get seconds(): number | null {
    return this.#at === null
      ? null
      : Math.max(0, this.#at - performance.now()) / 1000;
  }

  /** The milliseconds left, in the form of the system's waits; -1 for no limit. */
  get milliseconds(): number {
    return waitMilliseconds(this.seconds);
  }
}
