/** What all pollers share: their interface, the list of ready descriptors, the parked wait. */

import { EINTR, osError } from "../errors/errors.ts";
import { atUnload, errno, libc } from "../ffi/libc.ts";
import { Waker } from "./waker.ts";

/** Readable, or failed, so that reading reports the error. */
export const READ = 1;
/** Writable, or failed, so that writing reports the error. */
export const WRITE = 2;
/** In an interest: report once each time that the descriptor becomes ready, not while it is. */
export const EDGE = 4;

/** For {@linkcode Poller.arm}: urgent data. It is reported as readable, and by epoll only. */
export const URGENT = 8;

/** A poller that waits for many descriptors at once, blocking the thread. */
export interface LevelPoller {
  /** The descriptor of the kernel object; -1 if there is none, or once closed. */
  readonly fd: number;
  /**
   * Adds a descriptor.
   *
   * @param interest bits of `READ`, `WRITE` and `EDGE`; if left out, all three
   * @throws {OSError} if the descriptor is closed, already registered (not on every kernel), or of
   * a kind that cannot be polled
   */
  register(fd: number, interest?: number): void;
  /**
   * Changes the interest in a registered descriptor.
   *
   * @throws {OSError} if the descriptor is closed
   */
  modify(fd: number, interest: number): void;
  /**
   * Removes a registered descriptor. A closed one is no error: the kernel already removed it.
   *
   * @returns false if the kernel had removed it, because it was closed; true if it had not, or the
   * poller cannot know
   */
  unregister(fd: number): boolean;
  /**
   * Waits until a descriptor is ready.
   *
   * @param timeoutMs milliseconds, up to 31 bits; 0 not to wait, -1 for no limit
   * @returns how many are ready: 0 if the time has passed or a signal interrupted the wait
   * @throws {OSError} if the system reports an error
   */
  wait(timeoutMs: number): number;
  /** Returns a ready descriptor by its index, counted from 0. Valid until the next wait. */
  fdAt(index: number): number;
  /** Returns how it is ready: bits of `READ` and `WRITE`, both if it failed or was hung up. */
  flagsAt(index: number): number;
  /** Whether it is readable, or failed. */
  readableAt(index: number): boolean;
  /** Whether it is writable, or failed. */
  writableAt(index: number): boolean;
  /** Frees the kernel object, after ending a parked wait. Closing again does nothing. */
  close(): void;
}

/** A poller that can also wait on another thread, so that this one need not block. */
export interface Poller extends LevelPoller {
  /**
   * Records that an operation on a descriptor registered with `EDGE` would have to wait. Does
   * nothing where the kernel reports edges. Elsewhere a readiness, once reported, is not polled for
   * again before this call.
   *
   * @param interest which readiness the operation lacks: bits of `READ`, `WRITE` and `URGENT`
   */
  arm(fd: number, interest: number): void;
  /**
   * Waits for less than a millisecond (50 microseconds plus the system's timer slack), blocking the
   * thread. If an event is about to come, this is cheaper than parking a wait. Where the system has
   * no such short wait, this does not wait at all.
   *
   * @returns how many are ready
   */
  waitBriefly(): number;
  /**
   * Waits on another thread, which keeps the process alive. Only one wait can be parked at a time;
   * all other methods may be called while it is, {@linkcode wait} too.
   *
   * @param timeoutMs milliseconds, up to 31 bits; -1 for no limit
   * @returns how many are ready, to be read before the next wait: 0 if the time has passed, a
   * signal interrupted the wait, it was woken, or the poller was closed
   */
  park(timeoutMs: number): Promise<number>;
  /** Makes the parked wait return at once; does nothing if there is none. */
  wake(): void;
}

/** An array of structs in one growing buffer. */
export class StructArray {
  /** The structs' bytes. */
  bytes: Uint8Array<ArrayBuffer>;
  /** A view of the same bytes, for access to fields. */
  view: DataView<ArrayBuffer>;
  /** How many structs there is room for. */
  capacity: number;
  /** The size of a struct in bytes. */
  readonly size: number;

  /** Makes an array with room for `capacity` structs. */
  constructor(size: number, capacity: number) {
    this.size = size;
    this.capacity = capacity;
    this.bytes = new Uint8Array(size * capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for as many structs as needed, and keeps the existing ones. */
  reserve(needed: number): void {
    if (needed <= this.capacity) return;
    const { bytes } = this;
    this.capacity = Math.max(needed, this.capacity * 2);
    this.bytes = new Uint8Array(this.size * this.capacity);
    this.bytes.set(bytes);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** The list of ready descriptors, without an object for each. */
export abstract class ReadyList {
  #fds = new Int32Array(64);
  #flags = new Uint8Array(64);
  #count = 0;
  // Each descriptor's index in the list. Entries may be stale: one counts only if the list agrees.
  #places = new Int32Array(0);

  /** How many are ready. */
  protected get count(): number {
    return this.#count;
  }

  /** Empties the list. */
  protected clear(): void {
    this.#count = 0;
  }

  /** Appends a descriptor that is not in the list. */
  protected report(fd: number, flags: number): void {
    const at = this.#count++;
    if (at === this.#fds.length) {
      this.#fds = grown(this.#fds, new Int32Array(at * 2));
      this.#flags = grown(this.#flags, new Uint8Array(at * 2));
    }
    this.#fds[at] = fd;
    this.#flags[at] = flags;
  }

  /** Adds flags to a descriptor, which may or may not be in the list. */
  protected reportMore(fd: number, flags: number): void {
    if (fd >= this.#places.length) {
      this.#places = grown(this.#places, new Int32Array((fd + 1) * 2));
    }
    const at = this.#places[fd];
    if (at < this.#count && this.#fds[at] === fd) {
      this.#flags[at] |= flags;
    } else {
      this.#places[fd] = this.#count;
      this.report(fd, flags);
    }
  }

  /** As {@linkcode LevelPoller.fdAt}. */
  fdAt(index: number): number {
    return this.#fds[index];
  }

  /** As {@linkcode LevelPoller.flagsAt}. */
  flagsAt(index: number): number {
    return this.#flags[index];
  }

  /** As {@linkcode LevelPoller.readableAt}. */
  readableAt(index: number): boolean {
    return (this.#flags[index] & READ) !== 0;
  }

  /** As {@linkcode LevelPoller.writableAt}. */
  writableAt(index: number): boolean {
    return (this.#flags[index] & WRITE) !== 0;
  }
}

function grown<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/**
 * Returns a wait's result, or 0 if a signal interrupted it. Must directly follow the call, as it
 * reads `errno`.
 *
 * @throws {OSError} if the wait failed otherwise
 */
export function checkWait(result: number, syscall: string): number {
  if (result >= 0) return result;
  const code = errno();
  if (code !== EINTR) throw osError(code, syscall);
  return 0;
}

/** The pollers to close when this isolate ends. */
const open = new Set<ParkingPoller>();
let closesAtUnload = false;

/**
 * The wait and the parked wait of a poller, built on two primitives: a kernel's call on this
 * thread, and the same call on another thread.
 */
export abstract class ParkingPoller extends ReadyList implements Poller {
  /** As {@linkcode LevelPoller.fd}. */
  fd = -1;
  #waker: Waker | undefined;
  #wakerFd = -1;
  #parked = false;
  #closed = false;

  /** Notes that there is something to close, though the program may not do it. */
  #opened(): void {
    open.add(this);
    if (closesAtUnload) return;
    closesAtUnload = true;
    atUnload(() => open.forEach((poller) => poller.close()));
  }

  /** Adopts the descriptor of the kernel object. For subclasses. */
  protected adopt(fd: number): void {
    this.fd = fd;
    this.#opened();
  }

  /** As {@linkcode LevelPoller.register}. */
  abstract register(fd: number, interest?: number): void;
  /** As {@linkcode LevelPoller.modify}. */
  abstract modify(fd: number, interest: number): void;
  /** As {@linkcode LevelPoller.unregister}. */
  abstract unregister(fd: number): boolean;
  /** Makes the call on this thread, and returns the number of events, or throws. */
  protected abstract waitSync(timeoutMs: number): number;
  /** Makes the call on another thread, into a separate buffer; negative on failure. */
  protected abstract waitAsync(timeoutMs: number): Promise<number>;
  /** Reports the events of the call on this thread, or of the parked one. */
  protected abstract collect(events: number, parked: boolean): void;

  /** Whether a wait is parked. */
  protected get parked(): boolean {
    return this.#parked;
  }

  /** Appends a descriptor that is not in the list, unless it is the waker's. */
  protected override report(fd: number, flags: number): void {
    if (fd !== this.#wakerFd) super.report(fd, flags);
  }

  /** As {@linkcode LevelPoller.wait}. */
  wait(timeoutMs: number): number {
    const events = this.waitSync(timeoutMs);
    this.clear();
    this.collect(events, false);
    return this.count;
  }

  /** Makes the brief call. Pollers without one do not wait. */
  protected waitSyncBriefly(): number {
    return this.waitSync(0);
  }

  /** As {@linkcode Poller.waitBriefly}. */
  waitBriefly(): number {
    const events = this.waitSyncBriefly();
    this.clear();
    this.collect(events, false);
    return this.count;
  }

  /** As {@linkcode Poller.arm}: does nothing, as the kernel reports edges. */
  arm(_fd: number, _interest: number): void {}

  /** As {@linkcode Poller.park}. */
  park(timeoutMs: number): Promise<number> {
    if (this.#closed) throw new Error("The poller is closed");
    if (this.#parked) throw new Error("A wait is parked already");
    if (this.#waker === undefined) {
      const waker = new Waker();
      try {
        this.register(waker.fd, READ);
      } catch (error) {
        waker.close();
        throw error;
      }
      this.#waker = waker;
      this.#wakerFd = waker.fd;
      this.#opened();
    }
    const waiting = this.waitAsync(timeoutMs);
    this.#parked = true;
    return waiting.then((events) => this.#unpark(events));
  }

  #unpark(events: number): number {
    this.#parked = false;
    this.clear();
    if (this.#closed) this.#free();
    else {
      this.#waker!.reset();
      if (events > 0) this.collect(events, true);
    }
    return this.count;
  }

  /**
   * Waits a few milliseconds for the woken call on the other thread to return. Without it, closing
   * is completed in a later turn, which does not come if the isolate ends now.
   *
   * @returns whether the call has returned; false if the poller cannot know
   */
  protected parkedCallReturned(): boolean {
    return false;
  }

  /** As {@linkcode Poller.wake}. */
  wake(): void {
    if (this.#parked) this.#waker?.wake();
  }

  /** As {@linkcode LevelPoller.close}. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Closing the descriptor would not end the call on the other thread.
    if (this.#parked) {
      this.wake();
      if (!this.parkedCallReturned()) return;
    }
    this.#free();
  }

  #free(): void {
    open.delete(this);
    this.#waker?.close();
    this.#waker = undefined;
    const { fd } = this;
    this.fd = -1;
    if (fd >= 0) this.release(fd);
  }

  /** Closes the kernel object. */
  protected release(fd: number): void {
    libc.close(fd);
  }
}
