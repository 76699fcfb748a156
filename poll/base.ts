/** What all pollers share: their interface, the list of what is ready, the parked wait. */

import { errno, libc } from "../ffi/libc.ts";
import { osError } from "../errors/errors.ts";
import { EINTR } from "../errors/errno.ts";
import { Waker } from "./waker.ts";

/** Readable, or broken so that reading tells the error. */
export const READ = 1;
/** Writable, or broken so that writing tells the error. */
export const WRITE = 2;
/** As part of an interest: report once for each time that it becomes ready, not while it is. */
export const EDGE = 4;

/** Waits for many descriptors at once, blocking the thread. */
export interface LevelPoller {
  /** The kernel object's own descriptor; -1 if there is none, or once closed. */
  readonly fd: number;
  /**
   * Adds a descriptor.
   *
   * @param interest bits of `READ`, `WRITE` and `EDGE`; if left out, all three
   * @throws {OSError} if it is closed, there already (but not by every kernel), or of a kind that
   * cannot be waited for
   */
  register(fd: number, interest?: number): void;
  /**
   * Changes the interest in a descriptor that is registered.
   *
   * @throws {OSError} if it is closed
   */
  modify(fd: number, interest: number): void;
  /** Takes out a descriptor that was registered; if it is closed, the kernel forgot it already. */
  unregister(fd: number): void;
  /**
   * Waits until a descriptor is ready.
   *
   * @param timeoutMs milliseconds of 31 bits; 0 to look only, -1 for ever
   * @returns how many are ready: 0 when the time has passed or a signal came
   * @throws {OSError} if the system reports an error
   */
  wait(timeoutMs: number): number;
  /** The descriptor of a ready one, counted from 0, until the next wait. */
  fdAt(index: number): number;
  /** How it is ready: bits of `READ` and `WRITE`; both if it failed or was hung up. */
  flagsAt(index: number): number;
  /** Whether it is readable, or failed. */
  readableAt(index: number): boolean;
  /** Whether it is writable, or failed. */
  writableAt(index: number): boolean;
  /** Frees the kernel object; a parked wait ends first. Closing again does nothing. */
  close(): void;
}

/** One that can also wait on another thread, for whoever must not block this one. */
export interface Poller extends LevelPoller {
  /**
   * Says that an operation on a descriptor registered with `EDGE` would have to wait. Where the
   * kernel reports edges this does nothing; where it does not, a readiness once reported is only
   * looked for again after this.
   *
   * @param interest which readiness is missing: bits of `READ` and `WRITE`
   */
  arm(fd: number, interest: number): void;
  /**
   * Waits for less than a millisecond (some 50 microseconds and what the system adds), blocking the
   * thread: cheaper than parking a wait when something is about to happen. Where the system has no
   * wait so short, this only looks.
   *
   * @returns how many are ready
   */
  waitBriefly(): number;
  /**
   * The same wait on another thread, one at a time; it keeps the process alive. Meanwhile everything
   * else may be called, {@linkcode wait} too.
   *
   * @param timeoutMs milliseconds of 31 bits; -1 for ever
   * @returns how many are ready, to be asked for before the next wait: 0 when the time has passed,
   * a signal came, it was woken, or the poller was closed
   */
  park(timeoutMs: number): Promise<number>;
  /** Makes the parked wait return at once; does nothing if there is none. */
  wake(): void;
}

/** Structs of one size in a row. */
export class StructArray {
  /** The structs. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same, for their fields. */
  view: DataView<ArrayBuffer>;
  /** How many there is room for. */
  capacity: number;
  /** The size of one. */
  readonly size: number;

  /** Makes room for some structs. */
  constructor(size: number, capacity: number) {
    this.size = size;
    this.capacity = capacity;
    this.bytes = new Uint8Array(size * capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for as many as needed, and keeps what is there. */
  reserve(needed: number): void {
    if (needed <= this.capacity) return;
    const { bytes } = this;
    this.capacity = Math.max(needed, this.capacity * 2);
    this.bytes = new Uint8Array(this.size * this.capacity);
    this.bytes.set(bytes);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** The descriptors found ready, without an object for each. */
export abstract class ReadyList {
  #fds = new Int32Array(64);
  #flags = new Uint8Array(64);
  #count = 0;
  // Where a descriptor stands in the list, by descriptor: true only if the list says so too.
  #places = new Int32Array(0);

  /** How many are ready. */
  protected get count(): number {
    return this.#count;
  }

  /** Begins anew. */
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

  /** Adds flags to a descriptor that may be in the list. */
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

/** Passes on how many are ready, or 0 if a signal came. Nothing may come between the call and this. */
export function checkWait(result: number, syscall: string): number {
  if (result >= 0) return result;
  const code = errno();
  if (code !== EINTR) throw osError(code, syscall);
  return 0;
}

/** A poller's parked wait, on what the kernels have: a call here, the same call on another thread. */
export abstract class ParkingPoller extends ReadyList implements Poller {
  /** As {@linkcode LevelPoller.fd}. */
  fd = -1;
  #waker: Waker | undefined;
  #wakerFd = -1;
  #parked = false;
  #closed = false;

  /** As {@linkcode LevelPoller.register}. */
  abstract register(fd: number, interest?: number): void;
  /** As {@linkcode LevelPoller.modify}. */
  abstract modify(fd: number, interest: number): void;
  /** As {@linkcode LevelPoller.unregister}. */
  abstract unregister(fd: number): void;
  /** Makes the call, and gives how many events came; throws what is wrong. */
  protected abstract waitSync(timeoutMs: number): number;
  /** Makes the call on another thread, into a buffer of its own; negative if it failed. */
  protected abstract waitAsync(timeoutMs: number): Promise<number>;
  /** Reports the events that came, of the call here or of the parked one. */
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

  /** Makes the brief call; the pollers that have none only look. */
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

  /** As {@linkcode Poller.arm}: nothing to do where the kernel reports edges. */
  arm(_fd: number, _interest: number): void {}

  /** As {@linkcode Poller.park}. */
  park(timeoutMs: number): Promise<number> {
    if (this.#closed) throw new Error("The poller is closed");
    if (this.#parked) throw new Error("A wait is parked already");
    if (this.#waker === undefined) {
      this.#waker = new Waker();
      this.#wakerFd = this.#waker.fd;
      this.register(this.#wakerFd, READ);
    }
    const waiting = this.waitAsync(timeoutMs);
    this.#parked = true;
    return waiting.then((events) => this.#unpark(events));
  }

  #unpark(events: number): number {
    this.#parked = false;
    this.#waker!.reset();
    this.clear();
    if (this.#closed) this.#free();
    else if (events > 0) this.collect(events, true);
    return this.count;
  }

  /** As {@linkcode Poller.wake}. */
  wake(): void {
    if (this.#parked) this.#waker!.wake();
  }

  /** As {@linkcode LevelPoller.close}. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // A call that another thread waits in does not end with its descriptor.
    if (this.#parked) this.wake();
    else this.#free();
  }

  #free(): void {
    this.#waker?.close();
    const { fd } = this;
    this.fd = -1;
    if (fd >= 0) this.release(fd);
  }

  /** Closes the kernel object. */
  protected release(fd: number): void {
    libc.close(fd);
  }
}
