/** Listeners on the reactor. */

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
import { E_BAD_SOCKET, exhausted, OSError, osError } from "../errors/errors.ts";
import { type Handle, Pending } from "../socket/operations/attempt.ts";
import { accept } from "../socket/operations/connection.ts";
import type { Listener, ListenerEvents } from "./listener.ts";

/** Accepts what has arrived, after each event. */
export class PolledListener implements Listener, Waiter {
  readonly #handle: Handle;
  readonly #events: ListenerEvents;
  #watch: Watch | undefined;
  #ref = true;
  #stopped = false;
  #paused = false;
  #waits = false;
  #accepting = false;

  /** Makes the listener of a handle. */
  constructor(handle: Handle, events: ListenerEvents) {
    this.#handle = handle;
    this.#events = events;
  }

  /** As {@linkcode Listener.start}. */
  start(): void {
    this.#watch = reactor.watch(this.#handle.fd);
    reactor.reference(this.#watch, this.#ref);
    this.#wait(WHEN_READY);
  }

  #wait(after: number): void {
    this.#waits = true;
    reactor.add(this.#watch!, "read", this, after);
  }

  /** As {@linkcode Listener.pause}. */
  pause(paused: boolean): void {
    this.#paused = paused;
    if (this.#accepting || this.#stopped) return; // `attempt` looks at it
    if (paused) this.#leave();
    else if (!this.#waits) this.#wait(NEXT_TURN);
  }

  #leave(): void {
    if (!this.#waits) return;
    this.#waits = false;
    reactor.remove(this.#watch!, "read", this);
  }

  /** As {@linkcode Listener.setRef}. */
  setRef(ref: boolean): void {
    this.#ref = ref;
    if (this.#watch !== undefined) reactor.reference(this.#watch, ref);
  }

  /** As {@linkcode Listener.stop}. */
  stop(): void {
    this.#stopped = true;
    this.#leave();
  }

  /** Accepts what has arrived. As {@linkcode Waiter.attempt}. */
  attempt(): number {
    this.#accepting = true;
    const after = this.#accept();
    this.#accepting = false;
    if (after === DONE) this.#waits = false;
    return after;
  }

  #accept(): number {
    for (;;) {
      if (this.#stopped || this.#paused) return DONE;
      try {
        const accepted = accept(this.#handle, true);
        if (accepted instanceof Pending) return WHEN_READY;
        this.#events.accepted(accepted[0]);
      } catch (error) {
        if (!(error instanceof OSError) || !passing.has(error.errno!)) {
          this.#stopped = true;
          this.#events.ended(error);
          return DONE;
        }
        this.#events.failed(error);
        if (exhausted.has(error.errno)) {
          return this.#stopped || this.#paused ? DONE : EXHAUSTED_MS;
        }
      }
      if (reactor.mustYield()) {
        return this.#stopped || this.#paused ? DONE : NEXT_TURN;
      }
    }
  }

  /** Its descriptor is closed by other means. As {@linkcode Waiter.forgotten}. */
  forgotten(): void {
    this.#waits = false;
    if (this.#stopped) return;
    this.#stopped = true;
    this.#handle.detach();
    this.#events.ended(osError(E_BAD_SOCKET, "accept"));
  }
}
