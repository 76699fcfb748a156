/** Python's `KeyboardInterrupt`. */

import { nameClasses } from "../constants/class_names.ts";
import { fromCaller } from "../constants/stack.ts";

/**
 * Ctrl-C, or an `Interrupter`, ended a blocking call of a thread that asked for it with
 * `interruptible()`.
 *
 * As in Python, where it is no `Exception`, it is not an {@linkcode OSError}: code that handles the
 * failures of sockets lets it pass.
 */
export class KeyboardInterrupt extends Error {
  /** Makes an error. */
  constructor(message = "", options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    fromCaller(this, KeyboardInterrupt);
  }
}

nameClasses({ KeyboardInterrupt });
