/**
 * Streams on `io_uring`. The kernel receives into buffers that it chooses, and goes on by itself;
 * what handlers write leaves together, when the handlers of this round have returned.
 */

import { SHUT_WR } from "../constants/mod.ts";
import { E_SHUT_DOWN, EAGAIN, osError } from "../errors/errors.ts";
import { byteLengthOf } from "../errors/arguments.ts";
import { CQE_BUFFER, POLL_IN, type Ring } from "../ffi/io_uring.ts";
import { SMALL, SMALL_SIZE } from "../ffi/io_uring_buffers.ts";
import { errno, libc } from "../ffi/libc.ts";
import { reactor } from "../async/reactor.ts";
import { type Handle, Pending } from "../socket/operations/attempt.ts";
import { recv_into, send } from "../socket/operations/transfer.ts";
import { idleSweeper } from "./idle.ts";
import { receiveBuffer, receivedView } from "./receive_buffer.ts";
import { resetOnClose } from "./reset.ts";
import { onlyStopped, RingCalls, type RingChannel } from "./ring_calls.ts";
import { COPIED, READABLE, RECEIVE, type RingEngine } from "./ring_engine.ts";
import {
  type AnyStream,
  type AnyStreamHandlers,
  StreamChannel,
} from "./stream.ts";

/** After so many full buffers in a row, a stream receives by calls, into a larger one. */
const MANY_FULL = 4;
/** After so many events in a row with less than a small buffer, it goes back. */
const MANY_SMALL = 16;

/** What a handler is called with now, and where it lies. */
let current: Uint8Array<ArrayBuffer> | undefined;
let currentAt = 0;

/** What is kept of what comes during a pause: bytes, or the result that ended receiving. */
type Kept = Uint8Array<ArrayBuffer> | number;

/** A stream on `io_uring`. */
export class RingStream extends StreamChannel implements RingChannel<Kept> {
  readonly #calls: RingCalls<Kept>;
  /** How many buffers in a row were full, or how few bytes came so many times in a row. */
  #full = 0;
  #small = 0;
  #isBulk = false;
  /** The bytes of the block that the queued call sends. */
  #sendAt = 0;
  #sendLength = 0;
  /** What was taken and not sent, as there was no room. */
  #rest: Uint8Array<ArrayBuffer> | undefined;

  /** Makes a stream. */
  constructor(
    engine: RingEngine,
    handle: Handle,
    socket: AnyStream,
    handlers: AnyStreamHandlers,
  ) {
    super(handle, socket, handlers);
    this.#calls = new RingCalls(engine, this);
  }

  /** As {@linkcode RingChannel.mayReceive}. */
  get mayReceive(): boolean {
    return !this.ended && !this.broken;
  }

  /** As {@linkcode RingChannel.hasUnsent}. */
  get hasUnsent(): boolean {
    return this.#rest !== undefined;
  }

  /** As {@linkcode StreamChannel.start}. */
  start(): void {
    this.#calls.start();
  }

  /** As {@linkcode StreamChannel.refChanged}. */
  protected override refChanged(): void {
    this.#calls.hold();
  }

  /** As {@linkcode StreamChannel.pauseChanged}. */
  protected override pauseChanged(): void {
    this.#calls.pauseChanged();
  }

  /** As {@linkcode RingChannel.queueReceiving}. */
  queueReceiving(ring: Ring, slot: number, engine: RingEngine): number {
    const { fd } = this.handle;
    const kind = this.#isBulk ? READABLE : RECEIVE;
    const tag = engine.tag(slot, kind);
    if (this.#isBulk) ring.poll(fd, POLL_IN, slot, tag);
    else ring.recv(fd, slot, tag);
    return kind;
  }

  /** As {@linkcode RingChannel.deliver}. */
  deliver(kept: Kept): void {
    if (typeof kept !== "number") this.received(kept);
    else if (!this.#calls.quits) this.#receivedResult(kept);
  }

  /** As {@linkcode RingChannel.came}. */
  came(kind: number, result: number, flags: number): void {
    if (kind === READABLE) {
      if (result > 0 && !this.paused && !this.closed) this.#receiveNow();
    } else if ((flags & CQE_BUFFER) !== 0) this.#cameInto(flags >>> 16, result);
    else if (!onlyStopped(result)) this.#cameTo(result);
  }

  /** Handles what a call has received into a buffer. */
  #cameInto(buffer: number, count: number): void {
    const { engine } = this.#calls;
    if (!this.closed && count > 0) {
      const view = engine.view(buffer, count);
      if (this.#calls.keeps) this.#calls.keep(view.slice());
      else {
        current = view;
        currentAt = engine.ring.bufferAt(SMALL, buffer);
        this.received(view);
        current = undefined;
        if (count < SMALL_SIZE) this.#full = 0;
        else if (++this.#full === MANY_FULL) {
          this.#isBulk = true;
          this.#small = 0;
          this.#calls.cancelReceiving();
        }
      }
    }
    engine.used(SMALL, buffer);
    if (count <= 0) this.#cameTo(count);
  }

  /** Handles the end of receiving, or keeps it for later. */
  #cameTo(result: number): void {
    if (this.closed || this.ended) return;
    if (this.#calls.keeps) this.#calls.keep(result);
    else this.#receivedResult(result);
  }

  /** Handles the end of receiving: 0, or a negated error number. */
  #receivedResult(result: number): void {
    if (this.closed || this.ended) return;
    if (result === 0) {
      this.receivedEnd();
      this.#calls.hold();
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
      if (count === 0) return this.#cameTo(0);
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
    if (this.shut) throw osError(E_SHUT_DOWN, "send");
    const length = byteLengthOf(data);
    if (length === 0) return 0;
    this.activeAt = idleSweeper.now;
    const { engine } = this.#calls;
    // After these two, there is room for all that may be queued here.
    const ring = engine.reserve();
    if (!engine.hasScratch(COPIED)) engine.flush();
    if (this.#rest !== undefined) {
      this.wantsDrain = true;
      return 0;
    }
    const { isQueued } = this.#calls;
    if (isQueued && this.#sendLength + length <= COPIED) {
      this.#append(data, length);
      return length;
    }
    if (isQueued && !this.#sendQueuedNow()) return 0;
    if (length > COPIED) {
      const sent = this.sendNow(data, length);
      if (sent < length && !this.broken) {
        this.wantsDrain = true;
        this.#calls.waitForRoom();
      }
      return sent;
    }
    if (!this.#calls.join()) return 0;
    // An echo need not be copied. (Asking a view for its `buffer` would cost more than to copy.)
    if (data === current) this.#sendAt = currentAt;
    else {
      this.#sendAt = engine.scratch(length);
      ring.bytes.set(data, this.#sendAt);
    }
    this.#sendLength = length;
    this.#calls.send(this.#sendAt, length);
    return length;
  }

  /** Adds bytes to those that are queued. */
  #append(data: Uint8Array<ArrayBuffer>, length: number): void {
    const { engine } = this.#calls;
    const { bytes } = engine.ring;
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
    this.#calls.resize(this.#sendAt, this.#sendLength);
  }

  /** Sends what is queued by a call of its own, and returns whether that was all. */
  #sendQueuedNow(): boolean {
    this.#calls.withdraw();
    const length = this.#sendLength;
    const at = this.#sendAt;
    const { bytes } = this.#calls.engine.ring;
    const queued = bytes.subarray(at, at + length);
    const sent = this.sendNow(queued, length);
    if (sent === length) return true;
    if (!this.broken) {
      this.#rest = queued.slice(sent);
      this.wantsDrain = true;
      this.#calls.waitForRoom();
    }
    return false;
  }

  /** As {@linkcode RingChannel.sentShort}. */
  sentShort(result: number): void {
    if (result < 0 && result !== -EAGAIN) {
      if (!this.closed) this.brokeSoon(osError(-result, "send"));
      return;
    }
    const sent = Math.max(result, 0);
    this.#rest = this.#calls.engine.ring.bytes.slice(
      this.#sendAt + sent,
      this.#sendAt + this.#sendLength,
    );
    this.#calls.waitForRoom();
  }

  /** As {@linkcode RingChannel.sendUnsent}. */
  sendUnsent(handle: Handle): boolean {
    const rest = this.#rest!;
    let sent: number | Pending;
    try {
      sent = send(handle, rest, 0);
    } catch (error) {
      this.#rest = undefined;
      this.broke(error);
      return true;
    }
    const count = sent instanceof Pending ? 0 : sent;
    this.#rest = count < rest.length ? rest.subarray(count) : undefined;
    return this.#rest === undefined;
  }

  /** As {@linkcode RingChannel.dropUnsent}. */
  dropUnsent(): void {
    this.#rest = undefined;
  }

  /** As {@linkcode RingChannel.hasRoom}. */
  hasRoom(): void {
    if (this.shut) this.#shutNow();
    else if (this.wantsDrain) this.drained();
  }

  /** As {@linkcode StreamChannel.shutdown}. */
  shutdown(): void {
    if (this.#rest !== undefined) return; // it follows the rest
    if (this.#calls.isQueued && !this.#sendQueuedNow()) return;
    this.#shutNow();
  }

  #shutNow(): void {
    if (libc.shutdown(this.handle.fd, SHUT_WR) < 0) {
      this.brokeSoon(osError(errno(), "shutdown"));
    }
  }

  /** As {@linkcode StreamChannel.closeDescriptor}. */
  protected override closeDescriptor(reset: boolean): boolean {
    if (reset) {
      resetOnClose(this.handle);
      if (this.#calls.isQueued) this.#calls.withdraw();
      this.#rest = undefined;
    }
    return this.#calls.close();
  }

  /** As {@linkcode StreamChannel.abandon}. */
  protected override abandon(): void {
    const { lingering } = this.#calls;
    if (lingering === undefined) return;
    resetOnClose(lingering);
    this.#calls.abandon();
  }

  /** As {@linkcode StreamChannel.quit}. */
  protected override quit(): Promise<void> {
    return this.#calls.quit();
  }
}
