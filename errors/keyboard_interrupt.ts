/** Python's `KeyboardInterrupt`. */

import { nameClasses } from "../constants/class_names.ts";
import { optionsOf, string } from "./arguments.ts";

/**
 * Ctrl-C, or an `Interrupter`, ended a blocking call of a thread that asked for it with
 * `interruptible()`.
 *
 * As in Python, where it is no `Exception`, it is not an {@linkcode OSError}: code that handles the
 * failures of sockets lets it pass.
 */
export class KeyboardInterrupt extends Error {
  /**
   * Makes an error.
   *
   * @param message the text
   * @param options a cause
   * @throws {TypeError} if an argument has the wrong type
   */
  constructor(message = "", options?: ErrorOptions) {
    super(string("message", message), optionsOf(options));
    this.name = new.target.name;
  }
}

nameClasses({ KeyboardInterrupt });
