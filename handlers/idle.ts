/** Idle timeouts: one timer for all connections, so that an event costs no timer of its own. */

/** The bounds of the interval between two sweeps, in milliseconds. */
const SHORTEST_MS = 10;
const LONGEST_MS = 1000;
/** How many sweeps the shortest timeout lasts. */
const SWEEPS = 8;

/** What can be idle for too long. */
export interface Idler {
  /** The time of {@linkcode IdleSweeper.now} when something last happened. */
  activeAt: number;
  /** How long it may be idle, in milliseconds. */
  idleMs: number;
  /** Is called once it has been idle for that long. */
  idledOut(): void;
}

/**
 * Looks for idle connections at an interval, an eighth of the shortest timeout. It ends them up to
 * two intervals late, and never early.
 */
export class IdleSweeper {
  /** The time of the last sweep: an event notes it instead of asking the clock. */
  now = 0;
  readonly #idlers = new Set<Idler>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #interval = 0;

  /** Has a connection ended when it is idle for too long. */
  add(idler: Idler): void {
    this.#idlers.add(idler);
    const interval = Math.min(
      Math.max(idler.idleMs / SWEEPS, SHORTEST_MS),
      LONGEST_MS,
    );
    if (this.#timer === undefined || interval < this.#interval) {
      this.#begin(interval);
    }
    idler.activeAt = this.now;
  }

  /** Ends {@linkcode add}. */
  delete(idler: Idler): void {
    if (this.#idlers.delete(idler) && this.#idlers.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #begin(interval: number): void {
    clearInterval(this.#timer);
    this.now = performance.now();
    this.#interval = interval;
    this.#timer = setInterval(() => this.#sweep(), interval);
    // A connection decides whether the process stays alive, not its timeout.
    Deno.unrefTimer(this.#timer);
  }

  #sweep(): void {
    this.now = performance.now();
    for (const idler of this.#idlers) {
      // An event may have come right before the sweep after the one that it noted.
      if (this.now - idler.activeAt >= idler.idleMs + this.#interval) {
        idler.idledOut();
      }
    }
  }
}

/** This thread's sweeper. */
export const idleSweeper = new IdleSweeper();
