/** Streams on the reactor: after an event, they receive until nothing is left. */

import {
  DONE,
  NEXT_TURN,
  reactor,
  type Waiter,
  type Watch,
  WHEN_READY,
} from "../async/reactor.ts";
import { errno as E } from "../constants/lookup.ts";
import { SHUT_WR } from "../constants/mod.ts";
import { check, E_BAD_SOCKET, osError } from "../errors/errors.ts";
import { byteLengthOf } from "../errors/arguments.ts";
import { libc } from "../ffi/libc.ts";
import { Pending } from "../socket/operations/attempt.ts";
import { recv_into } from "../socket/operations/transfer.ts";
import { idleSweeper } from "./idle.ts";
import { Room } from "./polled_room.ts";
import { receiveBuffer, receivedView } from "./receive_buffer.ts";
import { resetOnClose } from "./reset.ts";
import { StreamChannel } from "./stream.ts";

/** A stream on the reactor. It is the waiter that receives itself. */
export class PolledStream extends StreamChannel implements Waiter {
  #watch: Watch | undefined;
  /** Whether this is in the watch's queue of readers. */
  #waits = false;
  #receiving = false;
  #room: Room | undefined;

  /** As {@linkcode StreamChannel.start}. */
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

  /** As {@linkcode StreamChannel.pauseChanged}. */
  protected override pauseChanged(): void {
    // `attempt` looks at the end of the handler. Before `start` there is nothing to do.
    if (this.#receiving || this.#watch === undefined || this.ended) return;
    if (this.paused) this.#leave();
    // What has arrived since may have been reported already.
    else if (!this.#waits) this.#wait(NEXT_TURN);
  }

  /** As {@linkcode StreamChannel.refChanged}. */
  protected override refChanged(): void {
    if (this.#watch !== undefined) reactor.reference(this.#watch, this.ref);
  }

  /** Receives what there is. As {@linkcode Waiter.attempt}. */
  attempt(): number {
    this.#receiving = true;
    const after = this.#receive();
    this.#receiving = false;
    // The handler may have paused, closed or taken this, or its stream is at its end.
    if (after === DONE) this.#waits = false;
    return after;
  }

  #receive(): number {
    for (;;) {
      if (this.paused || this.closed) return DONE;
      let count;
      try {
        count = recv_into(this.handle, receiveBuffer(), 0, 0);
      } catch (error) {
        this.broke(error);
        return DONE;
      }
      if (count instanceof Pending) return WHEN_READY;
      if (count === 0) {
        this.receivedEnd();
        return DONE;
      }
      this.received(receivedView(count));
      if (reactor.mustYield()) {
        return this.paused || this.closed ? DONE : NEXT_TURN;
      }
    }
  }

  /** As {@linkcode StreamChannel.write}. */
  write(data: Uint8Array<ArrayBuffer>): number {
    if (this.closed || this.wantsDrain || this.broken) return 0;
    if (this.shut) throw osError(E.EPIPE, "send");
    const length = byteLengthOf(data);
    if (length === 0) return 0;
    this.activeAt = idleSweeper.now;
    const sent = this.sendNow(data, length);
    if (sent < length && !this.broken) {
      this.wantsDrain = true;
      if (this.#watch !== undefined) this.#waitForRoom();
    }
    return sent;
  }

  #waitForRoom(): void {
    const room = this.#room ??= new Room(this, WHEN_READY);
    if (room.waits) return;
    room.waits = true;
    reactor.add(this.#watch!, "write", room, room.after);
  }

  /** As {@linkcode StreamChannel.shutdown}. */
  shutdown(): void {
    try {
      check(libc.shutdown(this.handle.fd, SHUT_WR), "shutdown");
    } catch (error) { // the peer has reset the connection
      this.brokeSoon(error);
    }
  }

  /** As {@linkcode StreamChannel.closeDescriptor}. */
  protected override closeDescriptor(reset: boolean): boolean {
    if (reset) resetOnClose(this.handle);
    try {
      this.handle.close();
    } catch {
      // The system reports an error of a connection that ends now anyway.
    }
    return true;
  }

  /** As {@linkcode StreamChannel.quit}. */
  protected override quit(): void {
    this.#leave();
    if (this.#room?.waits) reactor.remove(this.#watch!, "write", this.#room);
  }

  /** Its descriptor is closed by other means. As {@linkcode Waiter.forgotten}. */
  forgotten(): void {
    this.#waits = false;
    if (this.closed) return;
    this.handle.detach();
    this.broke(osError(E_BAD_SOCKET, "recv"));
  }
}
