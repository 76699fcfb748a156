/** What the library itself cancels waits with. */

/**
 * The waits of an iterator, in the place of a signal: adding a waiter to a true signal would cost
 * half as much as accepting.
 */
export class Cancellation implements
  Pick<
    AbortSignal,
    "reason" | "throwIfAborted" | "addEventListener" | "removeEventListener"
  > {
  /** The reason that waiters reject with. */
  readonly reason = undefined;
  readonly #waiters = new Set<{ handleEvent(): void }>();

  /** Does nothing: what was cancelled starts nothing. */
  throwIfAborted(): void {}

  /** Adds a waiter. */
  addEventListener(_type: string, waiter: unknown): void {
    this.#waiters.add(waiter as { handleEvent(): void });
  }

  /** Removes a waiter. */
  removeEventListener(_type: string, waiter: unknown): void {
    this.#waiters.delete(waiter as { handleEvent(): void });
  }

  /** Rejects all waits. */
  cancel(): void {
    for (const waiter of this.#waiters) waiter.handleEvent();
  }
}
