/** What ends a wait that another thread is in. */

import { SOCK_STREAM } from "../constants/mod.ts";
import { setNonBlocking } from "../ffi/descriptor.ts";
import { libc } from "../ffi/libc.ts";
import type { Handle } from "../socket/operations/handle.ts";
import { openPair } from "../socket/operations/open.ts";

const byte = new Uint8Array(1);

/**
 * A pair of connected sockets: the wait is for one end, and a byte sent into the other ends it. Every
 * kernel has it, and unlike an event that the first wait consumes, the byte stays until it is taken:
 * a look in between, on this thread, cannot take it from the wait that it is meant for.
 */
export class Waker {
  readonly #near: Handle;
  readonly #far: Handle;
  #awake = false;

  /** Makes the pair. */
  constructor() {
    [this.#near, this.#far] = openPair(null, SOCK_STREAM, 0);
    setNonBlocking(this.#near.fd, true);
  }

  /** The descriptor that becomes readable. */
  get fd(): number {
    return this.#near.fd;
  }

  /** Makes the descriptor readable, until {@linkcode rest}. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    libc.send(this.#far.fd, byte, 1, 0);
  }

  /** Makes it unreadable. */
  rest(): void {
    // Where the pair is a connection, the byte may still be on its way: then it ends the next wait.
    if (this.#awake) this.#awake = libc.recv(this.#near.fd, byte, 1, 0) !== 1;
  }

  /** Closes both ends. */
  close(): void {
    this.#near.close();
    this.#far.close();
  }
}
