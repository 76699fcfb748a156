/** Sockets of datagrams on the reactor: after an event, they receive until nothing is left. */

import { EXHAUSTED_MS } from "../async/driver.ts";
import { DONE, NEXT_TURN, reactor, WHEN_READY } from "../async/reactor.ts";
import { AF_UNIX } from "../constants/mod.ts";
import { EAGAIN, EINTR, EWOULDBLOCK, exhausted } from "../errors/errors.ts";
import { errno, libc } from "../ffi/libc.ts";
import {
  type Handle,
  outgoing,
  RETRY_MS,
} from "../socket/operations/attempt.ts";
import {
  type AnyDatagramHandlers,
  type AnyDatagramSocket,
  CurrentSender,
  DatagramChannel,
} from "./datagram.ts";
import { idleSweeper } from "./idle.ts";
import {
  closeQuietly,
  type PolledChannel,
  PolledWaits,
} from "./polled_waits.ts";
import { receiveBuffer, receivedView } from "./receive_buffer.ts";

/** A socket of datagrams on the reactor. */
export class PolledDatagrams extends DatagramChannel implements PolledChannel {
  /** As {@linkcode PolledChannel.syscall}. */
  readonly syscall = "recvfrom";
  readonly #sender: CurrentSender;
  readonly #senderLength = new Uint32Array(1);
  readonly #waits: PolledWaits;

  /** Makes a channel. */
  constructor(
    handle: Handle,
    socket: AnyDatagramSocket,
    handlers: AnyDatagramHandlers,
  ) {
    super(handle, socket, handlers);
    this.#sender = new CurrentSender(handle);
    // No event says that a Unix socket's receiver has room.
    const after = handle.family === AF_UNIX ? RETRY_MS : WHEN_READY;
    this.#waits = new PolledWaits(this, after);
  }

  /** As {@linkcode PolledChannel.mayReceive}. */
  get mayReceive(): boolean {
    return true;
  }

  /** As {@linkcode Channel.start}. */
  start(): void {
    this.#waits.start();
  }

  /** As {@linkcode Channel.pauseChanged}. */
  protected override pauseChanged(): void {
    this.#waits.pauseChanged();
  }

  /** As {@linkcode Channel.refChanged}. */
  protected override refChanged(): void {
    this.#waits.refChanged();
  }

  /** As {@linkcode PolledChannel.receive}. */
  receive(): number {
    const sender = this.#sender;
    const length = this.#senderLength;
    for (;;) {
      if (this.paused || this.closed) return DONE;
      length[0] = sender.storage.bytes.length;
      const buffer = receiveBuffer();
      const count = libc.recvfrom(
        this.handle.fd,
        buffer,
        buffer.length,
        this.handle.dontWait,
        sender.storage.bytes,
        length,
      );
      if (count >= 0) {
        sender.length = Math.min(length[0], sender.storage.bytes.length);
        this.received(receivedView(count), sender);
      } else {
        const code = errno();
        if (code === EAGAIN || code === EWOULDBLOCK) return WHEN_READY;
        if (code !== EINTR) {
          this.failed(code, "recvfrom");
          if (exhausted.has(code) && !this.closed) return EXHAUSTED_MS;
        }
      }
      if (reactor.mustYield()) {
        return this.paused || this.closed ? DONE : NEXT_TURN;
      }
    }
  }

  /** As {@linkcode DatagramChannel.send}. */
  send(data: Uint8Array<ArrayBuffer>, to: unknown): boolean {
    if (this.closed || this.wantsDrain) return false;
    this.activeAt = idleSweeper.now;
    let name = outgoing.bytes;
    let length = 0;
    if (to === this.#sender) {
      name = this.#sender.storage.bytes;
      length = this.#sender.length;
    } else if (to !== undefined) length = this.encode(to);
    this.wantsDrain = !this.sendNow(this.handle, data, name, length);
    if (this.wantsDrain) this.#waits.waitForRoom();
    return !this.wantsDrain;
  }

  /** As {@linkcode Channel.closeDescriptor}. */
  protected override closeDescriptor(): boolean {
    closeQuietly(this.handle);
    return true;
  }

  /** As {@linkcode Channel.quit}. */
  protected override quit(): void {
    this.#waits.end();
  }
}
