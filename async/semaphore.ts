/** A semaphore whose waiters are served in order, and may give up. */

import { abortable } from "./abortable.ts";

/** Lets a number of holders in; the others wait their turn. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /**
   * Makes a semaphore.
   *
   * @param limit how many may hold it at once
   */
  constructor(limit: number) {
    this.#free = limit;
  }

  /**
   * Waits for a place.
   *
   * @param signal ends the waiting: this rejects with the signal's reason
   */
  async acquire(signal?: AbortSignal): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    try {
      await abortable(promise, signal);
    } catch (error) {
      // If a holder had already passed its place on, the next in line gets it.
      if (!this.#waiting.delete(resolve)) this.release();
      throw error;
    }
  }

  /** Passes the place on to the next in line, or frees it. */
  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free++;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
