/** Ctrl-C in programs that have something to put in order before they end. */

import { setImmediate } from "node:timers/promises";

/**
 * Catches Ctrl-C, from its making to the end of its block. While a call blocks, no signal gets through
 * to the program: its sockets must have short timeouts.
 */
export class Interrupt implements Disposable {
  #caught = false;
  readonly #catch = (): void => {
    this.#caught = true;
  };

  /** Begins to catch. */
  constructor() {
    Deno.addSignalListener("SIGINT", this.#catch);
  }

  /** Whether it has been pressed by now. */
  async pressed(): Promise<boolean> {
    // The signals' turn of the event loop, and their listeners'; a timer would cost a millisecond.
    await setImmediate();
    await setImmediate();
    return this.#caught;
  }

  /** Leaves Ctrl-C to the system again. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#catch);
  }
}
