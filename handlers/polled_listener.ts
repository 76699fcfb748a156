/** Listeners on the reactor. */

import { passing } from "../async/connections.ts";
import { EXHAUSTED_MS } from "../async/driver.ts";
import { DONE, NEXT_TURN, reactor, WHEN_READY } from "../async/reactor.ts";
import { exhausted, OSError } from "../errors/errors.ts";
import { type Handle, Pending } from "../socket/operations/attempt.ts";
import { accept } from "../socket/operations/connection.ts";
import type { Listener, ListenerEvents } from "./listener.ts";
import { type PolledChannel, PolledWaits } from "./polled_waits.ts";

/** Accepts what has arrived, after each event. */
export class PolledListener implements Listener, PolledChannel {
  /** As {@linkcode PolledChannel.syscall}. */
  readonly syscall = "accept";
  /** The listener's handle. */
  readonly handle: Handle;
  /** Whether it was stopped. */
  closed = false;
  /** Whether accepting is paused. */
  paused = false;
  /** Whether it keeps the process alive. */
  ref = true;
  /** As {@linkcode PolledChannel.mayReceive}. */
  readonly mayReceive = true;
  readonly #events: ListenerEvents;
  readonly #waits = new PolledWaits(this);

  /** Makes the listener of a handle. */
  constructor(handle: Handle, events: ListenerEvents) {
    this.handle = handle;
    this.#events = events;
  }

  /** As {@linkcode Listener.start}. */
  start(): void {
    this.#waits.start();
  }

  /** As {@linkcode Listener.pause}. */
  pause(paused: boolean): void {
    this.paused = paused;
    if (!this.closed) this.#waits.pauseChanged();
  }

  /** As {@linkcode Listener.setRef}. */
  setRef(ref: boolean): void {
    this.ref = ref;
    this.#waits.refChanged();
  }

  /** As {@linkcode Listener.stop}. */
  stop(): void {
    this.closed = true;
    this.#waits.end();
  }

  /** Accepts what has arrived. As {@linkcode PolledChannel.receive}. */
  receive(): number {
    for (;;) {
      if (this.closed || this.paused) return DONE;
      try {
        const accepted = accept(this.handle, true);
        if (accepted instanceof Pending) return WHEN_READY;
        this.#events.accepted(accepted[0]);
      } catch (error) {
        if (!(error instanceof OSError) || !passing.has(error.errno!)) {
          this.broke(error);
          return DONE;
        }
        this.#events.failed(error);
        if (exhausted.has(error.errno)) {
          return this.closed || this.paused ? DONE : EXHAUSTED_MS;
        }
      }
      if (reactor.mustYield()) {
        return this.closed || this.paused ? DONE : NEXT_TURN;
      }
    }
  }

  /** As {@linkcode PolledChannel.broke}. */
  broke(error: unknown): void {
    this.closed = true;
    this.#events.ended(error);
  }
}
