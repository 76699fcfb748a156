/** Sending without a copy, awaiting. */

import type { Address } from "../socket/address/types.ts";
import type { Bytes } from "../errors/arguments.ts";
import { drive } from "./base.ts";
import type { AsyncSocket } from "./socket.ts";
import type { WaitOptions } from "./driver.ts";
import { ZeroCopySends } from "../socket/zero_copy.ts";

/**
 * Sends over an awaiting socket without copying. Like the blocking `ZeroCopySender`; but each send gives
 * a promise of its completion.
 */
export class ZeroCopySender {
  readonly #socket: AsyncSocket<Address>;
  readonly #sends: ZeroCopySends;
  /** Those who wait for their sends to be complete. */
  readonly #waiting = new Set<(error: unknown) => void>();
  #isReading = false;

  /**
   * Makes a sender, and has the socket allow it (`SO_ZEROCOPY`).
   *
   * @param socket a connected socket
   * @throws {RangeError} if the platform has no `MSG_ZEROCOPY`
   * @throws {OSError} if the socket's protocol has none, or it is closed
   */
  constructor(socket: AsyncSocket<Address>) {
    this.#sends = new ZeroCopySends(socket);
    this.#socket = socket;
  }

  /** How many sends are not complete; a `sendall()` may be several. */
  get pending(): number {
    return this.#sends.pending;
  }

  /** How many of those that are complete were copied after all. */
  get copied(): number {
    return this.#sends.copied;
  }

  /**
   * Sends all bytes, and waits until the system is done with them, so that they may be used again; to
   * keep the connection busy, have several of these going on. Bytes are sent in the order of the calls.
   *
   * When this rejects, the system may still read the bytes: they must be left alone for good then.
   *
   * @param data the bytes, to be left alone meanwhile
   * @param flags `MSG_` flags
   * @param options a signal, which ends the sending, but not the waiting for what was sent
   * @throws {TimeoutError} if the socket's timeout runs out, while sending or waiting
   * @throws {OSError} if sending fails, or the socket is closed
   */
  async sendall(
    data: Bytes,
    flags = 0,
    options?: WaitOptions,
  ): Promise<void> {
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

  /** Reads completions as long as somebody waits for them. */
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
