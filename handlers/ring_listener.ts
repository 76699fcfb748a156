/** Listeners on `io_uring`: accepting goes on without being asked for again. */

import { passing } from "../async/connections.ts";
import { EXHAUSTED_MS } from "../async/driver.ts";
import { errno as E } from "../constants/lookup.ts";
import { exhausted, osError } from "../errors/errors.ts";
import { CQE_MORE } from "../ffi/io_uring.ts";
import { libc } from "../ffi/libc.ts";
import { type Handle, newHandle } from "../socket/operations/attempt.ts";
import type { Listener, ListenerEvents } from "./listener.ts";
import { ACCEPT, type RingEngine, type RingUser } from "./ring_engine.ts";

/** Has the kernel accept. */
export class RingListener implements Listener, RingUser {
  readonly #engine: RingEngine;
  readonly #handle: Handle;
  readonly #events: ListenerEvents;
  #slot = -1;
  #accepts = false;
  #cancelling = false;
  #paused = false;
  #stopped = false;
  #ref = true;
  #holds = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** Makes the listener of a handle. */
  constructor(engine: RingEngine, handle: Handle, events: ListenerEvents) {
    this.#engine = engine;
    this.#handle = handle;
    this.#events = events;
  }

  /** As {@linkcode Listener.start}. */
  start(): void {
    this.#slot = this.#engine.join(this);
    this.#accept();
    this.#hold();
  }

  #accept(): void {
    if (this.#accepts || this.#paused || this.#stopped) return;
    if (this.#retry !== undefined) return;
    this.#accepts = true;
    const tag = this.#engine.tag(this.#slot, ACCEPT);
    this.#engine.reserve().accept(this.#handle.fd, this.#slot, tag);
  }

  #cancel(): void {
    if (!this.#accepts || this.#cancelling) return;
    this.#cancelling = true;
    const tag = this.#engine.tag(this.#slot, ACCEPT);
    this.#engine.reserve().cancel(this.#slot, tag);
    // The system must not accept what comes from now on.
    this.#engine.flush();
  }

  #hold(): void {
    const holds = this.#ref && !this.#paused && !this.#stopped;
    if (holds === this.#holds) return;
    this.#holds = holds;
    this.#engine.reference(holds ? 1 : -1);
  }

  /** As {@linkcode Listener.pause}. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.#hold();
    if (paused) this.#cancel();
    else this.#accept();
  }

  /** As {@linkcode Listener.setRef}. */
  setRef(ref: boolean): void {
    this.#ref = ref;
    this.#hold();
  }

  /** As {@linkcode Listener.stop}. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#hold();
    this.#cancel();
    if (!this.#accepts) this.#engine.leave(this.#slot);
  }

  /** As {@linkcode RingUser.completed}. */
  completed(_kind: number, result: number, flags: number): void {
    if ((flags & CQE_MORE) === 0) {
      this.#accepts = false;
      this.#cancelling = false;
    }
    if (result >= 0) this.#accepted(result);
    else if (!this.#stopped && result !== -E.ECANCELED) this.#failed(-result);
    if (this.#accepts) return;
    if (this.#stopped) this.#engine.leave(this.#slot);
    else this.#accept();
  }

  #accepted(fd: number): void {
    // The peer is told that nobody listens, as it would be had it come a little later.
    if (this.#stopped) libc.close(fd);
    else {
      const { family, type, proto } = this.#handle;
      this.#events.accepted(newHandle(fd, family, type, proto));
    }
  }

  #failed(code: number): void {
    const error = osError(code, "accept");
    if (!passing.has(code)) {
      this.#stopped = true;
      this.#hold();
      return this.#events.ended(error);
    }
    if (exhausted.has(code)) {
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        this.#accept();
      }, EXHAUSTED_MS);
      Deno.unrefTimer(this.#retry); // the listener decides about keeping the process alive
    }
    this.#events.failed(error);
  }

  /** As {@linkcode RingUser.sentShort}: a listener sends nothing. */
  sentShort(): void {}

  /** As {@linkcode RingUser.entered}: a listener does not ask for it. */
  entered(): void {}
}
