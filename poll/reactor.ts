/**
 * What awaiting sockets wait on: one poller for the thread, one wait parked on another thread when
 * there is nothing to do, and for each descriptor a queue of readers and one of writers.
 */

import { makePoller, type Poller } from "./poller.ts";

/** Something that waits for a descriptor. */
export interface Waiter {
  /** Tries again; whether it is done, with success or without. */
  attempt(): boolean;
  /** Ends the waiting with an error. */
  fail(error: unknown): void;
}

/** Which of a descriptor's queues. */
export type Side = "read" | "write";

/** A descriptor that is, or was, waited for. */
export class Watch {
  /** The descriptor. */
  readonly fd: number;
  /** Those who wait for it to be readable, served in order. */
  readonly read: Waiter[] = [];
  /** Those who wait for it to be writable, served in order. */
  readonly write: Waiter[] = [];
  /** Whether its waiters keep the process alive. */
  ref = true;

  /** Makes the watch of a descriptor. */
  constructor(fd: number) {
    this.fd = fd;
  }
}

// How long attempts that succeed at once may go on before timers and other work get their turn.
const TURN_MS = 1;
const ATTEMPTS_BETWEEN_LOOKS = 32;
// How often descriptors are looked at on behalf of waiters that do not keep the process alive: a
// parked wait would.
const UNREFERENCED_MS = 10;

/** A thread's waiting. */
export class Reactor {
  /** Made at first use. */
  #pollerMade: Poller | undefined;
  readonly #watches = new Map<number, Watch>();
  /** Watches to be served at the next turn whatever the poller says. */
  #urgent = new Set<Watch>();
  /** How many waiters there are, and how many of them keep the process alive. */
  #waiting = 0;
  #referenced = 0;
  #state: "idle" | "scheduled" | "parked" = "idle";
  #attempts = 0;
  #turnBegan = 0;
  /** The timer that looks on behalf of waiters that do not keep the process alive. */
  #lookout: ReturnType<typeof setTimeout> | undefined;

  get #poller(): Poller {
    return this.#pollerMade ??= makePoller();
  }

  /** The watch of a descriptor, made and registered at first use. */
  watch(fd: number): Watch {
    let watch = this.#watches.get(fd);
    if (watch === undefined) {
      this.#poller.register(fd);
      watch = new Watch(fd);
      this.#watches.set(fd, watch);
    }
    return watch;
  }

  /**
   * Whether operations that need not wait have had this thread for so long that the next one should
   * wait its turn, lest a flood on one socket starves timers and other work.
   */
  mustYield(): boolean {
    if (++this.#attempts < ATTEMPTS_BETWEEN_LOOKS) return false;
    this.#attempts = 0;
    return performance.now() - this.#turnBegan > TURN_MS;
  }

  /**
   * Puts a waiter at the end of a queue.
   *
   * @param urgent whether to try at the next turn even if nothing happens to the descriptor
   */
  add(watch: Watch, side: Side, waiter: Waiter, urgent: boolean): void {
    watch[side].push(waiter);
    this.#count(watch, 1);
    if (urgent) this.#urgent.add(watch);
    if (this.#state === "idle") this.#schedule();
    else if (urgent && this.#state === "parked") this.#poller.wake();
  }

  /** Takes a waiter out of a queue before its turn. */
  remove(watch: Watch, side: Side, waiter: Waiter): void {
    const at = watch[side].indexOf(waiter);
    if (at < 0) return;
    watch[side].splice(at, 1);
    this.#count(watch, -1);
  }

  /** Whether a descriptor's waiters keep the process alive. */
  reference(watch: Watch, ref: boolean): void {
    if (watch.ref === ref) return;
    const waiters = watch.read.length + watch.write.length;
    this.#count(watch, -waiters);
    watch.ref = ref;
    this.#count(watch, waiters);
    if (this.#waiting > 0 && this.#state === "parked") this.#poller.wake();
  }

  /** Forgets a descriptor that is about to be closed or given away; its waiters fail. */
  forget(fd: number, reason: () => unknown): void {
    const watch = this.#watches.get(fd);
    if (watch === undefined) return;
    this.#watches.delete(fd);
    this.#urgent.delete(watch);
    this.#poller.unregister(fd);
    const waiters = [...watch.read.splice(0), ...watch.write.splice(0)];
    this.#count(watch, -waiters.length);
    for (const waiter of waiters) waiter.fail(reason());
  }

  #count(watch: Watch, change: number): void {
    this.#waiting += change;
    if (!watch.ref) return;
    this.#referenced += change;
    // A parked wait keeps the process alive: without anyone to wait for, it ends.
    if (this.#referenced === 0 && this.#state === "parked") this.#poller.wake();
    if (this.#referenced > 0 && this.#lookout !== undefined) {
      clearTimeout(this.#lookout);
      this.#schedule();
    }
  }

  #schedule(): void {
    this.#state = "scheduled";
    this.#lookout = undefined;
    setImmediate(this.#turn);
  }

  /** Serves whoever can go on; then comes another turn, or the wait is parked. */
  readonly #turn = (): void => {
    this.#lookout = undefined;
    this.#turnBegan = performance.now();
    this.#attempts = 0;
    let served = this.#urgent.size;
    if (served > 0) {
      const urgent = this.#urgent;
      this.#urgent = new Set();
      for (const watch of urgent) {
        this.#serve(watch, watch.read);
        this.#serve(watch, watch.write);
      }
    }
    served += this.#serveReady(this.#poller.wait(0));
    if (this.#waiting === 0) this.#state = "idle";
    else if (served > 0) this.#schedule();
    else this.#park();
  };

  #serveReady(count: number): number {
    const poller = this.#poller;
    for (let i = 0; i < count; i++) {
      const watch = this.#watches.get(poller.fdAt(i));
      if (watch === undefined) continue;
      if (poller.readableAt(i)) this.#serve(watch, watch.read);
      if (poller.writableAt(i)) this.#serve(watch, watch.write);
    }
    return count;
  }

  #serve(watch: Watch, queue: Waiter[]): void {
    while (queue.length > 0 && queue[0].attempt()) {
      queue.shift();
      this.#count(watch, -1);
    }
  }

  #park(): void {
    if (this.#referenced === 0) {
      this.#state = "scheduled";
      this.#lookout = setTimeout(this.#turn, UNREFERENCED_MS);
      Deno.unrefTimer(this.#lookout);
      return;
    }
    this.#state = "parked";
    this.#poller.park(-1).then((count) => {
      this.#turnBegan = performance.now();
      this.#serveReady(count);
      if (this.#waiting === 0) this.#state = "idle";
      else this.#schedule();
    });
  }
}

/** This thread's reactor. */
export const reactor = new Reactor();
