/** Waking a thread that is blocked: one end of an interrupt. The other is `interruptible()`. */

import { nameClasses } from "../constants/class_names.ts";
import { InterruptPair } from "../poll/interrupt_pair.ts";

/**
 * What a thread needs to be interrupted: the argument of `interruptible()`. It can be posted to a
 * Worker, and is of use only as long as its {@linkcode Interrupter} is open.
 */
export interface InterrupterHandle {
  /** A descriptor that becomes readable. */
  readonly fd: number;
  /** Whether an interrupt has come that was not thrown yet. */
  readonly state: SharedArrayBuffer;
}

/**
 * Interrupts another thread: ends the call in which it is blocked with a `KeyboardInterrupt`.
 * Neither `worker.terminate()` nor a message ends such a call.
 *
 * Make one for each Worker and post its {@linkcode handle}, which the Worker passes to
 * `interruptible()`. Python's `_thread.interrupt_main()` does the same for the main thread.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { interruptible, Interrupter, KeyboardInterrupt, socketpair } from "../mod.ts";
 *
 * const [a, b] = socketpair();
 * using _a = a, _b = b;
 * using interrupter = new Interrupter();
 * using _ = interruptible(interrupter.handle); // in the Worker
 * interrupter.interrupt(); // in any thread
 * assertThrows(() => a.recv(1), KeyboardInterrupt);
 * ```
 */
export class Interrupter implements Disposable {
  /** What to post to the other thread. */
  readonly handle: InterrupterHandle;
  readonly #pair = new InterruptPair();

  /**
   * Makes an interrupter.
   *
   * @throws {OSError} if no descriptor is left (`EMFILE`)
   */
  constructor() {
    const { receiver, state } = this.#pair;
    this.handle = { fd: receiver, state: state.buffer };
  }

  /**
   * Interrupts the other thread: its blocking call, or else the next one that it makes, throws a
   * `KeyboardInterrupt`. Returns at once. A second interrupt before that changes nothing.
   *
   * @throws {Error} if the interrupter is closed
   */
  interrupt(): void {
    if (this.#pair.closed) throw new Error("Interrupter is closed");
    this.#pair.interrupt();
  }

  /**
   * Closes it. Do so once the other thread has left its `interruptible()`, or will not have to be
   * interrupted any more. Closing again does nothing.
   */
  close(): void {
    this.#pair.close();
  }

  /** Closes it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}

nameClasses({ Interrupter });
