/** Streams on the reactor: after an event, they receive until nothing is left. */

import { DONE, NEXT_TURN, reactor, WHEN_READY } from "../async/reactor.ts";
import { SHUT_WR } from "../constants/mod.ts";
import { check, E_SHUT_DOWN, osError } from "../errors/errors.ts";
import { byteLengthOf } from "../errors/arguments.ts";
import { libc } from "../ffi/libc.ts";
import { Pending } from "../socket/operations/attempt.ts";
import { recv_into } from "../socket/operations/transfer.ts";
import { idleSweeper } from "./idle.ts";
import {
  closeQuietly,
  type PolledChannel,
  PolledWaits,
} from "./polled_waits.ts";
import { receiveBuffer, receivedView } from "./receive_buffer.ts";
import { resetOnClose } from "./reset.ts";
import { StreamChannel } from "./stream.ts";

/** A stream on the reactor. */
export class PolledStream extends StreamChannel implements PolledChannel {
  /** As {@linkcode PolledChannel.syscall}. */
  readonly syscall = "recv";
  readonly #waits = new PolledWaits(this);

  /** As {@linkcode PolledChannel.mayReceive}. */
  get mayReceive(): boolean {
    return !this.ended;
  }

  /** As {@linkcode StreamChannel.start}. */
  start(): void {
    this.#waits.start();
  }

  /** As {@linkcode StreamChannel.pauseChanged}. */
  protected override pauseChanged(): void {
    this.#waits.pauseChanged();
  }

  /** As {@linkcode StreamChannel.refChanged}. */
  protected override refChanged(): void {
    this.#waits.refChanged();
  }

  /** As {@linkcode PolledChannel.receive}. */
  receive(): number {
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
    if (this.shut) throw osError(E_SHUT_DOWN, "send");
    const length = byteLengthOf(data);
    if (length === 0) return 0;
    this.activeAt = idleSweeper.now;
    const sent = this.sendNow(data, length);
    if (sent < length && !this.broken) {
      this.wantsDrain = true;
      this.#waits.waitForRoom();
    }
    return sent;
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
    closeQuietly(this.handle);
    return true;
  }

  /** As {@linkcode StreamChannel.quit}. */
  protected override quit(): void {
    this.#waits.end();
  }
}
