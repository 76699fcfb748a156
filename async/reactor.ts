/**
 * What awaiting sockets wait on: one poller for the thread, one wait parked on another thread when
 * there is nothing to do, and for each descriptor queues of those who wait for it.
 */

import { OSError } from "../errors/errors.ts";
import { type Poller, READ, WRITE } from "../poll/base.ts";
import { makePoller } from "../poll/poller.ts";

/** What a waiter's attempt says when it is over, with success or without. */
export const DONE = -1;
/** What it says when it only gave way to others: it is to be made again at the next turn. */
export const NEXT_TURN = 0;
/** What it says when it lacks a readiness that the poller will report. */
export const WHEN_READY = Infinity;

/** Something that waits for a descriptor. */
export interface Waiter {
  /**
   * Tries again.
   *
   * @returns `OVER`, or after how many milliseconds to try again if nothing happens before:
   * `NEXT_TURN`, `WHEN_READY`, or what is between, where no event tells of the readiness
   */
  attempt(): number;
  /** Ends the waiting with an error. */
  fail(error: unknown): void;
}

/** Which of a descriptor's queues; who waits for the error queue is not behind who waits for data. */
export type Side = "read" | "write" | "error";

/** A queue without anybody, until somebody comes: most stay so, and there are three for each descriptor. */
const EMPTY_QUEUE: Waiter[] = [];

/** A descriptor that is, or was, waited for. */
export class Watch {
  /** The descriptor. */
  readonly fd: number;
  /** Those who wait for it to be readable, served in order. */
  read = EMPTY_QUEUE;
  /** Those who wait for it to be writable, served in order. */
  write = EMPTY_QUEUE;
  /** Those who wait for its error queue, which shows as readable too, served in order. */
  error = EMPTY_QUEUE;
  /** Whether its waiters keep the process alive. */
  ref = true;
  /** Whether the descriptor was closed or given away: the number may be another's by now. */
  closed = false;
  /** What will bring the next attempt if no event does. */
  retry: ReturnType<typeof setTimeout> | undefined;

  /** Makes the watch of a descriptor. */
  constructor(fd: number) {
    this.fd = fd;
  }

  /** How many wait for it. */
  get waiters(): number {
    return this.read.length + this.write.length + this.error.length;
  }
}

// How long attempts that succeed at once may go on before timers and other work get their turn.
const TURN_MS = 3;
const ATTEMPTS_PER_CLOCK_READ = 8;
// How many of those that are ready one turn serves, and of those that gave way: few enough that each
// can go on more than once before all must give way, which costs more than an attempt; but the others
// wait meanwhile.
const BATCH = 64;
// How often descriptors are looked at when no wait can be parked: on behalf of waiters that do not
// keep the process alive, as a parked wait would, and as long as no descriptor is left for one.
const POLL_INTERVAL_MS = 10;
// How soon a parked wait must have ended for the next one to be brief first.
const SPIN_BELOW_MS = 0.2;
// A Worker may be ended at any moment, and tells nobody: its parked wait must end by itself.
const PARK_MS = "WorkerGlobalScope" in globalThis ? 1000 : -1;

/** A thread's waiting. */
export class Reactor {
  readonly #makePoller: () => Poller;
  /** Made at first use. */
  #pollerMade: Poller | undefined;
  readonly #watches = new Map<number, Watch>();
  /** Watches to be served at the next turn whatever the poller says. */
  readonly #urgent = new Set<Watch>();
  /** How many the poller found ready, and how many of them were served. */
  #ready = 0;
  #served = 0;
  /** How many waiters there are, and how many of them keep the process alive. */
  #waiting = 0;
  #referenced = 0;
  #state: "idle" | "scheduled" | "polling" | "parked" = "idle";
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #turnBegan = 0;
  /** Whether whoever goes on must wait for the next turn. */
  #mustYield = false;
  /** Whether something mostly happens so soon that a brief wait spares parking one. */
  #spins = false;

  /** Makes a reactor, which opens its poller at first use. */
  constructor(open: () => Poller = makePoller) {
    this.#makePoller = open;
  }

  get #poller(): Poller {
    return this.#pollerMade ??= this.#makePoller();
  }

  /**
   * The watch of a descriptor, registered at first use.
   *
   * @throws {OSError} if it is closed, or there is no descriptor left for the poller
   */
  watch(fd: number): Watch {
    const known = this.#watches.get(fd);
    // Somebody else has the same descriptor; or somebody had it, and it was closed behind our back.
    // Registered anew it is watched in either case.
    if (known !== undefined) this.#poller.unregister(fd);
    this.#poller.register(fd);
    const watch = known ?? new Watch(fd);
    this.#watches.set(fd, watch);
    return watch;
  }

  /**
   * Whether operations that need not wait have had this thread for so long that the next one should
   * wait its turn, lest a flood on one socket starves timers and other work.
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
   * @param after what its attempt said, or would
   */
  add(watch: Watch, side: Side, waiter: Waiter, after: number): void {
    const queue = watch[side];
    if (queue.length > 0) queue.push(waiter);
    else watch[side] = [waiter]; // which has room for one, usually enough
    this.#count(watch, 1);
    this.#rearm(watch, side, after);
    if (this.#state === "idle") this.#schedule();
  }

  /** Takes a waiter out of a queue before its turn. */
  remove(watch: Watch, side: Side, waiter: Waiter): void {
    const at = watch[side].indexOf(waiter);
    if (at < 0) return;
    watch[side].splice(at, 1);
    this.#count(watch, -1);
    // It may have been its attempts that the others were waiting for.
    if (at === 0 && watch[side].length > 0) this.#rearm(watch, side, NEXT_TURN);
  }

  /** Whether a descriptor's waiters keep the process alive. */
  reference(watch: Watch, ref: boolean): void {
    if (watch.ref === ref) return;
    const { waiters } = watch;
    this.#count(watch, -waiters);
    watch.ref = ref;
    this.#count(watch, waiters);
  }

  /** Forgets a descriptor that is about to be closed or given away; its waiters fail. */
  forget(fd: number, reason: () => unknown): void {
    const watch = this.#watches.get(fd);
    if (watch === undefined) return;
    this.#watches.delete(fd);
    this.#urgent.delete(watch);
    clearTimeout(watch.retry);
    watch.closed = true;
    this.#poller.unregister(fd);
    this.#count(watch, -watch.waiters);
    for (const queue of [watch.read, watch.write, watch.error]) {
      for (const waiter of queue.splice(0)) waiter.fail(reason());
    }
  }

  #turnIsOver(): boolean {
    return performance.now() - this.#turnBegan > TURN_MS;
  }

  #count(watch: Watch, change: number): void {
    this.#waiting += change;
    if (!watch.ref) return;
    const before = this.#referenced;
    this.#referenced += change;
    // A parked wait keeps the process alive, so it must not go on for nobody; a lookout does not.
    if ((before === 0) !== (this.#referenced === 0)) this.#wakeUp();
  }

  /** Brings the next turn forward. */
  #wakeUp(): void {
    if (this.#state === "parked") this.#poller.wake();
    else if (this.#state === "polling") {
      clearTimeout(this.#pollTimer);
      this.#schedule();
    }
  }

  /** Sees to it that a queue is served again. */
  #rearm(watch: Watch, side: Side, after: number): void {
    if (after === WHEN_READY) {
      this.#poller.arm(watch.fd, side === "write" ? WRITE : READ);
    } else if (after === NEXT_TURN) {
      this.#urgent.add(watch);
      this.#wakeUp();
    } else if (watch.retry === undefined) {
      watch.retry = setTimeout(() => {
        watch.retry = undefined;
        this.#urgent.add(watch);
        this.#wakeUp();
      }, after);
      Deno.unrefTimer(watch.retry); // the waiter itself keeps the process alive, or shall not
    }
  }

  #schedule(): void {
    this.#state = "scheduled";
    setImmediate(this.#turn);
  }

  /** Serves whoever can go on; then comes another turn, or the wait is parked. */
  readonly #turn = (): void => {
    this.#beginTurn();
    let busy = this.#urgent.size > 0;
    this.#serveUrgent();
    if (this.#served === this.#ready) {
      this.#served = 0;
      this.#ready = this.#poller.wait(0);
    }
    if (this.#ready === 0 && this.#spins && !busy && this.#waiting > 0) {
      this.#ready = this.#poller.waitBriefly();
      this.#spins = this.#ready > 0;
    }
    busy ||= this.#ready > 0;
    this.#serveReady();
    if (this.#waiting === 0) this.#state = "idle";
    else if (busy) this.#schedule();
    else this.#park();
  };

  #beginTurn(): void {
    this.#state = "scheduled"; // what is roused now is served by this turn, or the next
    this.#turnBegan = performance.now();
    this.#resetBudget();
  }

  /** Lets some attempts be made before the time is looked at again. */
  #resetBudget(): void {
    this.#attempts = 0;
    this.#mustYield = false;
  }

  /** Serves some of those who wait for a turn, not for an event. */
  #serveUrgent(): void {
    let left = Math.min(this.#urgent.size, BATCH);
    for (const watch of this.#urgent) {
      if (left-- === 0 || this.mustYield()) break;
      this.#urgent.delete(watch);
      this.#serve(watch, "read");
      this.#serve(watch, "error");
      this.#serve(watch, "write");
    }
  }

  /** Serves some of those that the poller found ready, however long others have taken this turn. */
  #serveReady(): void {
    const poller = this.#poller;
    this.#resetBudget();
    const end = Math.min(this.#ready, this.#served + BATCH);
    while (this.#served < end && !this.mustYield()) {
      const at = this.#served++;
      const watch = this.#watches.get(poller.fdAt(at));
      if (watch === undefined) continue; // closed meanwhile
      if (poller.readableAt(at)) {
        this.#serve(watch, "read");
        this.#serve(watch, "error");
      }
      if (poller.writableAt(at)) this.#serve(watch, "write");
    }
  }

  #serve(watch: Watch, side: Side): void {
    const queue = watch[side];
    while (queue.length > 0) {
      const waiter = queue[0];
      const after = waiter.attempt();
      if (after !== DONE) return this.#rearm(watch, side, after);
      // Reading a file to be sent is the caller's code, and may have closed the socket.
      if (queue[0] !== waiter) return;
      queue.shift();
      this.#count(watch, -1);
    }
  }

  #park(): void {
    if (this.#referenced === 0) return this.#pollByTimer();
    let parked: Promise<number>;
    try {
      parked = this.#poller.park(PARK_MS);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      return this.#pollByTimer(); // the first wait takes descriptors, and there may be none
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
