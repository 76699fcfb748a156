/** Ends a wait on another thread. */

import { check } from "../errors/errors.ts";
import { makePair, setNonBlocking } from "../ffi/descriptor.ts";
import { libc } from "../ffi/libc.ts";

const byte = new Uint8Array(1);

/**
 * A pair of connected sockets: the other thread waits for one end, and a byte sent into the other
 * end ends the wait. Every kernel has them. Unlike an event that the first wait consumes, the byte
 * stays until it is received, so that a poll on this thread cannot take it from the parked wait.
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

  /** Makes the descriptor unreadable again. */
  reset(): void {
    // Where the pair is a TCP connection, the byte may not have arrived: then it ends the next
    // wait.
    if (this.#awake) this.#awake = libc.recv(this.fd, byte, 1, 0) !== 1;
  }

  /** Closes both ends. */
  close(): void {
    for (const fd of this.#pair) libc.close(fd);
  }
}
