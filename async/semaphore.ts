/** A semaphore that serves its waiters in order. A signal can end a wait. */

import { abortable } from "./abortable.ts";

/** Limits how many hold it at once; the others wait in a queue. */
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
   * Takes a place, waiting until there is one.
   *
   * @param signal aborting it rejects with the signal's reason
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
      // A holder may already have passed its place to this waiter: pass it on.
      if (!this.#waiting.delete(resolve)) this.release();
      throw error;
    }
  }

  /** Passes the place to the next waiter, or frees it. */
  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free++;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
