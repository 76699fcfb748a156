/** Sockets of datagrams on the reactor: after an event, they receive until nothing is left. */

import { passing } from "../async/connections.ts";
import { EXHAUSTED_MS } from "../async/driver.ts";
import {
  DONE,
  NEXT_TURN,
  reactor,
  type Waiter,
  type Watch,
  WHEN_READY,
} from "../async/reactor.ts";
import { errno as E } from "../constants/lookup.ts";
import { AF_UNIX } from "../constants/mod.ts";
import {
  E_BAD_SOCKET,
  EAGAIN,
  EINTR,
  EWOULDBLOCK,
  exhausted,
  osError,
} from "../errors/errors.ts";
import { byteLengthOf } from "../errors/arguments.ts";
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
import { Room } from "./polled_room.ts";
import { receiveBuffer, receivedView } from "./receive_buffer.ts";

/** Whether an error of receiving or sending is of one datagram, so that the next may succeed. */
export function isOfDatagram(code: number): boolean {
  return passing.has(code) || code === E.ECONNREFUSED || code === E.EMSGSIZE ||
    code === E.EACCES || code === E.EINVAL || code === E.EDESTADDRREQ ||
    code === E.EADDRNOTAVAIL || code === E.ENOTCONN || code === E.ENOENT;
}

/** A socket of datagrams on the reactor. It is the waiter that receives itself. */
export class PolledDatagrams extends DatagramChannel implements Waiter {
  readonly #sender: CurrentSender;
  readonly #senderLength = new Uint32Array(1);
  #watch: Watch | undefined;
  #waits = false;
  #receiving = false;
  readonly #room: Room;

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
    this.#room = new Room(this, after);
  }

  /** As {@linkcode Channel.start}. */
  start(): void {
    const watch = this.#watch = reactor.watch(this.handle.fd);
    reactor.reference(watch, this.ref);
    if (!this.paused) this.#wait(WHEN_READY);
    if (this.wantsDrain) this.#waitForRoom();
  }

  #wait(after: number): void {
    this.#waits = true;
    reactor.add(this.#watch!, "read", this, after);
  }

  #leave(): void {
    if (!this.#waits) return;
    this.#waits = false;
    reactor.remove(this.#watch!, "read", this);
  }

  #waitForRoom(): void {
    if (this.#room.waits) return;
    this.#room.waits = true;
    reactor.add(this.#watch!, "write", this.#room, this.#room.after);
  }

  /** As {@linkcode Channel.pauseChanged}. */
  protected override pauseChanged(): void {
    // `attempt` looks at the end of the handler. Before `start` there is nothing to do.
    if (this.#receiving || this.#watch === undefined) return;
    if (this.paused) this.#leave();
    // What has arrived since may have been reported already.
    else if (!this.#waits) this.#wait(NEXT_TURN);
  }

  /** As {@linkcode Channel.refChanged}. */
  protected override refChanged(): void {
    if (this.#watch !== undefined) reactor.reference(this.#watch, this.ref);
  }

  /** Receives what there is. As {@linkcode Waiter.attempt}. */
  attempt(): number {
    this.#receiving = true;
    const after = this.#receive();
    this.#receiving = false;
    if (after === DONE) this.#waits = false;
    return after;
  }

  #receive(): number {
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
          const error = osError(code, "recvfrom");
          if (!isOfDatagram(code)) {
            this.broke(error);
            return DONE;
          }
          this.report(error);
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
    let address = outgoing.bytes;
    let length = 0;
    if (to === this.#sender) {
      address = this.#sender.storage.bytes;
      length = this.#sender.length;
    } else if (to !== undefined) length = this.encode(to);
    const { fd, dontWait } = this.handle;
    for (;;) {
      const count = length === 0
        ? libc.send(fd, data, byteLengthOf(data), dontWait)
        : libc.sendto(
          fd,
          data,
          byteLengthOf(data),
          dontWait,
          address,
          length,
        );
      if (count >= 0) return true;
      const code = errno();
      if (code === EINTR) continue;
      if (code !== EAGAIN && code !== EWOULDBLOCK && code !== E.ENOBUFS) {
        const error = osError(code, "sendto");
        // The caller may be a handler, which expects no other handler to run.
        queueMicrotask(() =>
          isOfDatagram(code) ? this.report(error) : this.broke(error)
        );
        return true;
      }
      this.wantsDrain = true;
      if (this.#watch !== undefined) this.#waitForRoom();
      return false;
    }
  }

  /** As {@linkcode Channel.closeDescriptor}. */
  protected override closeDescriptor(): boolean {
    try {
      this.handle.close();
    } catch {
      // The system reports an error of a socket that ends now anyway.
    }
    return true;
  }

  /** As {@linkcode Channel.quit}. */
  protected override quit(): void {
    this.#leave();
    if (this.#room.waits) reactor.remove(this.#watch!, "write", this.#room);
  }

  /** Its descriptor is closed by other means. As {@linkcode Waiter.forgotten}. */
  forgotten(): void {
    this.#waits = false;
    if (this.closed) return;
    this.handle.detach();
    this.broke(osError(E_BAD_SOCKET, "recvfrom"));
  }
}
