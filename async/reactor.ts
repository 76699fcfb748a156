/**
 * The reactor of awaiting sockets: one poller for the thread, one wait parked on another thread
 * while there is nothing to do, and queues of waiters for each descriptor.
 */

import { OSError } from "../errors/errors.ts";
import { atUnload, isMain } from "../ffi/libc.ts";
import { type Poller, READ, URGENT, WRITE } from "../poll/base.ts";
import { makePoller } from "../poll/poller.ts";
import { atNextTurn } from "./turn.ts";

/** An attempt returns this when the operation is done, whether it succeeded or failed. */
export const DONE = -1;
/** An attempt returns this when it only yielded to others: attempt again at the next turn. */
export const NEXT_TURN = 0;
/** An attempt returns this when it lacks a readiness that the poller will report. */
export const WHEN_READY = Infinity;

/** An operation that waits for a descriptor. */
export interface Waiter {
  /**
   * Attempts the operation again.
   *
   * @returns `DONE`, or after how many milliseconds to attempt again unless an event comes first:
   * `NEXT_TURN`, `WHEN_READY`, or a number in between where no event announces the readiness
   */
  attempt(): number;
  /** Ends the wait: the descriptor was closed or detached. */
  forgotten(): void;
}

/**
 * One of a descriptor's queues. Reads of the error queue do not wait behind reads of data, and who
 * only watches for urgent data or for a failure holds up nobody.
 */
export type Side = "read" | "write" | "error" | "urgent" | "failure";

/** What the poller has to report for a queue. */
const INTERESTS = {
  read: READ,
  write: WRITE,
  error: READ,
  urgent: READ | URGENT,
};

/**
 * The shared empty queue. Every descriptor has five queues, and most stay empty, so they all start
 * as this one.
 */
const EMPTY_QUEUE: Waiter[] = [];

/** A descriptor registered with the poller, and its waiters. */
export class Watch {
  /** The descriptor. */
  readonly fd: number;
  /** The waiters for it to be readable, served in order. */
  read = EMPTY_QUEUE;
  /** The waiters for it to be writable, served in order. */
  write = EMPTY_QUEUE;
  /** The waiters for its error queue, served in order; the poller reports it as readable too. */
  error = EMPTY_QUEUE;
  /** The waiters for urgent data, or to receive it; the poller reports it as readable. */
  urgent = EMPTY_QUEUE;
  /** The waiters for it to fail. They see it only where the poller reports edges. */
  failure = EMPTY_QUEUE;
  /** Whether its waiters keep the process alive. */
  ref = true;
  /** Whether the descriptor was closed or detached: its number may have been reused since. */
  closed = false;
  /** The timer of the next attempt, where no event announces readiness. */
  retry: ReturnType<typeof setTimeout> | undefined;

  /** Makes the watch of a descriptor. */
  constructor(fd: number) {
    this.fd = fd;
  }

  /** How many waiters it has. */
  get waiters(): number {
    return this.read.length + this.write.length + this.error.length +
      this.urgent.length + this.failure.length;
  }
}

// How long attempts that succeed at once may continue before timers and other work get a turn.
const TURN_MS = 3;
const ATTEMPTS_PER_CLOCK_READ = 8;
// How many ready descriptors, and how many yielded ones, one turn serves. With fewer, each gets
// several attempts before it must yield, and yielding costs more than an attempt; with more, the
// others wait less.
const BATCH = 64;
// The polling interval while no wait may be parked: when no waiter is referenced (a parked wait
// would keep the process alive), or when no descriptor is left for the waker.
const POLL_INTERVAL_MS = 10;
// If the last parked wait ended sooner than this, the next idle turn waits briefly before parking.
const SPIN_BELOW_MS = 0.2;
// A Worker may be terminated at any moment without notice, so its parked waits have a limit:
// otherwise they would never end.
const PARK_MS = isMain ? -1 : 1000;

/** Serves the waiters of a thread as their descriptors become ready. */
export class Reactor {
  readonly #makePoller: () => Poller;
  readonly #closesWhenIdle: boolean;
  /** Open while there are watches. */
  #poller: Poller | undefined;
  readonly #watches = new Map<number, Watch>();
  /** Watches to serve at the next turn whether the poller reports them or not. */
  readonly #urgent = new Set<Watch>();
  /** How many descriptors the poller reported, and how many of those were served. */
  #ready = 0;
  #served = 0;
  /** How many waiters there are, and how many of them keep the process alive. */
  #waiting = 0;
  #referenced = 0;
  #state: "idle" | "scheduled" | "polling" | "parked" = "idle";
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #turnBegan = 0;
  /** Whether operations must wait for the next turn, as the time of this one is used up. */
  #mustYield = false;
  /** Whether events usually come so soon that a brief wait saves parking one. */
  #spins = false;
  /** Whether this isolate has ended: nothing is served any more. */
  #ended = false;
  #endsAtUnload = false;

  /**
   * Makes a reactor, which opens its poller at first use by calling `open`.
   *
   * @param closesWhenIdle whether to close the poller with the last watch. A Worker does, as it may
   * end without notice. The main thread's poller lasts: opening one costs as much as a connection.
   */
  constructor(open: () => Poller = makePoller, closesWhenIdle = !isMain) {
    this.#makePoller = open;
    this.#closesWhenIdle = closesWhenIdle;
  }

  #openPoller(): Poller {
    const poller = this.#makePoller();
    if (!this.#endsAtUnload) {
      this.#endsAtUnload = true;
      // The poller is closed then, but a turn may still be scheduled.
      atUnload(() => this.#ended = true);
    }
    return poller;
  }

  /**
   * Returns the watch of a descriptor, registered with the poller.
   *
   * @throws {OSError} if the descriptor is closed, or no descriptor is left for the poller
   */
  watch(fd: number): Watch {
    const poller = this.#poller ??= this.#openPoller();
    let watch = this.#watches.get(fd);
    // Either another socket object uses the same descriptor, and registering it again does no harm.
    // Or it was closed behind our back, and its number is in use again: then those who wait for the
    // old one must not get what comes to the new one.
    if (watch !== undefined && !poller.unregister(fd)) {
      this.#end(watch);
      watch = undefined;
    }
    try {
      poller.register(fd);
    } catch (error) {
      this.#closeIfIdle();
      throw error;
    }
    if (watch === undefined) this.#watches.set(fd, watch = new Watch(fd));
    else if (watch.urgent.length > 0) poller.arm(fd, URGENT);
    return watch;
  }

  /**
   * Whether operations that need not wait have held this thread for so long that the next one
   * should wait for the next turn. Otherwise a flood on one socket could starve timers and other
   * work.
   */
  mustYield(): boolean {
    if (!this.#mustYield && ++this.#attempts >= ATTEMPTS_PER_CLOCK_READ) {
      this.#attempts = 0;
      this.#mustYield = this.#turnIsOver();
    }
    return this.#mustYield;
  }

  /**
   * Puts a waiter at the end of a queue.
   *
   * @param after what its attempt returned, or would return
   */
  add(watch: Watch, side: Side, waiter: Waiter, after: number): void {
    const queue = watch[side];
    if (queue.length > 0) queue.push(waiter);
    else watch[side] = [waiter]; // a literal has room for just one, which is usually enough
    this.#count(watch, 1);
    this.#rearm(watch, side, after);
    if (this.#state === "idle") this.#schedule();
  }

  /** Removes a waiter from a queue before its turn. */
  remove(watch: Watch, side: Side, waiter: Waiter): void {
    const at = watch[side].indexOf(waiter);
    if (at < 0) return;
    watch[side].splice(at, 1);
    this.#count(watch, -1);
    // The others may have relied on its attempts: the poller may not be armed for them.
    if (at === 0 && watch[side].length > 0) this.#rearm(watch, side, NEXT_TURN);
  }

  /** Sets whether a descriptor's waiters keep the process alive. */
  reference(watch: Watch, ref: boolean): void {
    if (watch.ref === ref) return;
    const { waiters } = watch;
    this.#count(watch, -waiters);
    watch.ref = ref;
    this.#count(watch, waiters);
  }

  /** Forgets a descriptor that is about to be closed or detached. Its waiters end. */
  forget(fd: number): void {
    const watch = this.#watches.get(fd);
    if (watch === undefined) return;
    this.#poller!.unregister(fd);
    this.#end(watch);
    this.#closeIfIdle();
  }

  /**
   * Unregisters a descriptor that nobody waits for any more. It is not the library's: nothing will
   * say that it is about to be closed.
   */
  release(fd: number): void {
    if (this.#watches.get(fd)?.waiters === 0) this.forget(fd);
  }

  #end(watch: Watch): void {
    this.#watches.delete(watch.fd);
    this.#urgent.delete(watch);
    if (watch.retry !== undefined) clearTimeout(watch.retry);
    watch.closed = true;
    this.#count(watch, -watch.waiters);
    const { read, write, error, urgent, failure } = watch;
    for (const queue of [read, write, error, urgent, failure]) {
      for (const waiter of queue.splice(0)) waiter.forgotten();
    }
  }

  #closeIfIdle(): void {
    if (this.#watches.size > 0 || !this.#closesWhenIdle) return;
    this.#poller!.close();
    this.#poller = undefined;
    this.#served = this.#ready; // what it reported concerns nobody any more
  }

  #turnIsOver(): boolean {
    return performance.now() - this.#turnBegan > TURN_MS;
  }

  #count(watch: Watch, change: number): void {
    this.#waiting += change;
    if (!watch.ref) return;
    const before = this.#referenced;
    this.#referenced += change;
    // A parked wait keeps the process alive, polling by timer does not: switch between them.
    if ((before === 0) !== (this.#referenced === 0)) this.#wakeUp();
  }

  /** Makes the next turn come at once. */
  #wakeUp(): void {
    if (this.#state === "parked") this.#poller?.wake();
    else if (this.#state === "polling") {
      clearTimeout(this.#pollTimer);
      this.#schedule();
    }
  }

  /** Ensures that a queue is served again. */
  #rearm(watch: Watch, side: Side, after: number): void {
    if (after === WHEN_READY) {
      // A hang-up may last, and would be reported without end where there are no edges.
      if (side === "failure") return;
      this.#poller?.arm(watch.fd, INTERESTS[side]);
    } else if (after === NEXT_TURN) {
      this.#urgent.add(watch);
      this.#wakeUp();
    } else if (watch.retry === undefined) this.#retry(watch, after);
  }

  // Apart: a function that makes a closure allocates for it in each call.
  #retry(watch: Watch, after: number): void {
    watch.retry = setTimeout(() => {
      watch.retry = undefined;
      this.#urgent.add(watch);
      this.#wakeUp();
    }, after);
    Deno.unrefTimer(watch.retry); // the waiter decides about keeping the process alive
  }

  #schedule(): void {
    this.#state = "scheduled";
    atNextTurn(this.#turn);
  }

  /** Serves the waiters that can continue, then schedules another turn or parks a wait. */
  readonly #turn = (): void => {
    if (this.#ended) return;
    this.#beginTurn();
    let busy = this.#urgent.size > 0;
    this.#serveUrgent();
    if (this.#served === this.#ready) {
      this.#served = 0;
      this.#ready = this.#poller?.wait(0) ?? 0;
    }
    if (this.#ready === 0 && this.#spins && !busy && this.#waiting > 0) {
      this.#ready = this.#poller!.waitBriefly();
      this.#spins = this.#ready > 0;
    }
    busy ||= this.#ready > 0;
    this.#serveReady();
    if (this.#waiting === 0) this.#state = "idle";
    else if (busy) this.#schedule();
    else this.#park();
  };

  #beginTurn(): void {
    this.#state = "scheduled"; // so a wake-up schedules nothing: this turn or the next serves it
    this.#turnBegan = performance.now();
    this.#resetBudget();
  }

  /** Allows some attempts before the clock is read again. */
  #resetBudget(): void {
    this.#attempts = 0;
    this.#mustYield = false;
  }

  /** Serves some of the watches that wait for a turn, not for an event. */
  #serveUrgent(): void {
    let left = Math.min(this.#urgent.size, BATCH);
    for (const watch of this.#urgent) {
      if (left-- === 0 || this.mustYield()) break;
      this.#urgent.delete(watch);
      this.#serveReceivers(watch);
      this.#serve(watch, "write");
      this.#serve(watch, "failure");
    }
  }

  /** Serves some of the ready watches, regardless of the time already used in this turn. */
  #serveReady(): void {
    const poller = this.#poller;
    if (poller === undefined) return;
    this.#resetBudget();
    const end = Math.min(this.#ready, this.#served + BATCH);
    while (this.#served < end && !this.mustYield()) {
      const at = this.#served++;
      const watch = this.#watches.get(poller.fdAt(at));
      if (watch === undefined) continue; // closed since the poller reported it
      const readable = poller.readableAt(at);
      const writable = poller.writableAt(at);
      if (readable) this.#serveReceivers(watch);
      if (writable) this.#serve(watch, "write");
      // A failure counts as both.
      if (readable && writable) this.#serve(watch, "failure");
    }
  }

  /** Serves the waiters that a readable descriptor concerns. */
  #serveReceivers(watch: Watch): void {
    const { length } = watch.urgent;
    if (length > 0) {
      this.#serve(watch, "urgent");
      if (watch.urgent.length < length) {
        // Linux drops urgent data once something behind it is received, so whoever waited for it
        // takes it first.
        this.#urgent.add(watch);
        return;
      }
    }
    this.#serve(watch, "read");
    this.#serve(watch, "error");
  }

  #serve(watch: Watch, side: Side): void {
    const queue = watch[side];
    while (queue.length > 0) {
      const waiter = queue[0];
      const after = waiter.attempt();
      if (after !== DONE) return this.#rearm(watch, side, after);
      // The attempt may have run the caller's code (reading a file to send), which closed the
      // socket.
      if (queue[0] !== waiter) return;
      queue.shift();
      this.#count(watch, -1);
    }
  }

  #park(): void {
    if (this.#referenced === 0) return this.#pollByTimer();
    let parked: Promise<number>;
    try {
      parked = this.#poller!.park(PARK_MS);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      return this.#pollByTimer(); // no descriptor was left for the waker
    }
    this.#state = "parked";
    const began = performance.now();
    parked.then((count) => {
      this.#beginTurn();
      this.#spins = count > 0 && this.#turnBegan - began < SPIN_BELOW_MS;
      this.#served = 0;
      this.#ready = count;
      this.#serveReady();
      if (this.#waiting === 0) this.#state = "idle";
      else this.#schedule();
    });
  }

  #pollByTimer(): void {
    this.#state = "polling";
    this.#pollTimer = setTimeout(this.#turn, POLL_INTERVAL_MS);
    if (this.#referenced === 0) Deno.unrefTimer(this.#pollTimer);
  }
}

/** This thread's reactor. */
export const reactor = new Reactor();
