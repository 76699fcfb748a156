/** What is registered with a selector. */

import { READ, WRITE } from "../poll/base.ts";

/** Readable: reading would not wait. */
export const EVENT_READ: number = READ;
/** Writable: writing would not wait. */
export const EVENT_WRITE: number = WRITE;

/** What a selector waits for: a descriptor's number, or an object that has one, such as a `Socket`. */
export type FileObject = number | {
  /** The descriptor. */
  fileno(): number;
};

/**
 * A file object as it is registered with a selector, and what is kept with it. It can be taken apart
 * like Python's: `const [fileobj, fd, events, data] = key`.
 *
 * @typeParam D the data
 * @typeParam F the file object
 */
export class SelectorKey<D = unknown, F extends FileObject = FileObject> {
  /** The file object registered. */
  readonly fileobj: F;
  /** Its descriptor. */
  readonly fd: number;
  /** What is waited for: `EVENT_READ`, `EVENT_WRITE` or both. */
  readonly events: number;
  /** What was given along; `null` if nothing was. */
  readonly data: D;

  /**
   * Makes a key; selectors do.
   *
   * @param fileobj the file object
   * @param fd its descriptor
   * @param events what is waited for
   * @param data what is kept with it
   */
  constructor(fileobj: F, fd: number, events: number, data: D) {
    this.fileobj = fileobj;
    this.fd = fd;
    this.events = events;
    this.data = data;
  }

  /** The file object, its descriptor, the events and the data, in this order. */
  [Symbol.iterator](): ArrayIterator<F | number | D> {
    return [this.fileobj, this.fd, this.events, this.data].values();
  }
}
