/** The iterator behind `for await` over a listener. */

import { isMissing, nameClasses } from "../constants/table.ts";
import { errno } from "../constants/lookup.ts";
import { SO_ACCEPTCONN, SOL_SOCKET } from "../constants/mod.ts";
import { OSError } from "../errors/errors.ts";
import { Cancellation } from "./cancellation.ts";
import type { WaitOptions } from "./driver.ts";

/**
 * Options of {@linkcode AsyncSocket.connections}.
 * @category Awaiting
 */
export interface ConnectionsOptions {
  /**
   * Is called with each error after which the iteration goes on. If it throws, the iteration
   * rejects with that.
   */
  readonly onError?: ((error: OSError) => void) | undefined;
}

/** A socket that accepts connections. */
interface Listener<T> {
  accept(options: WaitOptions): Promise<T>;
  fileno(): number;
  getsockopt(level: number, optname: number): number;
}

/**
 * The errors that say nothing about the listener. A connection was lost before it was accepted; on
 * Linux, its error may be one of the network. Or resources are exhausted: then `accept` itself
 * pauses before the next attempt.
 */
export const passing: ReadonlySet<number> = new Set(
  [
    errno.ECONNABORTED,
    errno.ECONNRESET, // Winsock's ECONNABORTED
    errno.EPERM, // a firewall's
    errno.EPROTO,
    errno.ENETDOWN,
    errno.ENOPROTOOPT,
    errno.EHOSTDOWN,
    errno.ENONET,
    errno.EHOSTUNREACH,
    errno.EOPNOTSUPP,
    errno.ENETUNREACH,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOBUFS,
    errno.ENOMEM,
  ].filter((code) => !isMissing(code)),
);

/**
 * Iterates over a listener's connections for as long as it is open. Not an async generator: its
 * frames and promises would be half the cost of accepting.
 */
export class Connections<T> implements AsyncIterableIterator<T, undefined> {
  readonly #listener: Listener<T>;
  readonly #onError: ((error: OSError) => void) | undefined;
  readonly #waiters = new Cancellation();
  readonly #options = { signal: this.#waiters as unknown as AbortSignal };
  #finished = false;

  /** Makes the iterator of a listener. */
  constructor(listener: Listener<T>, { onError }: ConnectionsOptions = {}) {
    this.#listener = listener;
    this.#onError = onError;
  }

  /**
   * Accepts the next connection.
   *
   * @returns the connection, or the end of the iteration once the listener is closed
   * @throws {OSError} if accepting fails, and would fail again
   */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#hasEnded
      ? Promise.resolve(end)
      : this.#listener.accept(this.#options).then(found, this.#goOn);
  }

  /** Ends the iteration, and a `next()` that waits: it takes no connection any more. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#finished = true;
    this.#waiters.cancel();
    return Promise.resolve(end);
  }

  /** Returns the iterator itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  get #hasEnded(): boolean {
    return this.#finished || this.#listener.fileno() < 0;
  }

  #passes({ errno: code }: OSError): boolean {
    if (!passing.has(code!)) return false;
    // A socket that accepts nothing, such as one of datagrams, has this error each time.
    return code !== errno.EOPNOTSUPP ||
      this.#listener.getsockopt(SOL_SOCKET, SO_ACCEPTCONN) !== 0;
  }

  /** Accepts again if the error is a passing one. */
  readonly #goOn = async (
    error: unknown,
  ): Promise<IteratorResult<T, undefined>> => {
    for (;;) {
      // Closing the listener ends the iteration without an error.
      if (this.#hasEnded) return end;
      if (!(error instanceof OSError) || !this.#passes(error)) throw error;
      this.#onError?.(error);
      if (this.#hasEnded) return end;
      try {
        return found(await this.#listener.accept(this.#options));
      } catch (next) {
        error = next;
      }
    }
  };
}

nameClasses({ Connections });

const end: IteratorReturnResult<undefined> = { value: undefined, done: true };

function found<T>(value: T): IteratorYieldResult<T> {
  return { value, done: false };
}
