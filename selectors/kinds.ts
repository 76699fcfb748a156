/** The selector classes, one for each system call, and the platform's default. */

import { nameClasses } from "../constants/table.ts";
import { EpollPoller } from "../poll/epoll.ts";
import { KqueuePoller } from "../poll/kqueue.ts";
import { PollPoller } from "../poll/poll.ts";
import { best } from "../poll/poller.ts";
import { SelectPoller } from "../poll/select.ts";
import { BaseSelector } from "./base.ts";
import type { FileObject } from "./key.ts";

/**
 * A selector that waits with `epoll(7)`; Linux only. The cost of a wait grows with the number of
 * ready file objects, not of registered ones.
 *
 * @typeParam D the type of the data stored with each file object
 * @typeParam F the type of the file objects
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.EpollSelector}
 * @category Selectors
 */
export class EpollSelector<D = unknown, F extends FileObject = FileObject>
  extends BaseSelector<D, F> {
  /**
   * Opens an epoll instance.
   *
   * @throws {OSError} if too many descriptors are open (`EMFILE`)
   * @throws {RangeError} if the platform does not have epoll
   */
  constructor() {
    super(new EpollPoller());
  }

  /**
   * Returns the descriptor of the epoll instance, which is readable while a file object is ready.
   *
   * @returns the descriptor
   *
   * @throws {Error} if the selector is closed
   */
  fileno(): number {
    return this.descriptor();
  }
}

/**
 * A selector that waits with `kqueue(2)`; macOS and the BSDs only. The cost of a wait grows with
 * the number of ready file objects, not of registered ones. `select()` lists a file object that is
 * ready for both reading and writing once; Python lists it twice.
 *
 * @typeParam D the type of the data stored with each file object
 * @typeParam F the type of the file objects
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.KqueueSelector}
 * @category Selectors
 */
export class KqueueSelector<D = unknown, F extends FileObject = FileObject>
  extends BaseSelector<D, F> {
  /**
   * Opens a kernel event queue.
   *
   * @throws {OSError} if too many descriptors are open (`EMFILE`)
   * @throws {RangeError} if the platform does not have kqueue
   */
  constructor() {
    super(new KqueuePoller());
  }

  /**
   * Returns the descriptor of the queue, which is readable while a file object is ready.
   *
   * @returns the descriptor
   *
   * @throws {Error} if the selector is closed
   */
  fileno(): number {
    return this.descriptor();
  }
}

/**
 * A selector that waits with `poll(2)`. The cost of a wait grows with the number of registered file
 * objects.
 *
 * @typeParam D the type of the data stored with each file object
 * @typeParam F the type of the file objects
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.PollSelector}
 * @category Selectors
 */
export class PollSelector<D = unknown, F extends FileObject = FileObject>
  extends BaseSelector<D, F> {
  /** Makes a selector; it has no descriptor of its own. */
  constructor() {
    super(new PollPoller());
  }
}

/**
 * A selector that waits with `select(2)`. The cost of a wait grows with the number of registered
 * file objects. Except on Windows, `register()` throws a `RangeError` for a descriptor of 1024 or
 * above; Python's `select()` does.
 *
 * @typeParam D the type of the data stored with each file object
 * @typeParam F the type of the file objects
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.SelectSelector}
 * @category Selectors
 */
export class SelectSelector<D = unknown, F extends FileObject = FileObject>
  extends BaseSelector<D, F> {
  /** Makes a selector; it has no descriptor of its own. */
  constructor() {
    super(new SelectPoller());
  }
}

nameClasses({ EpollSelector, KqueueSelector, PollSelector, SelectSelector });

/**
 * The type of {@linkcode DefaultSelector}, whose class depends on the platform.
 * @category Selectors
 */
export interface SelectorClass {
  /** Makes a selector. */
  new <D = unknown, F extends FileObject = FileObject>(): BaseSelector<D, F>;
  /** The members of its selectors. */
  readonly prototype: BaseSelector;
}

const kinds = {
  epoll: EpollSelector,
  kqueue: KqueueSelector,
  poll: PollSelector,
} as const;

/**
 * The best selector class for the running platform: `EpollSelector` on Linux, `KqueueSelector` on
 * macOS and the BSDs, `PollSelector` on Windows (Python: `SelectSelector`).
 *
 * @example Serving two connections from one thread
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Socket, socketpair, type UnixAddress } from "@libc/socket";
 * import { DefaultSelector, EVENT_READ } from "@libc/socket/selectors";
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
 * @category Selectors
 */
export const DefaultSelector: SelectorClass = kinds[best];
/** An instance of {@linkcode DefaultSelector}. */
export type DefaultSelector<
  D = unknown,
  F extends FileObject = FileObject,
> = BaseSelector<D, F>;
