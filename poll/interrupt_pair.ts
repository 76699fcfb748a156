/** What two threads need for one to interrupt the other. */

import { check } from "../errors/errors.ts";
import { PENDING, STATE_LENGTH } from "../ffi/ctrl_c.ts";
import { makePair, setNonBlocking } from "../ffi/descriptor.ts";
import { disown, libc, own } from "../ffi/libc.ts";

const byte = new Uint8Array(1);

/**
 * A pair of connected sockets and a flag. The flag says that there is an interrupt; the byte that
 * follows it ends the other thread's wait.
 */
export class InterruptPair {
  readonly #pair: Int32Array<ArrayBuffer> = new Int32Array(2);
  /** As {@linkcode InterruptSource.state}. */
  readonly state: Int32Array<SharedArrayBuffer> = new Int32Array(
    new SharedArrayBuffer(STATE_LENGTH * Int32Array.BYTES_PER_ELEMENT),
  );
  #closed = false;

  /** Makes the pair. */
  constructor() {
    check(makePair(this.#pair), "socketpair");
    own(...this.#pair);
    for (const fd of this.#pair) setNonBlocking(fd, true);
  }

  /** The end that becomes readable. */
  get receiver(): number {
    return this.#pair[0];
  }

  /** The end into which a byte is sent. */
  get sender(): number {
    return this.#pair[1];
  }

  /** Whether it is closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Interrupts. Does nothing if an interrupt has come that was not thrown yet. */
  interrupt(): void {
    if (Atomics.exchange(this.state, PENDING, 1) === 0) {
      libc.send(this.sender, byte, 1, 0);
    }
  }

  /** Closes both ends. Closing again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    disown(...this.#pair);
    for (const fd of this.#pair) libc.close(fd);
  }
}
