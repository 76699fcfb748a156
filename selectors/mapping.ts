/** `SelectorMapping`, which a selector's `get_map()` returns. */

import { nameClasses } from "../constants/table.ts";
import { refuseCloning } from "../errors/cloning.ts";
import type { FileObject, SelectorKey } from "./key.ts";

/**
 * A live view of a selector's registered file objects, looked up by file object or descriptor and
 * iterated by descriptor.
 *
 * @typeParam D the type of the data
 * @typeParam F the type of the file objects
 * @category Selectors
 */
export class SelectorMapping<D, F extends FileObject>
  implements Iterable<[number, SelectorKey<D, F>]> {
  readonly #keys: ReadonlyMap<number, SelectorKey<D, F>>;
  readonly #fdOf: (fileobj: F | number) => number;

  /**
   * Makes the view. Selectors do this; programs need not.
   *
   * @param keys the keys by descriptor
   * @param fdOf returns the descriptor of a file object
   */
  constructor(
    keys: ReadonlyMap<number, SelectorKey<D, F>>,
    fdOf: (fileobj: F | number) => number,
  ) {
    this.#keys = keys;
    this.#fdOf = fdOf;
  }

  /** The number of registered file objects. */
  get size(): number {
    return this.#keys.size;
  }

  /**
   * Returns the key of a file object.
   *
   * @param fileobj the file object, or its descriptor
   * @returns the key; `undefined` if it is not registered
   * @throws {RangeError} if it has no descriptor (not a file object, or closed) and is not
   * registered
   */
  get(fileobj: F | number): SelectorKey<D, F> | undefined {
    return this.#keys.get(this.#fdOf(fileobj));
  }

  /**
   * Returns whether a file object is registered.
   *
   * @param fileobj the file object, or its descriptor
   * @returns whether it is
   * @throws {RangeError} if it has no descriptor (not a file object, or closed) and is not
   * registered
   */
  has(fileobj: F | number): boolean {
    return this.#keys.has(this.#fdOf(fileobj));
  }

  /** Iterates over the descriptors. */
  keys(): MapIterator<number> {
    return this.#keys.keys();
  }

  /** Iterates over the keys. */
  values(): MapIterator<SelectorKey<D, F>> {
    return this.#keys.values();
  }

  /** Iterates over the descriptors with their keys. */
  entries(): MapIterator<[number, SelectorKey<D, F>]> {
    return this.#keys.entries();
  }

  /** Iterates over the descriptors with their keys. Python iterates over the descriptors only. */
  [Symbol.iterator](): MapIterator<[number, SelectorKey<D, F>]> {
    return this.#keys.entries();
  }

  /** What `console.log` shows: the keys by descriptor. */
  [Symbol.for("Deno.customInspect")](
    inspect = Deno.inspect,
    options?: Deno.InspectOptions,
  ): string {
    if (!(#keys in this)) return "SelectorMapping {}"; // the prototype
    return `SelectorMapping${
      inspect(new Map(this.#keys), options).replace(/^Map/, "")
    }`;
  }
}

refuseCloning(SelectorMapping, "a Worker needs a selector of its own");
nameClasses({ SelectorMapping });
