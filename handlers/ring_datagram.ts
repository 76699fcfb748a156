/** Sockets of datagrams on `io_uring`: receiving goes on by itself, and replies leave together. */

import { errno as E } from "../constants/lookup.ts";
import { EAGAIN, EINTR, ENOBUFS, osError } from "../errors/errors.ts";
import { byteLengthOf } from "../errors/arguments.ts";
import { CQE_BUFFER, CQE_MORE, LARGE, POLL_OUT } from "../ffi/io_uring.ts";
import { disown, errno, libc, own } from "../ffi/libc.ts";
import { type Handle, outgoing } from "../socket/operations/attempt.ts";
import {
  type AnyDatagramHandlers,
  type AnyDatagramSocket,
  CurrentSender,
  DatagramChannel,
} from "./datagram.ts";
import { idleSweeper } from "./idle.ts";
import { isOfDatagram } from "./polled_datagram.ts";
import {
  RECEIVE,
  type RingEngine,
  type RingUser,
  SEND,
  WRITABLE,
} from "./ring_engine.ts";

/** Up to how many bytes are copied, to be sent with others'; more have a call of their own. */
const COPIED = 0x1000;
/** How many bytes may be queued before it is seen whether there is room for them. */
const MAX_QUEUED = 0x8000;
/** What a `sockaddr` may be long. */
const ADDRESS_ROOM = 128;

/** A datagram that came while receiving was paused. */
interface Kept {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly name: Uint8Array<ArrayBuffer>;
}

/** A socket of datagrams on `io_uring`. */
export class RingDatagrams extends DatagramChannel implements RingUser {
  readonly #engine: RingEngine;
  readonly #sender: CurrentSender;
  #slot = -1;
  #calls = 0;
  #receives = false;
  #cancelling = false;
  #waitsForRoom = false;
  #started = false;
  #holds = false;
  #entering = false;
  /** The descriptor after {@linkcode closed}, until what is queued was submitted; -1 for none. */
  #lingering = -1;
  #kept: Kept[] = [];
  /** How many bytes are queued since the kernel was entered last, and by which call last. */
  #queued = 0;
  #sending = 0;
  /** The datagram that a handler is called with, and where its address lies. */
  #current: Uint8Array<ArrayBuffer> | undefined;
  #currentAt = 0;
  #nameAt = 0;
  #quitting: PromiseWithResolvers<void> | undefined;

  /** Makes a channel. */
  constructor(
    engine: RingEngine,
    handle: Handle,
    socket: AnyDatagramSocket,
    handlers: AnyDatagramHandlers,
  ) {
    super(handle, socket, handlers);
    this.#engine = engine;
    this.#sender = new CurrentSender(handle);
  }

  /** As {@linkcode Channel.start}. */
  start(): void {
    this.#join();
    this.#started = true;
    this.#receive();
    this.#hold();
  }

  #join(): void {
    if (this.#slot < 0) this.#slot = this.#engine.join(this);
  }

  #receive(): void {
    if (
      this.#receives || this.paused || this.closed ||
      this.#quitting !== undefined
    ) return;
    this.#join();
    this.#receives = true;
    this.#calls++;
    const tag = this.#engine.tag(this.#slot, RECEIVE);
    this.#engine.reserve().recvmsg(this.handle.fd, this.#slot, tag);
  }

  #cancel(): void {
    if (!this.#receives || this.#cancelling) return;
    this.#cancelling = true;
    const tag = this.#engine.tag(this.#slot, RECEIVE);
    this.#engine.reserve().cancel(this.#slot, tag);
  }

  #hold(): void {
    const holds = this.ref && this.#started && !this.closed && !this.paused;
    if (holds === this.#holds) return;
    this.#holds = holds;
    this.#engine.reference(holds ? 1 : -1);
  }

  /** As {@linkcode Channel.refChanged}. */
  protected override refChanged(): void {
    this.#hold();
  }

  /** As {@linkcode Channel.pauseChanged}. */
  protected override pauseChanged(): void {
    if (!this.#started) return;
    this.#hold();
    if (this.paused) this.#cancel();
    else if (this.#kept.length > 0) queueMicrotask(() => this.#deliver());
    else this.#receive();
  }

  /** Delivers what came during a pause. */
  #deliver(): void {
    while (this.#kept.length > 0) {
      if (this.closed || (this.paused && this.#quitting === undefined)) return;
      const { data, name } = this.#kept.shift()!;
      this.#sender.storage = {
        bytes: name,
        view: new DataView(name.buffer),
      };
      this.#sender.length = name.length;
      this.#nameAt = 0;
      this.received(data, this.#sender);
    }
    this.#receive();
  }

  /** As {@linkcode RingUser.completed}. */
  completed(kind: number, result: number, flags: number): void {
    const ends = (flags & CQE_MORE) === 0;
    if (ends) this.#calls--;
    if (kind === WRITABLE) {
      this.#waitsForRoom = false;
      if (this.closed || this.#quitting !== undefined) this.#settle();
      else this.drained();
      return;
    }
    if (ends) this.#receives = this.#cancelling = false;
    if ((flags & CQE_BUFFER) !== 0) this.#came(result, flags >>> 16);
    else if (result < 0) this.#failed(-result, "recvmsg");
    if (!ends) return;
    if (this.closed || this.#quitting !== undefined) this.#settle();
    else if (this.paused) {
      // The engine would keep a paused socket that the program forgot.
      if (this.#calls === 0 && !this.#entering) this.#leave();
    } else if (this.#kept.length === 0) this.#receive();
  }

  #failed(code: number, call: string): void {
    if (this.closed || code === ENOBUFS || code === E.ECANCELED) return;
    const error = osError(code, call);
    if (isOfDatagram(code)) this.report(error);
    else this.broke(error);
  }

  #came(result: number, buffer: number): void {
    const engine = this.#engine;
    const { ring } = engine;
    const length = ring.datagramLength(result);
    if (!this.closed && length >= 0) {
      const view = engine.datagram(buffer, length);
      const nameAt = ring.nameAt(buffer);
      const nameLength = ring.nameLength(buffer);
      if (this.paused || this.#kept.length > 0) {
        this.#kept.push({
          data: view.slice(),
          name: ring.bytes.slice(nameAt, nameAt + nameLength),
        });
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
    const engine = this.#engine;
    const length = byteLengthOf(data);
    // Encoded before anything is queued: it may throw.
    const isReply = to === this.#sender;
    const encoded = isReply || to === undefined ? 0 : this.encode(to);
    this.#join();
    const ring = engine.reserve();
    this.activeAt = idleSweeper.now;
    if (this.#queued > 0 && !ring.isQueued(this.#sending)) this.#queued = 0;
    const room = COPIED + ADDRESS_ROOM;
    if (
      !engine.hasScratch(room) || length > COPIED ||
      this.#queued + length > MAX_QUEUED
    ) {
      engine.flush();
      this.#queued = 0;
      if (this.wantsDrain) return false; // there was no room for those before
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
    if (length > COPIED) return this.#sendNow(data, length, nameAt, nameLength);
    let at = this.#currentAt;
    if (data !== this.#current) {
      at = engine.scratch(length);
      ring.bytes.set(data, at);
    }
    const tag = engine.tag(this.#slot, SEND);
    const { fd } = this.handle;
    this.#sending = ring.send(
      fd,
      at,
      length,
      this.#slot,
      tag,
      nameAt,
      nameLength,
    );
    this.#queued += length + 1;
    return true;
  }

  #copied(name: Uint8Array, length: number): number {
    const at = this.#engine.scratch(length);
    this.#engine.ring.bytes.set(name.subarray(0, length), at);
    return at;
  }

  /** Sends a long datagram by a call of its own. */
  #sendNow(
    data: Uint8Array<ArrayBuffer>,
    length: number,
    nameAt: number,
    nameLength: number,
  ): boolean {
    const { bytes } = this.#engine.ring;
    const { fd, dontWait } = this.handle;
    const count = nameLength === 0
      ? libc.send(fd, data, length, dontWait)
      : libc.sendto(
        fd,
        data,
        length,
        dontWait,
        bytes.subarray(nameAt, nameAt + nameLength),
        nameLength,
      );
    if (count >= 0) return true;
    const code = errno();
    if (code === EAGAIN || code === ENOBUFS || code === EINTR) {
      this.wantsDrain = true;
      this.#waitForRoom();
      return false;
    }
    queueMicrotask(() => this.#failed(code, "sendto"));
    return true;
  }

  #waitForRoom(): void {
    if (this.#waitsForRoom) return;
    this.#waitsForRoom = true;
    this.#calls++;
    const tag = this.#engine.tag(this.#slot, WRITABLE);
    this.#engine.reserve().poll(this.handle.fd, POLL_OUT, this.#slot, tag);
  }

  /** As {@linkcode RingUser.sentShort}: a datagram was not sent, for lack of room or an error. */
  sentShort(result: number): void {
    if (this.closed) return;
    if (result === -EAGAIN || result === -ENOBUFS) {
      this.wantsDrain = true;
      this.#waitForRoom();
    } else if (result < 0) {
      queueMicrotask(() => this.#failed(-result, "sendto"));
    }
  }

  /** As {@linkcode Channel.closeDescriptor}. */
  protected override closeDescriptor(): boolean {
    const fd = this.handle.detach();
    this.#hold();
    if (this.#slot < 0) {
      libc.close(fd);
      return true;
    }
    own(fd);
    this.#lingering = fd;
    this.#cancel();
    if (this.#waitsForRoom) {
      const tag = this.#engine.tag(this.#slot, WRITABLE);
      this.#engine.reserve().cancel(this.#slot, tag);
    }
    this.#awaitEntering();
    return false;
  }

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

  /** Goes on with closing, or with leaving the descriptor. */
  #settle(): void {
    if (this.#entering) return;
    if (this.#lingering >= 0) {
      disown(this.#lingering);
      libc.close(this.#lingering);
      this.#lingering = -1;
      this.lingered();
    }
    if (this.#calls > 0) return;
    if (this.closed) {
      this.#leave();
      this.#quitting?.resolve();
    } else if (this.#quitting !== undefined) {
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

  /** As {@linkcode Channel.quit}. */
  protected override quit(): Promise<void> {
    this.#quitting ??= Promise.withResolvers();
    this.#cancel();
    if (this.#waitsForRoom) {
      const tag = this.#engine.tag(this.#slot, WRITABLE);
      this.#engine.reserve().cancel(this.#slot, tag);
    }
    this.#awaitEntering();
    return this.#quitting.promise;
  }
}
