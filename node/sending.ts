/** Sending many buffers in order, all of each. */

import { MAX_BUFFERS } from "../ffi/msghdr.ts";
import {
  type Attempt,
  type Handle,
  Pending,
} from "../socket/operations/attempt.ts";
import { sendmsgAttempt } from "../socket/operations/messages.ts";
import { send } from "../socket/operations/transfer.ts";

const more = new Pending("write", "sendmsg", { yielded: true });

/** How many bytes one attempt may send before it yields, which is a few milliseconds' work. */
const MAX_STEP = 0x100000;

/** Buffers on their way. {@linkcode attempt} goes on where it stopped. */
export class Sending {
  /** How many bytes the system has accepted. */
  sent = 0;
  #buffers: readonly Uint8Array<ArrayBuffer>[];
  #index = 0;
  readonly #onProgress: (count: number) => void;

  /**
   * Makes the state of one sending.
   *
   * @param buffers the bytes, which must not change until all are sent
   * @param onProgress called with the number of bytes that the system has just accepted
   */
  constructor(
    buffers: readonly Uint8Array<ArrayBuffer>[],
    onProgress: (count: number) => void,
  ) {
    this.#buffers = buffers;
    this.#onProgress = onProgress;
  }

  /** Sends as much as there is room for. An own property, so that a driver can call it. */
  readonly attempt = (handle: Handle): Attempt<undefined> => {
    const limit = this.sent + MAX_STEP;
    while (this.#index < this.#buffers.length) {
      if (this.sent >= limit) return more;
      const count = this.#next(handle);
      if (count instanceof Pending) return count;
      this.sent += count;
      this.#advance(count);
      this.#onProgress(count);
    }
    return undefined;
  };

  #next(handle: Handle): Attempt<number> {
    const left = this.#buffers.length - this.#index;
    if (left === 1) return send(handle, this.#buffers[this.#index], 0);
    const some = this.#buffers.slice(this.#index, this.#index + MAX_BUFFERS);
    return sendmsgAttempt(some, [], 0)(handle, null);
  }

  /** Goes on by some bytes, also over buffers that are empty. */
  #advance(count: number): void {
    let left = count;
    while (this.#index < this.#buffers.length) {
      const buffer = this.#buffers[this.#index];
      if (buffer.byteLength > left) {
        if (left > 0) {
          this.#buffers = this.#buffers.with(
            this.#index,
            buffer.subarray(left),
          );
        }
        return;
      }
      left -= buffer.byteLength;
      this.#index++;
    }
  }
}
