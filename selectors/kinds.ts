/** The selectors, by what they wait with. */

import { EpollPoller } from "../poll/epoll.ts";
import { KqueuePoller } from "../poll/kqueue.ts";
import { PollPoller } from "../poll/poll.ts";
import { best } from "../poll/poller.ts";
import { SelectPoller } from "../poll/select.ts";
import { BaseSelector } from "./base.ts";
import type { FileObject } from "./key.ts";

/**
 * Waits by `epoll(7)`: Linux only. What a wait costs grows with what is ready, not with what is
 * registered.
 *
 * @typeParam D the data kept with each file object
 * @typeParam F the file objects
 */
export class EpollSelector<D = unknown, F extends FileObject = FileObject>
  extends BaseSelector<D, F> {
  /**
   * Opens an epoll instance.
   *
   * @throws {OSError} if there are too many descriptors (`EMFILE`)
   * @throws {RangeError} if the platform has no epoll
   */
  constructor() {
    super(new EpollPoller());
  }

  /**
   * The descriptor of the epoll instance: it is readable while something is ready.
   *
   * @throws {Error} if the selector is closed
   */
  fileno(): number {
    return this.descriptor();
  }
}

/**
 * Waits by `kqueue(2)`: macOS and the BSDs only. What a wait costs grows with what is ready, not with
 * what is registered. One that is ready for both reading and writing is listed once; Python lists it
 * twice.
 *
 * @typeParam D the data kept with each file object
 * @typeParam F the file objects
 */
export class KqueueSelector<D = unknown, F extends FileObject = FileObject>
  extends BaseSelector<D, F> {
  /**
   * Opens a queue.
   *
   * @throws {OSError} if there are too many descriptors (`EMFILE`)
   * @throws {RangeError} if the platform has no kqueue
   */
  constructor() {
    super(new KqueuePoller());
  }

  /**
   * The descriptor of the queue: it is readable while something is ready.
   *
   * @throws {Error} if the selector is closed
   */
  fileno(): number {
    return this.descriptor();
  }
}

/**
 * Waits by `poll(2)`: what a wait costs grows with what is registered.
 *
 * @typeParam D the data kept with each file object
 * @typeParam F the file objects
 */
export class PollSelector<D = unknown, F extends FileObject = FileObject>
  extends BaseSelector<D, F> {
  /** Makes a selector without a descriptor of its own. */
  constructor() {
    super(new PollPoller());
  }
}

/**
 * Waits by `select(2)`: what a wait costs grows with what is registered, and descriptors of 1024 and
 * above are refused (a `RangeError` of `register()`; Python refuses them in `select()`).
 *
 * @typeParam D the data kept with each file object
 * @typeParam F the file objects
 */
export class SelectSelector<D = unknown, F extends FileObject = FileObject>
  extends BaseSelector<D, F> {
  /** Makes a selector without a descriptor of its own. */
  constructor() {
    super(new SelectPoller());
  }
}

/** The class of a selector that is not yet known. */
export interface SelectorClass {
  /** Makes a selector. */
  new <D = unknown, F extends FileObject = FileObject>(): BaseSelector<D, F>;
  /** What its selectors have. */
  readonly prototype: BaseSelector;
}

const kinds = {
  epoll: EpollSelector,
  kqueue: KqueueSelector,
  poll: PollSelector,
} as const;

/**
 * The best selector of the running platform: `EpollSelector` on Linux, `KqueueSelector` on macOS and
 * the BSDs.
 *
 * @example Serving two connections from one thread
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Socket, socketpair, type UnixAddress } from "../mod.ts";
 * import { DefaultSelector, EVENT_READ } from "../selectors.ts";
 *
 * using selector = new DefaultSelector<string, Socket<UnixAddress>>();
 * const pairs = [socketpair(), socketpair()];
 * pairs.forEach(([mine], i) => selector.register(mine, EVENT_READ, `number ${i}`));
 *
 * pairs[1][1].sendall(new TextEncoder().encode("hello"));
 * for (const [key, events] of selector.select(1)) {
 *   assertEquals([key.data, events], ["number 1", EVENT_READ]);
 *   assertEquals(new TextDecoder().decode(key.fileobj.recv(5)), "hello");
 * }
 * for (const [mine, theirs] of pairs) {
 *   selector.unregister(mine);
 *   mine.close();
 *   theirs.close();
 * }
 * ```
 */
export const DefaultSelector: SelectorClass = kinds[best];
/** A selector of the best kind. */
export type DefaultSelector<
  D = unknown,
  F extends FileObject = FileObject,
> = BaseSelector<D, F>;
