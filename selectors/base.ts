/** `BaseSelector`: what all selectors share, whichever system call they wait with. */

import { nameClasses } from "../constants/table.ts";
import { fromCaller, rangeError } from "../constants/stack.ts";
import { describe, integer, timeoutSeconds } from "../errors/arguments.ts";
import { refuseCloning } from "../errors/cloning.ts";
import { type LevelPoller, READ } from "../poll/base.ts";
import {
  Deadline,
  interruptible,
  settle,
  sourceDescriptors,
  throwIfInterrupted,
} from "../poll/ready.ts";
import {
  EVENT_READ,
  EVENT_WRITE,
  type FileObject,
  SelectorKey,
} from "./key.ts";
import { SelectorMapping } from "./mapping.ts";

/**
 * The data argument of a registration: optional if the data type includes `null`.
 * @category Selectors
 */
export type Data<D> = null extends D ? [data?: D] : [data: D];

/** Closes the poller of a selector that is garbage-collected. */
const finalizer = new FinalizationRegistry<LevelPoller>((poller) =>
  poller.close()
);

/**
 * Waits for many file objects at once, blocking this thread: the base class of all selectors. Use
 * `DefaultSelector`, or the class of a particular system call.
 *
 * A file object is a descriptor or any object with a `fileno()` method, such as a `Socket` or a
 * file that `makefile()` returned. Unregister it before you close it: the kernel forgets a closed
 * descriptor, but the selector does not, and the system may soon reuse the number.
 *
 * @typeParam D the type of the data stored with each file object
 * @typeParam F the type of the file objects
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector}
 * @category Selectors
 */
export abstract class BaseSelector<
  D = unknown,
  F extends FileObject = FileObject,
> {
  readonly #poller: LevelPoller;
  readonly #keys = new Map<number, SelectorKey<D, F>>();
  #map: SelectorMapping<D, F> | null;

  /** Adopts a poller. For subclasses. (`unknown`, as `LevelPoller` is not public.) */
  protected constructor(poller: unknown) {
    this.#poller = poller as LevelPoller;
    this.#map = new SelectorMapping(this.#keys, (fileobj) => this.#fd(fileobj));
    finalizer.register(this, this.#poller, this);
  }

  /**
   * Registers a file object.
   *
   * @param fileobj a descriptor, or an object with a `fileno()` method
   * @param events what to wait for: `EVENT_READ`, `EVENT_WRITE` or both
   * @param data data to store with it; `null` if left out
   * @returns its key
   * @throws {RangeError} if `events` is anything else, if `fileobj` is not a file object or is
   * closed, or if it is already registered (Python: `KeyError`)
   * @throws {OSError} if the system rejects the descriptor: `EpollSelector` does if it is not open
   * (`EBADF`), or is of a kind that epoll cannot wait for, such as a regular file (`EPERM`)
   * @throws {Error} if the selector is closed
   * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.register}
   */
  register(fileobj: F, events: number, ...data: Data<D>): SelectorKey<D, F> {
    const mask = eventsOf(events);
    const fd = this.#fd(fileobj);
    if (this.#keys.has(fd)) {
      throw rangeError(
        `${Deno.inspect(fileobj)} (FD ${fd}) is already registered`,
      );
    }
    this.#opened().register(fd, mask);
    return this.#keep(fileobj, fd, mask, data);
  }

  /**
   * Unregisters a file object, which may have been closed since.
   *
   * @param fileobj the file object, or its descriptor
   * @returns the key it had
   * @throws {RangeError} if it is not registered (Python: `KeyError`), or is not a file object
   * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.unregister}
   */
  unregister(fileobj: F | number): SelectorKey<D, F> {
    const key = this.#key(fileobj);
    this.#keys.delete(key.fd);
    this.#poller.unregister(key.fd);
    return key;
  }

  /**
   * Changes the events and data of a registered file object: cheaper than to unregister it and
   * register it again.
   *
   * @param fileobj the file object, or its descriptor
   * @param events what to wait for from now on: `EVENT_READ`, `EVENT_WRITE` or both
   * @param data the data to store with it from now on; `null` if left out
   * @returns the new key; the old one if nothing changed
   * @throws {RangeError} if `events` is anything else, if `fileobj` is not registered (Python:
   * `KeyError`), or if it is not a file object
   * @throws {OSError} if the system reports an error, such as for a closed descriptor; the file
   * object is then no longer registered
   * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.modify}
   */
  modify(
    fileobj: F | number,
    events: number,
    ...data: Data<D>
  ): SelectorKey<D, F> {
    const mask = eventsOf(events);
    const key = this.#key(fileobj);
    const { fd } = key;
    if (mask !== key.events) {
      try {
        this.#poller.modify(fd, mask);
      } catch (error) {
        this.unregister(fd);
        throw error;
      }
    } else if ((data[0] ?? null) === key.data) return key;
    return this.#keep(key.fileobj, fd, mask, data);
  }

  /**
   * Waits until at least one file object is ready, or the timeout expires. After an interruption by
   * a signal, it waits for the remaining time.
   *
   * @param timeout the timeout in seconds, rounded up to a millisecond; `null` for no timeout, 0 or
   * less to return at once
   * @returns the key of each ready file object with the events that are ready, of those registered:
   * `EVENT_READ`, `EVENT_WRITE` or both. An error or a hang-up counts as both
   * @throws {TypeError} if `timeout` is neither a number nor `null`
   * @throws {RangeError} if `timeout` is NaN or infinite
   * @throws {OSError} if the system reports an error
   * @throws {Error} if the selector is closed
   * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.select}
   */
  select(
    timeout: number | null = null,
  ): [key: SelectorKey<D, F>, events: number][] {
    const poller = this.#opened();
    const count = waitFor(poller, timeout);
    const ready: [SelectorKey<D, F>, number][] = [];
    for (let i = 0; i < count; i++) {
      const key = this.#keys.get(poller.fdAt(i));
      if (key !== undefined) ready.push([key, poller.flagsAt(i) & key.events]);
    }
    return ready;
  }

  /**
   * Returns the key of a registered file object.
   *
   * @param fileobj the file object, or its descriptor
   * @returns its key
   * @throws {RangeError} if it is not registered (Python: `KeyError`), or is not a file object
   * @throws {Error} if the selector is closed
   * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.get_key}
   */
  get_key(fileobj: F | number): SelectorKey<D, F> {
    this.#opened();
    return this.#key(fileobj);
  }

  /**
   * Returns the keys of the registered file objects.
   *
   * @returns a view that changes with the selector; `null` if the selector is closed
   * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.get_map}
   */
  get_map(): SelectorMapping<D, F> | null {
    return this.#map;
  }

  /**
   * Closes the selector; the file objects stay open. Closing it again does nothing.
   * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.close}
   */
  close(): void {
    this.#map = null;
    this.#keys.clear();
    finalizer.unregister(this);
    this.#poller.close();
  }

  /** Closes the selector at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What `console.log` shows: the keys by descriptor. */
  [Symbol.for("Deno.customInspect")](
    inspect = Deno.inspect,
    options?: Deno.InspectOptions,
  ): string {
    if (!(#map in this)) return `${describe(this)} {}`; // the prototype
    const { name } = this.constructor;
    if (this.#map === null) return `<${name} [closed]>`;
    return `${name}${
      inspect(new Map(this.#keys), options).replace(/^Map/, "")
    }`;
  }

  /** Returns the descriptor of the kernel object. */
  protected descriptor(): number {
    return this.#opened().fd;
  }

  #opened(): LevelPoller {
    if (this.#map === null) {
      throw fromCaller(new Error("Selector is closed"));
    }
    return this.#poller;
  }

  #keep(
    fileobj: F,
    fd: number,
    events: number,
    [data]: readonly [D?],
  ): SelectorKey<D, F> {
    const key = new SelectorKey(fileobj, fd, events, (data ?? null) as D);
    this.#keys.set(fd, key);
    return key;
  }

  #key(fileobj: F | number): SelectorKey<D, F> {
    const key = this.#keys.get(this.#fd(fileobj));
    if (key === undefined) {
      throw rangeError(`${Deno.inspect(fileobj)} is not registered`);
    }
    return key;
  }

  /** Returns a file object's descriptor; if it is closed, the one it was registered with. */
  #fd(fileobj: F | number): number {
    const fd = descriptorOf(fileobj);
    if (fd !== undefined && fd >= 0) return fd;
    for (const key of this.#keys.values()) {
      if (key.fileobj === fileobj) return key.fd;
    }
    throw rangeError(
      fd === undefined
        ? `Invalid file object: ${Deno.inspect(fileobj)}`
        : `Invalid file descriptor: ${fd}`,
    );
  }
}

refuseCloning(BaseSelector, "a Worker needs a selector of its own");
nameClasses({ BaseSelector });

/** Returns the current descriptor of a file object; `undefined` if it has none. */
function descriptorOf(fileobj: unknown): number | undefined {
  let fd = fileobj;
  if (typeof fileobj === "object" || typeof fileobj === "function") {
    try {
      fd = (fileobj as { fileno(): unknown }).fileno();
    } catch (error) {
      // Not a file object, or closed: Python's AttributeError, TypeError and ValueError.
      if (error instanceof TypeError || error instanceof RangeError) return;
      throw error;
    }
  }
  return integerIn(fd, -0x80000000, 0x7fffffff);
}

/** Returns an integer as `integer()` takes it; `undefined` for anything else. */
function integerIn(
  value: unknown,
  min: number,
  max: number,
): number | undefined {
  try {
    return integer("value", value, min, max);
  } catch {
    return undefined;
  }
}

function eventsOf(events: unknown): number {
  const mask = integerIn(events, 1, EVENT_READ | EVENT_WRITE);
  if (mask !== undefined) return mask;
  throw rangeError(`Invalid events: ${Deno.inspect(events)}`);
}

/** Waits for the whole timeout (seconds), however often a signal interrupts. */
function waitFor(poller: LevelPoller, timeout: unknown): number {
  const isNumber = typeof timeout === "number" || typeof timeout === "bigint";
  const seconds = isNumber && timeout <= 0 ? 0 : timeoutSeconds(timeout);
  if (interruptible) throwIfInterrupted();
  if (seconds === 0) return poller.wait(0);
  const deadline = new Deadline(seconds);
  for (;;) {
    const ms = deadline.milliseconds;
    const count = interruptible
      ? waitInterruptibly(poller, ms)
      : poller.wait(ms);
    if (count > 0 || ms === 0) return count;
  }
}

/** Waits as the poller does, and for interrupts, which it throws. */
function waitInterruptibly(poller: LevelPoller, ms: number): number {
  const sources = sourceDescriptors();
  for (const fd of sources) poller.register(fd, READ);
  let count = 0;
  let others = 0;
  try {
    count = poller.wait(ms);
    for (let i = 0; i < count; i++) {
      const fd = poller.fdAt(i);
      if (sources.includes(fd)) settle(fd);
      else others++;
    }
  } finally {
    for (const fd of sources) poller.unregister(fd);
  }
  throwIfInterrupted();
  return others === 0 ? 0 : count;
}
