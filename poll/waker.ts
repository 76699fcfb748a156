/** What ends a wait that another thread is in. */

import { check } from "../errors/errors.ts";
import { makePair, setNonBlocking } from "../ffi/descriptor.ts";
import { libc } from "../ffi/libc.ts";

const byte = new Uint8Array(1);

/**
 * A pair of connected sockets: the wait is for one end, and a byte sent into the other ends it. Every
 * kernel has it, and unlike an event that the first wait consumes, the byte stays until it is taken:
 * a look in between, on this thread, cannot take it from the wait that it is meant for.
 */
export class Waker {
  readonly #pair = new Int32Array(2);
  #awake = false;

  /** Makes the pair. */
  constructor() {
    check(makePair(this.#pair), "socketpair");
    setNonBlocking(this.fd, true);
  }

  /** The descriptor that becomes readable. */
  get fd(): number {
    return this.#pair[0];
  }

  /** Makes the descriptor readable, until {@linkcode reset}. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    libc.send(this.#pair[1], byte, 1, 0);
  }

  /** Makes it unreadable. */
  reset(): void {
    // Where the pair is a connection, the byte may still be on its way: then it ends the next wait.
    if (this.#awake) this.#awake = libc.recv(this.fd, byte, 1, 0) !== 1;
  }

  /** Closes both ends. */
  close(): void {
    for (const fd of this.#pair) libc.close(fd);
  }
}
