/** What all channels and listeners have in common on the reactor: waiting for events. */

import {
  DONE,
  NEXT_TURN,
  reactor,
  type Waiter,
  type Watch,
  WHEN_READY,
} from "../async/reactor.ts";
import { E_BAD_SOCKET, osError } from "../errors/errors.ts";
import type { Handle } from "../socket/operations/attempt.ts";

/** A channel or a listener, as its waits see it. */
export interface PolledChannel {
  /** The call that its waits are for. */
  readonly syscall: string;
  readonly handle: Handle;
  readonly closed: boolean;
  readonly paused: boolean;
  readonly ref: boolean;
  /** Whether more may come: a stream is not at its end. */
  readonly mayReceive: boolean;
  /** Whether a handler waits for room to send. */
  readonly wantsDrain?: boolean;
  /** Receives or accepts what there is, and returns as {@linkcode Waiter.attempt}. */
  receive(): number;
  /** Calls the handler `drain`. */
  drained?(): void;
  /** Closes the channel after an error. */
  broke(error: unknown): void;
}

/** The waits of a channel. It is the waiter that receives itself. */
export class PolledWaits implements Waiter {
  readonly #channel: PolledChannel;
  readonly #roomAfter: number;
  #room: Room | undefined;
  #watch: Watch | undefined;
  /** Whether this is in the watch's queue of readers. */
  #waits = false;
  #receiving = false;

  /**
   * Makes the waits of a channel.
   *
   * @param roomAfter when to look again for room to send, as {@linkcode Waiter.attempt} returns it
   */
  constructor(channel: PolledChannel, roomAfter = WHEN_READY) {
    this.#channel = channel;
    this.#roomAfter = roomAfter;
  }

  /** As {@linkcode Channel.start}. */
  start(): void {
    const { handle, ref, paused, wantsDrain } = this.#channel;
    const watch = this.#watch = reactor.watch(handle.fd);
    reactor.reference(watch, ref);
    if (!paused) this.#wait(WHEN_READY);
    if (wantsDrain) this.waitForRoom();
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

  /** Has the handler `drain` called once there is room; from {@linkcode start} on. */
  waitForRoom(): void {
    if (this.#watch === undefined) return;
    const room = this.#room ??= new Room(this.#channel, this, this.#roomAfter);
    if (room.waits) return;
    room.waits = true;
    reactor.add(this.#watch, "write", room, room.after);
  }

  /** As {@linkcode Channel.pauseChanged}. */
  pauseChanged(): void {
    // `attempt` looks at the end of the handler. Before `start` there is nothing to do.
    if (this.#receiving || this.#watch === undefined) return;
    const { paused, mayReceive } = this.#channel;
    if (!mayReceive) return;
    if (paused) this.#leave();
    // What has arrived since may have been reported already.
    else if (!this.#waits) this.#wait(NEXT_TURN);
  }

  /** As {@linkcode Channel.refChanged}. */
  refChanged(): void {
    if (this.#watch === undefined) return;
    reactor.reference(this.#watch, this.#channel.ref);
  }

  /** As {@linkcode Waiter.attempt}. */
  attempt(): number {
    this.#receiving = true;
    const after = this.#channel.receive();
    this.#receiving = false;
    // The handler may have paused, closed or taken the channel, or its stream is at its end.
    if (after === DONE) this.#waits = false;
    return after;
  }

  /** Ends waiting. */
  end(): void {
    this.#leave();
    if (this.#room?.waits) reactor.remove(this.#watch!, "write", this.#room);
  }

  /** Its descriptor is closed by other means. As {@linkcode Waiter.forgotten}. */
  forgotten(): void {
    this.#waits = false;
    const channel = this.#channel;
    if (channel.closed) return;
    channel.handle.detach();
    channel.broke(osError(E_BAD_SOCKET, channel.syscall));
  }
}

/** Waits until there is room to send. */
class Room implements Waiter {
  readonly #channel: PolledChannel;
  readonly #waits: PolledWaits;
  /** When to look again, as {@linkcode Waiter.attempt} returns it. */
  readonly after: number;
  /** Whether this is in the watch's queue. */
  waits = false;

  constructor(channel: PolledChannel, waits: PolledWaits, after: number) {
    this.#channel = channel;
    this.#waits = waits;
    this.after = after;
  }

  attempt(): number {
    this.#channel.drained!();
    // The handler may have filled it again.
    if (this.#channel.wantsDrain && !this.#channel.closed) return this.after;
    this.waits = false;
    return DONE;
  }

  forgotten(): void {
    this.waits = false;
    this.#waits.forgotten();
  }
}

/** Closes the descriptor of a channel. */
export function closeQuietly(handle: Handle): void {
  try {
    handle.close();
  } catch {
    // The system reports an error of a socket that ends now anyway.
  }
}
