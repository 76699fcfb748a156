/** Waiting for room to send, on the reactor. */

import { DONE, type Waiter } from "../async/reactor.ts";

/** Who waits. */
interface Sending {
  /** Whether it still waits. */
  readonly wantsDrain: boolean;
  readonly closed: boolean;
  /** Calls the handler. */
  drained(): void;
  /** Its descriptor is closed by other means. */
  forgotten(): void;
}

/** Waits until there is room to send. */
export class Room implements Waiter {
  readonly #sending: Sending;
  /** When to look again, as {@linkcode Waiter.attempt} returns it. */
  readonly after: number;
  /** Whether this is in the watch's queue. */
  waits = false;

  /** Makes the waiter of a channel. */
  constructor(sending: Sending, after: number) {
    this.#sending = sending;
    this.after = after;
  }

  /** As {@linkcode Waiter.attempt}. */
  attempt(): number {
    this.#sending.drained();
    // The handler may have filled it again.
    if (this.#sending.wantsDrain && !this.#sending.closed) return this.after;
    this.waits = false;
    return DONE;
  }

  /** As {@linkcode Waiter.forgotten}. */
  forgotten(): void {
    this.waits = false;
    this.#sending.forgotten();
  }
}
