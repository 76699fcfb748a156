/** Sockets of datagrams on `io_uring`: receiving goes on by itself, and replies leave together. */

import { EAGAIN, ENOBUFS } from "../errors/errors.ts";
import { byteLengthOf } from "../errors/arguments.ts";
import { CQE_BUFFER, type Ring } from "../ffi/io_uring.ts";
import { LARGE } from "../ffi/io_uring_buffers.ts";
import { type Handle, outgoing } from "../socket/operations/attempt.ts";
import {
  type AnyDatagramHandlers,
  type AnyDatagramSocket,
  CurrentSender,
  DatagramChannel,
} from "./datagram.ts";
import { idleSweeper } from "./idle.ts";
import { onlyStopped, RingCalls, type RingChannel } from "./ring_calls.ts";
import { COPIED, RECEIVE, type RingEngine } from "./ring_engine.ts";

/** How many bytes may be queued before it is seen whether there is room for them. */
const MAX_QUEUED = 0x8000;
/** What a `sockaddr` may be long. */
const ADDRESS_ROOM = 128;

/** A copy of a datagram, and of the address that it came from or goes to. */
interface Datagram {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly name: Uint8Array<ArrayBuffer>;
}

/** A socket of datagrams on `io_uring`. */
export class RingDatagrams extends DatagramChannel
  implements RingChannel<Datagram> {
  readonly #calls: RingCalls<Datagram>;
  readonly #sender: CurrentSender;
  /** How many bytes are queued since the kernel was entered last. */
  #queued = 0;
  /** What was taken and not sent, as there was no room. */
  #unsent: Datagram[] = [];
  /** The datagram that a handler is called with, and where its address lies. */
  #current: Uint8Array<ArrayBuffer> | undefined;
  #currentAt = 0;
  #nameAt = 0;

  /** Makes a channel. */
  constructor(
    engine: RingEngine,
    handle: Handle,
    socket: AnyDatagramSocket,
    handlers: AnyDatagramHandlers,
  ) {
    super(handle, socket, handlers);
    this.#calls = new RingCalls(engine, this);
    this.#sender = new CurrentSender(handle);
  }

  /** As {@linkcode RingChannel.mayReceive}. */
  get mayReceive(): boolean {
    return true;
  }

  /** As {@linkcode RingChannel.hasUnsent}. */
  get hasUnsent(): boolean {
    return this.#unsent.length > 0;
  }

  /** As {@linkcode Channel.start}. */
  start(): void {
    this.#calls.start();
  }

  /** As {@linkcode Channel.refChanged}. */
  protected override refChanged(): void {
    this.#calls.hold();
  }

  /** As {@linkcode Channel.pauseChanged}. */
  protected override pauseChanged(): void {
    this.#calls.pauseChanged();
  }

  /** As {@linkcode RingChannel.queueReceiving}. */
  queueReceiving(ring: Ring, slot: number, engine: RingEngine): number {
    ring.recvmsg(this.handle.fd, slot, engine.tag(slot, RECEIVE));
    return RECEIVE;
  }

  /** As {@linkcode RingChannel.deliver}. */
  deliver({ data, name }: Datagram): void {
    this.#sender.storage = { bytes: name, view: new DataView(name.buffer) };
    this.#sender.length = name.length;
    this.#nameAt = 0;
    this.received(data, this.#sender);
  }

  /** As {@linkcode RingChannel.came}. */
  came(_kind: number, result: number, flags: number): void {
    if ((flags & CQE_BUFFER) !== 0) this.#cameInto(flags >>> 16, result);
    else if (result < 0 && !onlyStopped(result)) {
      this.failed(-result, "recvmsg");
    }
  }

  #cameInto(buffer: number, result: number): void {
    const { engine } = this.#calls;
    const { ring } = engine;
    const length = ring.datagramLength(result);
    if (!this.closed && length >= 0) {
      const view = engine.datagram(buffer, length);
      const nameAt = ring.nameAt(buffer);
      const nameLength = ring.nameLength(buffer);
      if (this.#calls.keeps) {
        const name = ring.bytes.slice(nameAt, nameAt + nameLength);
        this.#calls.keep({ data: view.slice(), name });
      } else {
        const sender = this.#sender;
        sender.storage = engine.name(buffer);
        sender.length = nameLength;
        this.#nameAt = nameAt;
        this.#current = view;
        this.#currentAt = ring.datagramAt(buffer);
        this.received(view, sender);
        this.#current = undefined;
        this.#nameAt = sender.length = 0;
      }
    }
    engine.used(LARGE, buffer);
  }

  /** As {@linkcode DatagramChannel.send}. */
  send(data: Uint8Array<ArrayBuffer>, to: unknown): boolean {
    if (this.closed || this.wantsDrain) return false;
    const { engine } = this.#calls;
    const length = byteLengthOf(data);
    // Encoded before anything is queued: it may throw.
    const isReply = to === this.#sender;
    const encoded = isReply || to === undefined ? 0 : this.encode(to);
    if (!this.#calls.join()) return false;
    const ring = engine.reserve();
    this.activeAt = idleSweeper.now;
    if (this.#queued > 0 && !this.#calls.isQueued) this.#queued = 0;
    const room = COPIED + ADDRESS_ROOM;
    if (
      !engine.hasScratch(room) || length > COPIED ||
      this.#queued + length > MAX_QUEUED
    ) {
      engine.flush();
      this.#queued = 0;
    }
    if (this.hasUnsent) {
      this.wantsDrain = true;
      return false;
    }
    let nameAt = 0;
    let nameLength = encoded;
    if (isReply && this.#sender.length > 0) {
      nameLength = this.#sender.length;
      nameAt = this.#nameAt;
      if (nameAt === 0) {
        nameAt = this.#copied(this.#sender.storage.bytes, nameLength);
      }
    } else if (encoded > 0) nameAt = this.#copied(outgoing.bytes, encoded);
    if (length > COPIED) {
      const name = ring.bytes.subarray(nameAt, nameAt + nameLength);
      this.wantsDrain = !this.sendNow(this.handle, data, name, nameLength);
      if (this.wantsDrain) this.#calls.waitForRoom();
      return !this.wantsDrain;
    }
    let at = this.#currentAt;
    if (data !== this.#current) {
      at = engine.scratch(length);
      ring.bytes.set(data, at);
    }
    this.#calls.send(at, length, nameAt, nameLength);
    this.#queued += length + 1;
    return true;
  }

  #copied(name: Uint8Array, length: number): number {
    const { engine } = this.#calls;
    const at = engine.scratch(length);
    engine.ring.bytes.set(name.subarray(0, length), at);
    return at;
  }

  /** As {@linkcode RingChannel.sentShort}: there was no room for a datagram, or sending failed. */
  sentShort(result: number, call: number): void {
    if (result >= 0) return;
    if (result !== -EAGAIN && result !== -ENOBUFS) {
      return this.failedSoon(-result, "sendto");
    }
    const [data, name] = this.#calls.engine.ring.sentBy(call);
    this.#unsent.push({ data: data.slice(), name: name.slice() });
    this.#calls.waitForRoom();
  }

  /** As {@linkcode RingChannel.sendUnsent}. */
  sendUnsent(handle: Handle): boolean {
    for (let next; (next = this.#unsent[0]) !== undefined;) {
      const { data, name } = next;
      if (!this.sendNow(handle, data, name, name.length)) return false;
      this.#unsent.shift();
    }
    return true;
  }

  /** As {@linkcode RingChannel.dropUnsent}. */
  dropUnsent(): void {
    this.#unsent = [];
  }

  /** As {@linkcode RingChannel.hasRoom}. */
  hasRoom(): void {
    if (this.wantsDrain) this.drained();
  }

  /** As {@linkcode Channel.brokeSoon}. */
  brokeSoon(error: unknown): void {
    queueMicrotask(() => this.broke(error));
  }

  /** As {@linkcode Channel.closeDescriptor}. */
  protected override closeDescriptor(reset: boolean): boolean {
    if (reset) this.dropUnsent();
    return this.#calls.close();
  }

  /** As {@linkcode Channel.quit}. */
  protected override quit(): Promise<void> {
    return this.#calls.quit();
  }
}
