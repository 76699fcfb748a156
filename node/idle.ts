/** The inactivity timeout of a Node socket. */

import { MAX_MS } from "../poll/ready.ts";

/**
 * Calls a function when nothing has happened for a while.
 *
 * HTTP servers set and clear the time with each request, and each chunk starts it again, so these
 * only note the time. The timer runs on, and looks at its end how much is left.
 */
export class IdleTimer implements Disposable {
  readonly #onIdle: () => void;
  #milliseconds = 0;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer ends, if it runs. */
  #due = Infinity;

  /** Makes a timer that does not run yet. */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  /** Starts the time again with another length; 0 stops it. */
  start(milliseconds: number): void {
    this.#milliseconds = milliseconds;
    this.touch();
  }

  /** Starts the time again. */
  touch(): void {
    if (this.#milliseconds === 0) return;
    this.#since = performance.now();
    if (this.#since + this.#milliseconds < this.#due) {
      this.#arm(this.#milliseconds);
    }
  }

  #arm(milliseconds: number): void {
    clearTimeout(this.#timer);
    const wait = Math.min(Math.ceil(milliseconds), MAX_MS);
    this.#due = performance.now() + wait;
    this.#timer = setTimeout(() => this.#look(), wait);
    Deno.unrefTimer(this.#timer); // as in Node, it does not keep the process alive
  }

  #look(): void {
    this.#timer = undefined;
    this.#due = Infinity;
    if (this.#milliseconds === 0) return;
    const left = this.#since + this.#milliseconds - performance.now();
    if (left > 0) this.#arm(left);
    else this.#onIdle();
  }

  /** Stops for good. */
  [Symbol.dispose](): void {
    this.#milliseconds = 0;
    clearTimeout(this.#timer);
  }
}
