/**
 * Streams on `io_uring`. The kernel receives into buffers that it chooses, and goes on by itself;
 * what handlers write leaves together, when the handlers of this round have returned.
 */

import { errno as E } from "../constants/lookup.ts";
import { SHUT_WR } from "../constants/mod.ts";
import { EAGAIN, ENOBUFS, osError } from "../errors/errors.ts";
import { byteLengthOf } from "../errors/arguments.ts";
import {
  CQE_BUFFER,
  CQE_MORE,
  POLL_IN,
  POLL_OUT,
  SMALL,
  SMALL_SIZE,
} from "../ffi/io_uring.ts";
import { disown, errno, libc, own } from "../ffi/libc.ts";
import { reactor } from "../async/reactor.ts";
import { Handle, Pending } from "../socket/operations/attempt.ts";
import { recv_into, send } from "../socket/operations/transfer.ts";
import { idleSweeper } from "./idle.ts";
import { receiveBuffer, receivedView } from "./receive_buffer.ts";
import { resetOnClose } from "./reset.ts";
import {
  READABLE,
  RECEIVE,
  type RingEngine,
  type RingUser,
  SEND,
  WRITABLE,
} from "./ring_engine.ts";
import {
  type AnyStream,
  type AnyStreamHandlers,
  StreamChannel,
} from "./stream.ts";

/** Up to how many bytes are copied, to be sent with others'; more have a call of their own. */
const COPIED = 0x1000;
/** After so many full buffers in a row, a stream receives by calls, into a larger one. */
const MANY_FULL = 4;
/** After so many events in a row with less than a small buffer, it goes back. */
const MANY_SMALL = 16;

/** What a handler is called with now, and where it lies. */
let current: Uint8Array<ArrayBuffer> | undefined;
let currentAt = 0;

/** A stream on `io_uring`. */
export class RingStream extends StreamChannel implements RingUser {
  readonly #engine: RingEngine;
  #slot = -1;
  /** How many of its calls will still complete. */
  #calls = 0;
  /** The call that receives: `RECEIVE` or `READABLE`, 0 for none. */
  #receiving = 0;
  #cancelling = false;
  /** Whether a call waits for room to send. */
  #waitsForRoom = false;
  #started = false;
  /** Whether it keeps the process alive now. */
  #holds = false;
  /** How many buffers in a row were full, or how few bytes came so many times in a row. */
  #full = 0;
  #small = 0;
  #isBulk = false;
  /** What came while this was paused: bytes, or the result that ended receiving. */
  #held: (Uint8Array<ArrayBuffer> | number)[] = NOTHING;
  /** The queued call that sends, and the bytes of the block that it sends. */
  #sending = 0;
  #sendAt = 0;
  #sendLength = 0;
  /** What was taken and not sent, as there was no room. */
  #rest: Uint8Array<ArrayBuffer> | undefined;
  /** Owns the descriptor after {@linkcode closed}, until everything was sent. */
  #lingering: Handle | undefined;
  #entering = false;
  #quitting: PromiseWithResolvers<void> | undefined;

  /** Makes a stream. */
  constructor(
    engine: RingEngine,
    handle: Handle,
    socket: AnyStream,
    handlers: AnyStreamHandlers,
  ) {
    super(handle, socket, handlers);
    this.#engine = engine;
  }

  /** Takes a slot. If the system can watch no more descriptors, the connection ends soon. */
  #join(): boolean {
    if (this.#slot >= 0) return true;
    try {
      this.#slot = this.#engine.join(this);
      return true;
    } catch (error) {
      this.brokeSoon(error);
      return false;
    }
  }

  /** As {@linkcode StreamChannel.start}. */
  start(): void {
    if (!this.#join()) return;
    this.#started = true;
    this.#receive();
    this.#hold();
  }

  /** Has the kernel receive, unless it does, or must not. */
  #receive(): void {
    if (
      this.#receiving !== 0 || this.paused || this.closed || this.ended ||
      this.broken || this.#quitting !== undefined
    ) return;
    if (!this.#join()) return;
    const ring = this.#engine.reserve();
    const { fd } = this.handle;
    this.#calls++;
    if (this.#isBulk) {
      this.#receiving = READABLE;
      ring.poll(fd, POLL_IN, this.#slot, this.#tag(READABLE));
    } else {
      this.#receiving = RECEIVE;
      ring.recv(fd, this.#slot, this.#tag(RECEIVE));
    }
  }

  #tag(kind: number): number {
    return this.#engine.tag(this.#slot, kind);
  }

  #cancel(): void {
    if (this.#receiving === 0 || this.#cancelling) return;
    this.#cancelling = true;
    this.#engine.reserve().cancel(this.#slot, this.#tag(this.#receiving));
  }

  /** Notes whether this keeps the process alive: while it receives or has something to send. */
  #hold(): void {
    const holds = this.ref &&
      (this.#rest !== undefined ||
        (this.#started && !this.closed && !this.paused && !this.ended));
    if (holds === this.#holds) return;
    this.#holds = holds;
    this.#engine.reference(holds ? 1 : -1);
  }

  /** As {@linkcode StreamChannel.refChanged}. */
  protected override refChanged(): void {
    this.#hold();
  }

  /** As {@linkcode StreamChannel.pauseChanged}. */
  protected override pauseChanged(): void {
    if (!this.#started) return;
    this.#hold();
    if (this.paused) this.#cancel();
    else if (this.#held.length > 0) queueMicrotask(() => this.#deliver());
    else this.#receive();
  }

  /** Delivers what came during a pause. */
  #deliver(): void {
    while (this.#held.length > 0) {
      if (this.closed || (this.paused && this.#quitting === undefined)) return;
      const next = this.#held.shift()!;
      if (typeof next !== "number") this.received(next);
      else if (this.#quitting === undefined) this.#receivedResult(next);
    }
    this.#receive();
  }

  /** As {@linkcode RingUser.completed}. */
  completed(kind: number, result: number, flags: number): void {
    const ends = (flags & CQE_MORE) === 0;
    if (ends) this.#calls--;
    if (kind === WRITABLE) {
      this.#waitsForRoom = false;
      return this.#sendRest();
    }
    if (ends) {
      this.#receiving = 0;
      this.#cancelling = false;
    }
    if (kind === READABLE) {
      if (result > 0 && !this.paused && !this.closed) this.#receiveNow();
    } else if ((flags & CQE_BUFFER) !== 0) this.#came(result, flags >>> 16);
    else if (result !== -ENOBUFS && result !== -E.ECANCELED) {
      this.#receivedResult(result);
    }
    if (!ends) return;
    if (this.closed || this.#quitting !== undefined) this.#settle();
    else if (this.paused) this.#leaveIfUnused();
    else if (this.#held.length === 0) this.#receive();
  }

  /** Leaves the engine, which would keep a paused socket that the program forgot. */
  #leaveIfUnused(): void {
    if (
      this.#calls === 0 && this.#rest === undefined && !this.#isQueued &&
      !this.#entering
    ) this.#leave();
  }

  /** Whether something to send is queued. */
  get #isQueued(): boolean {
    return this.#sendLength > 0 && this.#engine.ring.isQueued(this.#sending);
  }

  /** Whether what comes is kept for later. */
  get #keeps(): boolean {
    return this.paused || this.#held.length > 0;
  }

  #keep(item: Uint8Array<ArrayBuffer> | number): void {
    if (this.#held === NOTHING) this.#held = [];
    this.#held.push(item);
  }

  /** Handles what a call has received into a buffer. */
  #came(count: number, buffer: number): void {
    const engine = this.#engine;
    if (!this.closed && count > 0) {
      const view = engine.view(buffer, count);
      if (this.#keeps) this.#keep(view.slice());
      else {
        current = view;
        currentAt = engine.ring.bufferAt(SMALL, buffer);
        this.received(view);
        current = undefined;
        if (count < SMALL_SIZE) this.#full = 0;
        else if (++this.#full === MANY_FULL) {
          this.#isBulk = true;
          this.#small = 0;
          this.#cancel();
        }
      }
    }
    engine.used(SMALL, buffer);
    if (count <= 0) this.#receivedResult(count);
  }

  /** Handles the end of receiving: 0, or a negated error number. */
  #receivedResult(result: number): void {
    if (this.closed || this.ended) return;
    if (this.#keeps) this.#keep(result);
    else if (result === 0) {
      this.receivedEnd();
      this.#hold();
    } else this.broke(osError(-result, "recv"));
  }

  /** Receives by calls until nothing is left, as a large buffer saves more than an event costs. */
  #receiveNow(): void {
    for (;;) {
      let count;
      try {
        count = recv_into(this.handle, receiveBuffer(), 0, 0);
      } catch (error) {
        return this.broke(error);
      }
      if (count instanceof Pending) return;
      if (count === 0) return this.#receivedResult(0);
      this.received(receivedView(count));
      if (count >= SMALL_SIZE) this.#small = 0;
      else if (++this.#small === MANY_SMALL) {
        this.#isBulk = false;
        this.#full = 0;
      }
      if (this.paused || this.closed || reactor.mustYield()) return;
    }
  }

  /** As {@linkcode StreamChannel.write}. */
  write(data: Uint8Array<ArrayBuffer>): number {
    if (this.closed || this.wantsDrain || this.broken) return 0;
    if (this.shut) throw osError(E.EPIPE, "send");
    const length = byteLengthOf(data);
    if (length === 0) return 0;
    this.activeAt = idleSweeper.now;
    const engine = this.#engine;
    // After these two, there is room for all that may be queued here.
    const ring = engine.reserve();
    if (!engine.hasScratch(COPIED)) engine.flush();
    if (this.#rest !== undefined) {
      this.wantsDrain = true;
      return 0;
    }
    const isQueued = this.#isQueued;
    if (isQueued && this.#sendLength + length <= COPIED) {
      this.#append(data, length);
      return length;
    }
    if (isQueued && !this.#sendQueuedNow()) return 0;
    if (length > COPIED) {
      const sent = this.sendNow(data, length);
      if (sent < length && !this.broken) {
        this.wantsDrain = true;
        this.#waitForRoom();
      }
      return sent;
    }
    if (!this.#join()) return 0;
    // An echo need not be copied. (Asking a view for its `buffer` would cost more than to copy.)
    if (data === current) this.#sendAt = currentAt;
    else {
      this.#sendAt = engine.scratch(length);
      ring.bytes.set(data, this.#sendAt);
    }
    this.#sendLength = length;
    this.#sending = ring.send(
      this.handle.fd,
      this.#sendAt,
      length,
      this.#slot,
      this.#tag(SEND),
    );
    return length;
  }

  /** Adds bytes to those that are queued. */
  #append(data: Uint8Array<ArrayBuffer>, length: number): void {
    const engine = this.#engine;
    const { ring } = engine;
    const { bytes } = ring;
    const queued = this.#sendLength;
    if (engine.isLast(this.#sendAt + queued)) {
      bytes.set(data, engine.scratch(length));
    } else {
      const at = engine.scratch(queued + length);
      bytes.copyWithin(at, this.#sendAt, this.#sendAt + queued);
      bytes.set(data, at + queued);
      this.#sendAt = at;
    }
    this.#sendLength = queued + length;
    ring.resize(this.#sending, this.#sendAt, this.#sendLength);
  }

  /** Sends what is queued by a call of its own, and returns whether that was all. */
  #sendQueuedNow(): boolean {
    const { ring } = this.#engine;
    ring.withdraw(this.#sending);
    const length = this.#sendLength;
    const at = this.#sendAt;
    this.#sendLength = 0;
    const queued = ring.bytes.subarray(at, at + length);
    const sent = this.sendNow(queued, length);
    if (sent === length) return true;
    if (!this.broken) {
      this.#rest = queued.slice(sent);
      this.wantsDrain = true;
      this.#waitForRoom();
    }
    return false;
  }

  /** As {@linkcode RingUser.sentShort}. */
  sentShort(result: number): void {
    if (result < 0 && result !== -EAGAIN) {
      if (!this.closed) this.brokeSoon(osError(-result, "send"));
      return;
    }
    const sent = Math.max(result, 0);
    this.#rest = this.#engine.ring.bytes.slice(
      this.#sendAt + sent,
      this.#sendAt + this.#sendLength,
    );
    this.#waitForRoom();
  }

  #waitForRoom(): void {
    if (!this.#join()) return;
    this.#hold();
    this.#waitsForRoom = true;
    this.#calls++;
    const { fd } = this.#lingering ?? this.handle;
    this.#engine.reserve()
      .poll(fd, POLL_OUT, this.#slot, this.#tag(WRITABLE));
  }

  /** There is room to send. */
  #sendRest(): void {
    const rest = this.#rest;
    if (rest !== undefined) {
      let sent: number | Pending;
      try {
        sent = send(this.#lingering ?? this.handle, rest, 0);
      } catch (error) {
        this.#rest = undefined;
        this.#hold();
        if (this.closed) return this.#settle();
        return this.broke(error);
      }
      const count = sent instanceof Pending ? 0 : sent;
      if (count < rest.length) {
        this.#rest = rest.subarray(count);
        return this.#waitForRoom();
      }
      this.#rest = undefined;
      this.#hold();
    }
    if (this.closed || this.#quitting !== undefined) return this.#settle();
    if (this.shut) return this.#shutNow();
    if (this.wantsDrain) this.drained();
  }

  /** As {@linkcode StreamChannel.shutdown}. */
  shutdown(): void {
    if (this.#rest !== undefined) return; // it follows the rest
    if (this.#isQueued && !this.#sendQueuedNow()) return;
    this.#shutNow();
  }

  #shutNow(): void {
    if (libc.shutdown(this.handle.fd, SHUT_WR) < 0) {
      this.brokeSoon(osError(errno(), "shutdown"));
    }
  }

  /** As {@linkcode StreamChannel.closeDescriptor}. */
  protected override closeDescriptor(reset: boolean): boolean {
    const { family, type, proto } = this.handle;
    const { ring } = this.#engine;
    const isQueued = this.#isQueued;
    if (reset) {
      resetOnClose(this.handle);
      if (isQueued) ring.withdraw(this.#sending);
      this.#drop();
    }
    const fd = this.handle.detach();
    this.#hold();
    if (this.#slot < 0) {
      libc.close(fd);
      return true;
    }
    if (this.#calls === 0 && this.#rest === undefined && (!isQueued || reset)) {
      libc.close(fd);
      this.#leave();
      return true;
    }
    // Its number must not be used again before what is queued for it was submitted.
    own(fd);
    this.#lingering = new Handle(fd, family, type, proto);
    this.#lingering.nonBlocking = true;
    this.#cancel();
    this.#awaitEntering();
    return false;
  }

  /** Has {@linkcode entered} called once what is queued was submitted. */
  #awaitEntering(): void {
    this.#entering = true;
    this.#engine.reserve();
    this.#engine.afterEntering(this);
  }

  /** As {@linkcode RingUser.entered}. */
  entered(): void {
    this.#entering = false;
    this.#settle();
  }

  /** Goes on with closing, or with leaving the descriptor, once nothing is to be sent. */
  #settle(): void {
    if (this.#rest !== undefined || this.#entering) return;
    if (this.#lingering !== undefined) {
      const { fd } = this.#lingering;
      this.#lingering = undefined;
      disown(fd);
      libc.close(fd);
      this.lingered();
    }
    if (this.closed) {
      if (this.#calls > 0) return;
      this.#leave();
      this.#quitting?.resolve();
    } else if (this.#calls === 0 && this.#quitting !== undefined) {
      this.#deliver();
      this.#started = false;
      this.#hold();
      this.#leave();
      this.#quitting.resolve();
    }
  }

  #leave(): void {
    if (this.#slot < 0) return;
    this.#engine.leave(this.#slot);
    this.#slot = -1;
  }

  /** As {@linkcode StreamChannel.abandon}. */
  protected override abandon(): void {
    if (this.#lingering === undefined) return;
    resetOnClose(this.#lingering);
    this.#drop();
    this.#hold();
    this.#awaitEntering();
  }

  /** Drops what was taken and not sent. */
  #drop(): void {
    this.#rest = undefined;
    if (!this.#waitsForRoom) return;
    this.#waitsForRoom = false; // so that this is not called twice
    this.#engine.reserve().cancel(this.#slot, this.#tag(WRITABLE));
  }

  /** As {@linkcode StreamChannel.quit}. */
  protected override quit(): Promise<void> {
    this.#quitting ??= Promise.withResolvers();
    this.#cancel();
    this.#awaitEntering();
    return this.#quitting.promise;
  }
}

const NOTHING: (Uint8Array<ArrayBuffer> | number)[] = [];
