/** The events and keys of registered file objects. */

import { nameClasses } from "../constants/table.ts";
import { READ, WRITE } from "../poll/base.ts";

/**
 * The file object is readable: reading would not block.
 * @category Selectors
 */
export const EVENT_READ: number = READ;
/**
 * The file object is writable: writing would not block.
 * @category Selectors
 */
export const EVENT_WRITE: number = WRITE;

/**
 * What a selector waits for: a descriptor, or an object that has one, such as a `Socket`.
 * @category Selectors
 */
export type FileObject = number | {
  /** Returns the descriptor. */
  fileno(): number;
};

/**
 * A registered file object with its descriptor, events and data. It can be destructured like
 * Python's named tuple: `const [fileobj, fd, events, data] = key`.
 *
 * @typeParam D the type of the data
 * @typeParam F the type of the file object
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.SelectorKey}
 * @category Selectors
 */
export class SelectorKey<D = unknown, F extends FileObject = FileObject> {
  /** The registered file object. */
  readonly fileobj: F;
  /** Its descriptor. */
  readonly fd: number;
  /** The events to wait for: `EVENT_READ`, `EVENT_WRITE` or both. */
  readonly events: number;
  /** The data passed at registration; `null` if there was none. */
  readonly data: D;

  /**
   * Makes a key. Selectors do this; programs need not.
   *
   * @param fileobj the file object
   * @param fd its descriptor
   * @param events the events to wait for
   * @param data the data stored with it
   */
  constructor(fileobj: F, fd: number, events: number, data: D) {
    this.fileobj = fileobj;
    this.fd = fd;
    this.events = events;
    this.data = data;
  }

  /** Iterates over the file object, its descriptor, the events and the data, in this order. */
  [Symbol.iterator](): ArrayIterator<F | number | D> {
    return [this.fileobj, this.fd, this.events, this.data].values();
  }
}

nameClasses({ SelectorKey });
