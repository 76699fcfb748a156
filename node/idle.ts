/** The inactivity timeout of a Node socket. */

import { MAX_MS } from "../poll/deadline.ts";

/**
 * Calls a function each time that nothing has happened for a while. Noting that something happened
 * costs a comparison: the timer runs on, and looks at its end how much time is left.
 */
export class IdleTimer {
  readonly #onIdle: () => void;
  #milliseconds = 0;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Makes a timer that does not run yet. */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  /** Starts the time again with another length; 0 stops it. */
  start(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#milliseconds = milliseconds;
    this.touch();
  }

  /** Starts the time again. */
  touch(): void {
    if (this.#milliseconds === 0) return;
    this.#since = performance.now();
    if (this.#timer === undefined) this.#arm(this.#milliseconds);
  }

  #arm(milliseconds: number): void {
    this.#timer = setTimeout(
      () => this.#look(),
      Math.min(Math.ceil(milliseconds), MAX_MS),
    );
    Deno.unrefTimer(this.#timer); // as in Node, it does not keep the process alive
  }

  #look(): void {
    this.#timer = undefined;
    const left = this.#since + this.#milliseconds - performance.now();
    if (left > 0) this.#arm(left);
    else this.#onIdle();
  }
}
