/** Refusing what `postMessage` and `structuredClone` would turn into an empty object. */

import { describe } from "./arguments.ts";
import { fromCaller } from "../constants/stack.ts";

/**
 * The method by which Deno clones its own objects, such as a `CryptoKey`. Deno finds it on the
 * prototype, so refusing costs the objects nothing.
 */
const CLONE = Symbol.for("Deno.core.hostObject");

/**
 * Makes cloning the objects of a class fail, as it would lose what they own.
 *
 * @param Class the class
 * @param instead what the caller can do
 */
export function refuseCloning(
  Class: { readonly prototype: object },
  instead: string,
): void {
  Object.defineProperty(Class.prototype, CLONE, {
    value(this: unknown): never {
      throw fromCaller(
        new DOMException(
          `${describe(this)} could not be cloned: ${instead}`,
          "DataCloneError",
        ),
      );
    },
  });
}
