/** Ctrl-C in programs that have something to clean up before they end. */

import { setImmediate } from "node:timers/promises";

/**
 * Catches Ctrl-C until the end of its block. No signal reaches the program while a call blocks, so
 * its sockets must have short timeouts.
 */
export class Interrupt implements Disposable {
  #caught = false;
  readonly #catch = (): void => {
    this.#caught = true;
  };

  /** Starts catching. */
  constructor() {
    Deno.addSignalListener("SIGINT", this.#catch);
  }

  /** Whether it has been pressed. */
  async pressed(): Promise<boolean> {
    // A turn of the event loop for the signal, and one for its listener; a timer would take longer.
    await setImmediate();
    await setImmediate();
    return this.#caught;
  }

  /** Lets Ctrl-C end the program again. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#catch);
  }
}
