/**
 * The engine on `io_uring`: calls of many sockets are submitted with one entry to the kernel, and
 * receiving and accepting go on without being asked for again. The reactor waits for its events.
 *
 * A turn takes the completions, which call handlers, which queue calls; then all that is queued is
 * submitted at once. So what a handler writes leaves when the handlers of this round have returned.
 */

import {
  DONE,
  NEXT_TURN,
  reactor,
  type Waiter,
  type Watch,
  WHEN_READY,
} from "../async/reactor.ts";
import { EAGAIN, EINTR, exhausted, osError } from "../errors/errors.ts";
import { NAME_ROOM, Ring } from "../ffi/io_uring.ts";
import { SCRATCH_SIZE, SMALL } from "../ffi/io_uring_buffers.ts";
import { atUnload, isMain } from "../ffi/libc.ts";
import type { Sockaddr } from "../socket/address/codec.ts";

/** What a call of a user was; the lower byte of the tag that it is submitted with. */
export const RECEIVE = 1;
/** As {@linkcode RECEIVE}. */
export const SEND = 2;
/** As {@linkcode RECEIVE}. */
export const READABLE = 3;
/** As {@linkcode RECEIVE}. */
export const WRITABLE = 4;
/** As {@linkcode RECEIVE}. */
export const ACCEPT = 5;
const SEND_EACH = 6;

/** Up to how many bytes are copied, to be sent with others'; more have a call of their own. */
export const COPIED = 0x1000;

/** Who makes calls. */
export interface RingUser {
  /**
   * Is called with each completion of its calls but `SEND`.
   *
   * @param kind which call
   * @param result its result, or a negated error number
   * @param flags `CQE_` flags
   */
  completed(kind: number, result: number, flags: number): void;
  /**
   * Is called when not all bytes were sent. Must call no handlers.
   *
   * @param result how many were sent, or a negated error number
   * @param call which call it was, for {@linkcode Ring.sentBy}
   */
  sentShort(result: number, call: number): void;
  /** Is called after the kernel was entered, if {@linkcode RingEngine.afterEntering} asked. */
  entered(): void;
}

// After a round, the thread waits in the kernel for the next one: clients that were just answered
// usually ask again, and a round of few completions costs as much as one of many. How many to wait
// for, as a part of the last round, and for how long at most.
const WANTED = 0.25;
const WAIT_MICROSECONDS = 50;
const MAX_SKIPPED = 63;

/** The engine of a thread. */
export class RingEngine implements Waiter {
  /** The rings. */
  readonly ring: Ring;
  readonly #users: (RingUser | undefined)[] = [];
  /** For each slot, how often it was taken, in the upper 24 bits of a tag. */
  readonly #generations: number[] = [];
  readonly #free: number[] = [];
  #count = 0;
  #referenced = 0;
  #watch: Watch | undefined;
  #waits = false;
  #inTurn = false;
  #flushes = false;
  #scratch = 0;
  /** How many completions this round has taken. */
  #taken = 0;
  /** After how many rounds without a wait the next one waits, and how many there were. */
  #toSkip = 0;
  #skipped = 0;
  /** Buffers to give back once nothing queued sends from them: pairs of group and number. */
  #used: number[] = [];
  /** What {@linkcode sendEach} was given, while it runs. */
  #sentShort: ((index: number, result: number) => void) | undefined;
  #entered: RingUser[] = [];
  /** For each small buffer, the last view of it, and the view's length. */
  readonly #views: Uint8Array<ArrayBuffer>[] = [];
  readonly #lengths: number[] = [];
  readonly #datagrams: Uint8Array<ArrayBuffer>[] = [];
  readonly #names: Sockaddr[] = [];
  #closed = false;

  /** Makes the engine of rings. */
  constructor(ring: Ring) {
    this.ring = ring;
    atUnload(() => this.#close());
  }

  /**
   * Gives a user a slot.
   *
   * @throws {OSError} if the system can watch no more descriptors
   */
  join(user: RingUser): number {
    if (this.#watch === undefined || this.#watch.closed) {
      this.#watch = reactor.watch(this.ring.eventFd);
      reactor.reference(this.#watch, this.#referenced > 0);
    }
    this.#count++;
    this.#wait(WHEN_READY);
    const slot = this.#free.pop() ?? this.#users.length;
    this.#users[slot] = user;
    this.#generations[slot] = ((this.#generations[slot] ?? 0) + 0x100) | 0;
    return slot;
  }

  /** Takes a slot back: none of its calls will complete any more. */
  leave(slot: number): void {
    this.#users[slot] = undefined;
    this.#free.push(slot);
    if (--this.#count === 0 && !this.#inTurn) this.#rest();
  }

  /** The tag for a call of a slot's user. */
  tag(slot: number, kind: number): number {
    return this.#generations[slot] | kind;
  }

  /** Counts who keeps the process alive. */
  reference(change: 1 | -1): void {
    this.#referenced += change;
    if (this.#watch !== undefined) {
      reactor.reference(this.#watch, this.#referenced > 0);
    }
  }

  #wait(after: number): void {
    if (this.#waits) return;
    this.#waits = true;
    reactor.add(this.#watch!, "read", this, after);
  }

  #leaveQueue(): void {
    if (!this.#waits) return;
    this.#waits = false;
    reactor.remove(this.#watch!, "read", this);
  }

  /** Nobody is left. */
  #rest(): void {
    this.#leaveQueue();
    // A Worker may end without notice.
    if (!isMain) this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    reactor.forget(this.ring.eventFd);
    this.ring.close();
    if (engine === this) engine = undefined;
  }

  /** Makes room for a call. Without that, a call must not be queued. */
  reserve(): Ring {
    if (!this.ring.hasRoom) this.flush();
    if (!this.#inTurn && !this.#flushes) {
      // Outside of a turn, what is written in one go is submitted together, too.
      this.#flushes = true;
      queueMicrotask(this.#flushNow);
    }
    return this.ring;
  }

  readonly #flushNow = (): void => {
    if (this.#flushes) this.flush();
  };

  /** Has `entered` called once what is queued now was submitted. */
  afterEntering(user: RingUser): void {
    this.#entered.push(user);
  }

  /** Has a turn come soon. */
  #again(): void {
    this.#leaveQueue();
    this.#wait(NEXT_TURN);
  }

  /** Returns a view of the first bytes of a small buffer. */
  view(buffer: number, length: number): Uint8Array<ArrayBuffer> {
    // Messages often have the same length, and another view costs as much as a short message.
    if (this.#lengths[buffer] === length) return this.#views[buffer];
    this.#lengths[buffer] = length;
    const at = this.ring.bufferAt(SMALL, buffer);
    return this.#views[buffer] = new Uint8Array(this.ring.block, at, length);
  }

  /** Returns a view of a datagram in its buffer. */
  datagram(buffer: number, length: number): Uint8Array<ArrayBuffer> {
    const last = this.#datagrams[buffer];
    if (last !== undefined && last.length === length) return last;
    const at = this.ring.datagramAt(buffer);
    return this.#datagrams[buffer] = new Uint8Array(
      this.ring.block,
      at,
      length,
    );
  }

  /** Returns the storage of a datagram's address in its buffer. */
  name(buffer: number): Sockaddr {
    let name = this.#names[buffer];
    if (name === undefined) {
      const at = this.ring.nameAt(buffer);
      name = this.#names[buffer] = {
        bytes: this.ring.bytes.subarray(at, at + NAME_ROOM),
        view: new DataView(this.ring.block, at, NAME_ROOM),
      };
    }
    return name;
  }

  /** Notes that a buffer was used up; the kernel gets it back after what is queued was sent. */
  used(group: number, buffer: number): void {
    this.#used.push(group, buffer);
  }

  /** Whether there is so much memory for {@linkcode scratch}. There is after {@linkcode flush}. */
  hasScratch(length: number): boolean {
    return this.#scratch + length <= SCRATCH_SIZE;
  }

  /** Reserves memory to copy bytes to, which are sent from there. */
  scratch(length: number): number {
    const at = this.ring.scratchAt + this.#scratch;
    this.#scratch += length;
    return at;
  }

  /** Whether memory of {@linkcode scratch} that ends there is the last that was reserved. */
  isLast(end: number): boolean {
    return end === this.ring.scratchAt + this.#scratch;
  }

  /**
   * Submits what is queued.
   *
   * @param wanted for how many completions to wait, some microseconds at most
   */
  flush(wanted = 0): void {
    this.#flushes = false;
    const { ring } = this;
    do {
      let tail = ring.completionTail;
      const code = ring.enter(wanted, WAIT_MICROSECONDS);
      if (wanted > 0) {
        this.#toSkip = ring.hasCompletions
          ? 0
          : Math.min(this.#toSkip * 2 + 1, MAX_SKIPPED);
      }
      // Those who did not send all must know before another write. Between their completions may
      // lie those of other calls that were submitted with them.
      for (; tail !== ring.completionTail; tail = (tail + 1) | 0) {
        if (ring.takeTagged(tail, SEND)) {
          // Nobody leaves a slot while a call that sends is queued.
          this.#users[ring.slot]!.sentShort(ring.result, ring.tag >>> 8);
        } else if (
          this.#sentShort !== undefined && ring.takeTagged(tail, SEND_EACH)
        ) this.#sentShort(ring.slot, ring.result);
      }
      if (code !== 0 && code !== EAGAIN && code !== EINTR) {
        throw osError(code, "io_uring_enter");
      }
    } while (ring.queued > 0);
    this.#scratch = 0;
    if (this.#used.length > 0) this.#giveBack();
    if (this.#entered.length > 0) {
      for (const user of this.#entered.splice(0)) user.entered();
    }
    if (this.#inTurn || !ring.hasCompletions) return;
    if (this.#count > 0) return this.#again();
    while (ring.next()); // all of them are of `sendEach`, and already taken
  }

  /**
   * Sends the same bytes on each of many descriptors, after all that is queued.
   *
   * @param data up to as many bytes as {@linkcode scratch} has
   * @param sentShort is called with the index of each descriptor that did not take all of them, and
   * how many it took, or a negated error number. Must not throw
   */
  sendEach(
    descriptors: readonly number[],
    data: Uint8Array<ArrayBuffer>,
    length: number,
    sentShort: (index: number, result: number) => void,
  ): void {
    if (descriptors.length === 0) return;
    const { ring } = this;
    if (ring.queued > 0 || !this.hasScratch(length)) this.flush();
    // One copy for all: nobody else reserves memory before the last is sent.
    const at = this.scratch(length);
    ring.bytes.set(data, at);
    this.#sentShort = sentShort;
    for (let i = 0; i < descriptors.length; i++) {
      if (!ring.hasRoom) this.flush();
      ring.send(descriptors[i], at, length, i, SEND_EACH, 0, 0);
    }
    this.flush();
    this.#sentShort = undefined;
  }

  #giveBack(): void {
    const used = this.#used;
    for (let i = 0; i < used.length; i += 2) {
      this.ring.provide(used[i], used[i + 1]);
    }
    used.length = 0;
    this.ring.publish();
  }

  #userOf(slot: number, tag: number): RingUser | undefined {
    return ((this.#generations[slot] ^ tag) & ~0xff) === 0
      ? this.#users[slot]
      : undefined;
  }

  /** Takes completions and submits calls, while there are some. As {@linkcode Waiter.attempt}. */
  attempt(): number {
    this.#inTurn = true;
    const after = this.#turn();
    this.#inTurn = false;
    if (this.#count > 0 || after === NEXT_TURN) return after;
    this.#rest();
    return DONE;
  }

  #turn(): number {
    const { ring } = this;
    // The kernel would signal what this thread is about to take.
    ring.signals = false;
    for (;;) {
      this.#taken = 0;
      const yields = !this.#take();
      const wanted = this.#wanted();
      // Most likely, nothing will be left after this: the kernel may as well signal from now on.
      if (wanted === 0 && this.#taken > 0) ring.signals = true;
      this.flush(wanted);
      if (this.#closed) return DONE;
      if (ring.hasCompletions) {
        ring.signals = false;
        if (yields || reactor.mustYield()) return NEXT_TURN;
      } else if (ring.signals) {
        return WHEN_READY;
      } else {
        // Something may have come right before the kernel sees that it is to signal.
        ring.signals = true;
      }
    }
  }

  /** How many completions to wait for after this round. */
  #wanted(): number {
    if (this.#taken === 0) return 0;
    // It has got nothing lately: wait more and more rarely, until something comes in time again.
    if (this.#skipped < this.#toSkip) {
      this.#skipped++;
      return 0;
    }
    this.#skipped = 0;
    return Math.ceil(this.#taken * WANTED);
  }

  /** Takes the completions, and returns whether none is left. */
  #take(): boolean {
    const { ring } = this;
    while (ring.next()) {
      const { slot, tag, result, flags } = ring;
      const kind = tag & 0xff;
      this.#taken++;
      if (kind === 0) continue; // of a send, and already taken
      this.#userOf(slot, tag)?.completed(kind, result, flags);
      if (reactor.mustYield()) return !ring.hasCompletions;
    }
    return true;
  }

  /** Its descriptor was closed by other means. As {@linkcode Waiter.forgotten}. */
  forgotten(): void {
    this.#waits = false;
    this.#watch = undefined;
  }
}

let engine: RingEngine | undefined;
/** Why there is no engine: the kernel lacks `io_uring`, or forbids it, as containers do. */
let refusal: number | undefined;

/** Returns this thread's engine; `undefined` if the system has no `io_uring` for it. */
export function ringEngine(): RingEngine | undefined {
  if (engine !== undefined || refusal !== undefined) return engine;
  const ring = Ring.open();
  if (typeof ring !== "number") return engine = new RingEngine(ring);
  // Without a descriptor or memory, the next socket may have one.
  if (!exhausted.has(ring)) refusal = ring;
  return undefined;
}

/** The same, for calls without a slot. A Worker's engine does not last longer than its slots. */
export function lastingEngine(): RingEngine | undefined {
  return isMain ? ringEngine() : engine;
}
