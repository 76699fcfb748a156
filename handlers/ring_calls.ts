/**
 * What streams and sockets of datagrams have in common on `io_uring`: the call that receives, the
 * one that waits for room to send, and what has to complete before the descriptor may go.
 */

import { ENOBUFS } from "../errors/errors.ts";
import { errno as E } from "../constants/lookup.ts";
import { CQE_MORE, POLL_OUT, type Ring } from "../ffi/io_uring.ts";
import { disown, libc, own } from "../ffi/libc.ts";
import { Handle } from "../socket/operations/attempt.ts";
import {
  type RingEngine,
  type RingUser,
  SEND,
  WRITABLE,
} from "./ring_engine.ts";

/** A channel, as its calls see it. `K` is what it keeps of what comes during a pause. */
export interface RingChannel<K> {
  readonly handle: Handle;
  readonly closed: boolean;
  readonly paused: boolean;
  readonly ref: boolean;
  /** Whether more may come: a stream is not at its end. */
  readonly mayReceive: boolean;
  /** Whether something that was taken found no room. */
  readonly hasUnsent: boolean;
  /** Ends the channel soon, after an error: the caller may be a handler. */
  brokeSoon(error: unknown): void;
  /** Queues the call that receives, and returns its kind. */
  queueReceiving(ring: Ring, slot: number, engine: RingEngine): number;
  /** Handles a completion of that call. */
  came(kind: number, result: number, flags: number): void;
  /** Handles what it kept during a pause. */
  deliver(kept: K): void;
  /** As {@linkcode RingUser.sentShort}. */
  sentShort(result: number, call: number): void;
  /** Sends what found no room, and returns whether nothing of it is left. */
  sendUnsent(handle: Handle): boolean;
  /** Drops what found no room. */
  dropUnsent(): void;
  /** There is room, and nothing is left to be sent. */
  hasRoom(): void;
  /** The descriptor is closed now. */
  lingered(): void;
}

/** Most channels keep nothing. */
const NOTHING: never[] = [];

/** Whether a result of receiving says only that the kernel stopped, not that anything failed. */
export function onlyStopped(result: number): boolean {
  return result === -ENOBUFS || result === -E.ECANCELED;
}

/** The calls of a channel. */
export class RingCalls<K> implements RingUser {
  /** The engine. */
  readonly engine: RingEngine;
  readonly #channel: RingChannel<K>;
  #slot = -1;
  /** How many calls will still complete. */
  #open = 0;
  /** The kind of the call that receives, 0 for none. */
  #receiving = 0;
  #cancelling = false;
  #waitsForRoom = false;
  #started = false;
  /** Whether it keeps the process alive now. */
  #holds = false;
  /** What came while the channel was paused. */
  #kept: K[] = NOTHING;
  /** The queued call that sends; -1 for none. */
  #sending = -1;
  /** Owns the descriptor after the channel has closed, until everything was sent. */
  #lingering: Handle | undefined;
  #entering = false;
  #quitting: PromiseWithResolvers<void> | undefined;

  /** Makes the calls of a channel. */
  constructor(engine: RingEngine, channel: RingChannel<K>) {
    this.engine = engine;
    this.#channel = channel;
  }

  /** Takes a slot. If the system can watch no more descriptors, the channel ends soon. */
  join(): boolean {
    if (this.#slot >= 0) return true;
    try {
      this.#slot = this.engine.join(this);
      return true;
    } catch (error) {
      this.#channel.brokeSoon(error);
      return false;
    }
  }

  #leave(): void {
    if (this.#slot < 0) return;
    this.engine.leave(this.#slot);
    this.#slot = -1;
  }

  #tag(kind: number): number {
    return this.engine.tag(this.#slot, kind);
  }

  /** Begins to receive. */
  start(): void {
    if (!this.join()) return;
    this.#started = true;
    this.receive();
    this.hold();
  }

  /** Has the kernel receive, unless it does, or must not. */
  receive(): void {
    const channel = this.#channel;
    if (
      this.#receiving !== 0 || channel.paused || channel.closed ||
      !channel.mayReceive || this.#quitting !== undefined || !this.join()
    ) return;
    const ring = this.engine.reserve();
    this.#open++;
    this.#receiving = channel.queueReceiving(ring, this.#slot, this.engine);
  }

  /** Ends the call that receives. It is made again if the channel is not paused. */
  cancelReceiving(): void {
    if (this.#receiving === 0 || this.#cancelling) return;
    this.#cancelling = true;
    this.engine.reserve().cancel(this.#slot, this.#tag(this.#receiving));
  }

  /** Notes whether this keeps the process alive: while it receives or has something to send. */
  hold(): void {
    const channel = this.#channel;
    const receives = this.#started && !channel.closed && !channel.paused &&
      channel.mayReceive;
    const holds = channel.ref && (receives || channel.hasUnsent);
    if (holds === this.#holds) return;
    this.#holds = holds;
    this.engine.reference(holds ? 1 : -1);
  }

  /** Stops or continues receiving. */
  pauseChanged(): void {
    if (!this.#started) return;
    this.hold();
    if (this.#channel.paused) this.cancelReceiving();
    else if (this.#kept.length > 0) queueMicrotask(() => this.#deliver());
    else this.receive();
  }

  /** Whether what comes is kept for later. */
  get keeps(): boolean {
    return this.#channel.paused || this.#kept.length > 0;
  }

  /** Whether the descriptor is about to be taken out of the channel. */
  get quits(): boolean {
    return this.#quitting !== undefined;
  }

  /** Keeps what came for later. */
  keep(item: K): void {
    if (this.#kept === NOTHING) this.#kept = [];
    this.#kept.push(item);
  }

  /** Delivers what came during a pause. */
  #deliver(): void {
    const channel = this.#channel;
    while (this.#kept.length > 0) {
      if (channel.closed || (channel.paused && !this.quits)) return;
      channel.deliver(this.#kept.shift()!);
    }
    this.receive();
  }

  /** As {@linkcode RingUser.completed}. */
  completed(kind: number, result: number, flags: number): void {
    const ends = (flags & CQE_MORE) === 0;
    if (ends) this.#open--;
    if (kind === WRITABLE) {
      this.#waitsForRoom = false;
      return this.#roomCame();
    }
    if (ends) {
      this.#receiving = 0;
      this.#cancelling = false;
    }
    const channel = this.#channel;
    channel.came(kind, result, flags);
    if (!ends) return;
    if (channel.closed || this.quits) this.#settle();
    else if (channel.paused) this.#leaveIfUnused();
    else if (this.#kept.length === 0) this.receive();
  }

  /** Leaves the engine, which would keep a paused socket that the program forgot. */
  #leaveIfUnused(): void {
    if (
      this.#open === 0 && !this.#channel.hasUnsent && !this.isQueued &&
      !this.#entering
    ) this.#leave();
  }

  /**
   * Queues a call that sends bytes of the block. The caller has joined and reserved.
   *
   * @param nameAt where in the block the address to send to begins, if it has a length
   */
  send(at: number, length: number, nameAt = 0, nameLength = 0): void {
    this.#sending = this.engine.ring.send(
      this.#channel.handle.fd,
      at,
      length,
      this.#slot,
      SEND,
      nameAt,
      nameLength,
    );
  }

  /** Whether the last call of {@linkcode send} was not submitted yet. */
  get isQueued(): boolean {
    return this.#sending >= 0 && this.engine.ring.isQueued(this.#sending);
  }

  /** Changes which bytes the queued call sends. */
  resize(at: number, length: number): void {
    this.engine.ring.resize(this.#sending, at, length);
  }

  /** Has the queued call that sends do nothing. */
  withdraw(): void {
    this.engine.ring.withdraw(this.#sending);
    this.#sending = -1;
  }

  /** As {@linkcode RingUser.sentShort}. */
  sentShort(result: number, call: number): void {
    this.#channel.sentShort(result, call);
  }

  /** Has the channel told once there is room to send. */
  waitForRoom(): void {
    if (this.#waitsForRoom || !this.join()) return;
    this.hold();
    this.#waitsForRoom = true;
    this.#open++;
    const { fd } = this.#lingering ?? this.#channel.handle;
    const tag = this.#tag(WRITABLE);
    this.engine.reserve().poll(fd, POLL_OUT, this.#slot, tag);
  }

  #cancelWaitForRoom(): void {
    if (!this.#waitsForRoom) return;
    this.#waitsForRoom = false; // so that this is not called twice
    this.engine.reserve().cancel(this.#slot, this.#tag(WRITABLE));
  }

  #roomCame(): void {
    const channel = this.#channel;
    if (channel.hasUnsent) {
      if (!channel.sendUnsent(this.#lingering ?? channel.handle)) {
        return this.waitForRoom();
      }
      this.hold();
    }
    if (channel.closed || this.quits) this.#settle();
    else channel.hasRoom();
  }

  /**
   * Closes the descriptor, as {@linkcode Channel.closeDescriptor} does. With a reset, the caller
   * has dropped what is unsent.
   */
  close(): boolean {
    const channel = this.#channel;
    const { family, type, proto } = channel.handle;
    const fd = channel.handle.detach();
    this.hold();
    const isDone = this.#open === 0 && !channel.hasUnsent && !this.isQueued;
    if (isDone || this.#slot < 0) {
      libc.close(fd);
      this.#leave();
      return true;
    }
    // Its number must not be used again before what is queued for it was submitted.
    own(fd);
    this.#lingering = new Handle(fd, family, type, proto);
    this.#lingering.nonBlocking = true;
    this.#endCalls();
    return false;
  }

  /** Cancels what need not complete; {@linkcode entered} is called once that was submitted. */
  #endCalls(): void {
    this.cancelReceiving();
    if (!this.#channel.hasUnsent) this.#cancelWaitForRoom();
    this.#entering = true;
    this.engine.reserve();
    this.engine.afterEntering(this);
  }

  /** As {@linkcode RingUser.entered}. */
  entered(): void {
    this.#entering = false;
    this.#settle();
  }

  /** Goes on with closing, or with leaving the descriptor, once nothing is to be sent. */
  #settle(): void {
    const channel = this.#channel;
    if (channel.hasUnsent || this.#entering) return;
    if (this.#lingering !== undefined) {
      const { fd } = this.#lingering;
      this.#lingering = undefined;
      disown(fd);
      libc.close(fd);
      channel.lingered();
    }
    if (this.#open > 0) return;
    if (channel.closed) {
      this.#leave();
      this.#quitting?.resolve();
    } else if (this.quits) queueMicrotask(() => this.#quitNow());
  }

  /** Delivers what was kept, and leaves the descriptor. */
  #quitNow(): void {
    this.#deliver();
    // What a handler has written now.
    if (this.isQueued) return this.#endCalls();
    if (this.#open > 0 || this.#entering) return;
    this.#started = false;
    this.hold();
    this.#leave();
    this.#quitting!.resolve();
  }

  /** What still is to be sent before the descriptor is closed; `undefined` if that is closed. */
  get lingering(): Handle | undefined {
    return this.#lingering;
  }

  /** Drops what is to be sent before the descriptor is closed. */
  abandon(): void {
    this.#channel.dropUnsent();
    this.hold();
    this.#endCalls();
  }

  /** As {@linkcode Channel.quit}. */
  quit(): Promise<void> {
    this.#quitting ??= Promise.withResolvers();
    this.#endCalls();
    return this.#quitting.promise;
  }
}
