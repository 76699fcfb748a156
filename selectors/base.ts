/** What every selector does, whatever it waits by. */

import { Deadline } from "../poll/deadline.ts";
import type { LevelPoller } from "../poll/base.ts";
import { timeoutSeconds } from "../errors/arguments.ts";
import {
  EVENT_READ,
  EVENT_WRITE,
  type FileObject,
  SelectorKey,
} from "./key.ts";
import { SelectorMapping } from "./mapping.ts";

/** The data of a registration: it may be left out where `null` is data too. */
export type Data<D> = null extends D ? [data?: D] : [data: D];

/** Closes the pollers of selectors that were collected. */
const finalizer = new FinalizationRegistry<LevelPoller>((poller) =>
  poller.close()
);

/**
 * Waits for many file objects at once, blocking this thread: what every selector has. Take
 * `DefaultSelector`, or one of a certain kind.
 *
 * A file object is a descriptor or anything with a `fileno()`: a `Socket`, a file of `makefile()`.
 * Unregister it before you close it: the kernel forgets a closed descriptor, but the selector does
 * not, and the number may be another one's soon.
 *
 * @typeParam D the data kept with each file object
 * @typeParam F the file objects
 */
export abstract class BaseSelector<
  D = unknown,
  F extends FileObject = FileObject,
> {
  readonly #poller: LevelPoller;
  readonly #keys = new Map<number, SelectorKey<D, F>>();
  #map: SelectorMapping<D, F> | null;

  /** Takes over a poller. For the classes that extend this. */
  protected constructor(poller: unknown) {
    this.#poller = poller as LevelPoller;
    this.#map = new SelectorMapping(this.#keys, (fileobj) => this.#fd(fileobj));
    finalizer.register(this, this.#poller, this);
  }

  /**
   * Begins to wait for a file object.
   *
   * @param fileobj a descriptor, or an object with a `fileno()`
   * @param events what to wait for: `EVENT_READ`, `EVENT_WRITE` or both
   * @param data what to keep with it; `null` if left out
   * @returns its key
   * @throws {RangeError} if `events` are none or others, if it is no file object, or if it is registered
   * already (Python: `KeyError`)
   * @throws {OSError} if it is closed or of a kind that cannot be waited for, such as a regular file
   * with `EpollSelector`
   * @throws {Error} if the selector is closed
   */
  register(fileobj: F, events: number, ...data: Data<D>): SelectorKey<D, F> {
    checkEvents(events);
    const fd = this.#fd(fileobj);
    if (this.#keys.has(fd)) {
      throw new RangeError(
        `${Deno.inspect(fileobj)} (FD ${fd}) is already registered`,
      );
    }
    this.#opened().register(fd, events);
    return this.#keep(fileobj, fd, events, data);
  }

  /**
   * Ends the waiting for a file object, which may be closed by now.
   *
   * @param fileobj the file object, or its descriptor
   * @returns the key it had
   * @throws {RangeError} if it is not registered (Python: `KeyError`), or no file object
   */
  unregister(fileobj: F | number): SelectorKey<D, F> {
    const key = this.#key(fileobj);
    this.#keys.delete(key.fd);
    this.#poller.unregister(key.fd);
    return key;
  }

  /**
   * Changes what is waited for, and the data; cheaper than to unregister and to register.
   *
   * @param fileobj the file object, or its descriptor
   * @param events what to wait for from now on: `EVENT_READ`, `EVENT_WRITE` or both
   * @param data what to keep with it from now on; `null` if left out
   * @returns the new key; the old one if nothing changed
   * @throws {RangeError} if `events` are none or others, if it is not registered (Python: `KeyError`),
   * or no file object
   * @throws {OSError} if it is closed; it is not registered any longer then
   */
  modify(
    fileobj: F | number,
    events: number,
    ...data: Data<D>
  ): SelectorKey<D, F> {
    checkEvents(events);
    const key = this.#key(fileobj);
    const { fd } = key;
    if (events !== key.events) {
      try {
        this.#poller.modify(fd, events);
      } catch (error) {
        this.unregister(fd);
        throw error;
      }
    } else if ((data[0] ?? null) === key.data) return key;
    return this.#keep(key.fileobj, fd, events, data);
  }

  /**
   * Waits until a file object is ready, or the time has passed. A wait that a signal interrupts is
   * resumed with what is left of the time.
   *
   * @param timeout seconds; `null` for as long as it takes, 0 or less to look only. It is rounded up to
   * the millisecond
   * @returns each ready one's key with how it is ready: `EVENT_READ`, `EVENT_WRITE` or both of what it
   * was registered for. One that failed or was hung up is ready for both
   * @throws {TypeError} if the timeout is neither a number nor `null`
   * @throws {RangeError} if it is not a number, or infinite
   * @throws {OSError} if the system reports an error
   * @throws {Error} if the selector is closed
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
   * The key of a file object that is registered.
   *
   * @param fileobj the file object, or its descriptor
   * @throws {RangeError} if it is not registered (Python: `KeyError`), or no file object
   * @throws {Error} if the selector is closed
   */
  get_key(fileobj: F | number): SelectorKey<D, F> {
    this.#opened();
    return this.#key(fileobj);
  }

  /** What is registered, by file object; `null` once the selector is closed. */
  get_map(): SelectorMapping<D, F> | null {
    return this.#map;
  }

  /** Frees what the selector holds; the file objects stay open. Closing again does nothing. */
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

  /** The kernel object's descriptor. */
  protected descriptor(): number {
    return this.#opened().fd;
  }

  #opened(): LevelPoller {
    if (this.#map === null) throw new Error("Selector is closed");
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
      throw new RangeError(`${Deno.inspect(fileobj)} is not registered`);
    }
    return key;
  }

  /** The descriptor of a file object; of one that is closed, what it was registered with. */
  #fd(fileobj: F | number): number {
    const fd = descriptorOf(fileobj);
    if (fd !== undefined && fd >= 0) return fd;
    for (const key of this.#keys.values()) {
      if (key.fileobj === fileobj) return key.fd;
    }
    throw new RangeError(
      fd === undefined
        ? `Invalid file object: ${Deno.inspect(fileobj)}`
        : `Invalid file descriptor: ${fd}`,
    );
  }
}

/** The descriptor that a file object has now; `undefined` if it has none. */
function descriptorOf(fileobj: unknown): number | undefined {
  let fd = fileobj;
  if (typeof fileobj !== "number") {
    try {
      fd = (fileobj as { fileno(): unknown }).fileno();
    } catch (error) {
      // No file object, or a closed one: Python's AttributeError, TypeError and ValueError.
      if (error instanceof TypeError || error instanceof RangeError) return;
      throw error;
    }
  }
  return typeof fd === "number" && (fd | 0) === fd ? fd : undefined;
}

function checkEvents(events: unknown): void {
  if (
    events !== EVENT_READ && events !== EVENT_WRITE &&
    events !== (EVENT_READ | EVENT_WRITE)
  ) {
    throw new RangeError(`Invalid events: ${Deno.inspect(events)}`);
  }
}

/** Waits as long as asked, however often a signal interrupts. */
function waitFor(poller: LevelPoller, timeout: number | null): number {
  const seconds = typeof timeout === "number" && timeout <= 0
    ? 0
    : timeoutSeconds(timeout);
  if (seconds === 0) return poller.wait(0);
  const deadline = new Deadline(seconds);
  for (;;) {
    const ms = deadline.milliseconds;
    const count = poller.wait(ms);
    if (count > 0 || ms === 0) return count;
  }
}
