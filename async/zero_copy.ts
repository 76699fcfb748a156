/** `ZeroCopySender`, awaiting: sending without a copy. */

import { nameClasses } from "../constants/table.ts";
import { type Bytes, instance, optionsLast } from "../errors/arguments.ts";
import type { Address } from "../socket/address/types.ts";
import { ZeroCopySends } from "../socket/zero_copy.ts";
import { drive } from "./base.ts";
import type { WaitOptions } from "./driver.ts";
import { AsyncSocket } from "./socket.ts";

/**
 * Sends over an awaiting socket without copying (`MSG_ZEROCOPY`). Linux. Like the blocking
 * `ZeroCopySender`, except that each send resolves when it is complete.
 * @see `send(2)`
 * @category Awaiting
 */
export class ZeroCopySender {
  readonly #socket: AsyncSocket<Address>;
  readonly #sends: ZeroCopySends;
  /** Rejects each `sendall()` that waits for its sends to complete. */
  readonly #waiting = new Set<(error: unknown) => void>();
  #isReading = false;

  /**
   * Makes a sender, and enables `SO_ZEROCOPY` on its socket.
   *
   * @param socket a connected socket
   * @throws {RangeError} if the platform has no `MSG_ZEROCOPY`
   * @throws {OSError} if the socket's protocol does not support it, or the socket is closed
   * (`EBADF`)
   */
  constructor(socket: AsyncSocket<Address>) {
    instance("socket", socket, AsyncSocket, "an AsyncSocket");
    this.#sends = new ZeroCopySends(socket);
    this.#socket = socket;
  }

  /** How many sends are not complete; one `sendall()` may be several sends. */
  get pending(): number {
    return this.#sends.pending;
  }

  /** How many of the complete sends the system copied anyway, such as over loopback. */
  get copied(): number {
    return this.#sends.copied;
  }

  /**
   * Sends all bytes, and resolves when the system no longer reads them, so that they may be changed
   * again. To keep the connection busy, have several calls pending. Bytes are sent in the order of
   * the calls.
   *
   * If this rejects, the system may still read the bytes: never change or transfer them afterwards.
   *
   * @param data the bytes; do not change or transfer them until this resolves
   * @param flags `MSG_` flags
   * @param options `{ signal }`: aborting it while sending rejects with the signal's reason; it
   * does not end the wait for completion
   * @throws {TimeoutError} if the socket's timeout runs out, while sending or waiting for
   * completion
   * @throws {BrokenPipeError} if the peer no longer reads
   * @throws {OSError} if sending fails, or the socket is closed (`EBADF`)
   */
  async sendall(
    data: Bytes,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<void> {
    [flags = 0, options] = optionsLast(flags, options);
    const [sending, attempt] = this.#sends.sending(data, flags, true);
    await drive(this.#socket, "write", options, attempt);
    if (sending.left === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add(reject);
    sending.done = () => {
      this.#waiting.delete(reject);
      resolve();
    };
    this.#read();
    await promise;
  }

  /** Reads completions while a `sendall()` waits for one. */
  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#waiting.size > 0) {
        await drive(this.#socket, "error", undefined, this.#sends.read);
      }
    } catch (error) {
      for (const reject of this.#waiting) reject(error);
      this.#waiting.clear();
    } finally {
      this.#isReading = false;
    }
  }
}

nameClasses({ ZeroCopySender });
