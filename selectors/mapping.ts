/** What a selector's `get_map()` gives. */

import type { FileObject, SelectorKey } from "./key.ts";

/**
 * A view of what is registered with a selector, which changes as that does: looked up by file object
 * or by descriptor, listed by descriptor.
 *
 * @typeParam D the data
 * @typeParam F the file objects
 */
export class SelectorMapping<D, F extends FileObject>
  implements Iterable<[number, SelectorKey<D, F>]> {
  readonly #keys: ReadonlyMap<number, SelectorKey<D, F>>;
  readonly #fdOf: (fileobj: F | number) => number;

  /**
   * Makes the view; selectors do.
   *
   * @param keys the keys by descriptor
   * @param fdOf how a file object's descriptor is found
   */
  constructor(
    keys: ReadonlyMap<number, SelectorKey<D, F>>,
    fdOf: (fileobj: F | number) => number,
  ) {
    this.#keys = keys;
    this.#fdOf = fdOf;
  }

  /** How many are registered. */
  get size(): number {
    return this.#keys.size;
  }

  /**
   * The key of a file object.
   *
   * @param fileobj the file object, or its descriptor
   * @returns the key, `undefined` if it is not registered
   * @throws {RangeError} if it is neither a file object nor registered
   */
  get(fileobj: F | number): SelectorKey<D, F> | undefined {
    return this.#keys.get(this.#fdOf(fileobj));
  }

  /**
   * Whether a file object is registered.
   *
   * @param fileobj the file object, or its descriptor
   * @throws {RangeError} if it is neither a file object nor registered
   */
  has(fileobj: F | number): boolean {
    return this.#keys.has(this.#fdOf(fileobj));
  }

  /** The descriptors. */
  keys(): MapIterator<number> {
    return this.#keys.keys();
  }

  /** The keys. */
  values(): MapIterator<SelectorKey<D, F>> {
    return this.#keys.values();
  }

  /** The descriptors with their keys. */
  entries(): MapIterator<[number, SelectorKey<D, F>]> {
    return this.#keys.entries();
  }

  /** The descriptors with their keys. Python's mapping lists the descriptors alone, as a `dict` does. */
  [Symbol.iterator](): MapIterator<[number, SelectorKey<D, F>]> {
    return this.#keys.entries();
  }
}
