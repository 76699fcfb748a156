/** The iterator behind `for await` over a listener. */

import { nameClasses } from "../constants/class_names.ts";

/** A socket that accepts connections. */
interface Listener<T> {
  accept(): Promise<T>;
  fileno(): number;
}

/**
 * Iterates over a listener's connections for as long as it is open. Not an async generator: its
 * frames and promises would be half the cost of accepting.
 */
export class Connections<T> implements AsyncIterableIterator<T, undefined> {
  readonly #listener: Listener<T>;
  #finished = false;

  /** Makes the iterator of a listener. */
  constructor(listener: Listener<T>) {
    this.#listener = listener;
  }

  /**
   * Accepts the next connection.
   *
   * @returns the connection, or the end of the iteration once the listener is closed
   * @throws {OSError} if accepting fails
   */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#hasEnded
      ? Promise.resolve(end)
      : this.#listener.accept().then(found, this.#endIfClosed);
  }

  /** Ends the iteration. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#finished = true;
    return Promise.resolve(end);
  }

  /** Returns the iterator itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  get #hasEnded(): boolean {
    return this.#finished || this.#listener.fileno() < 0;
  }

  readonly #endIfClosed = (error: unknown): IteratorReturnResult<undefined> => {
    if (this.#hasEnded) return end; // closing the listener ends the iteration without an error
    throw error;
  };
}

nameClasses({ Connections });

const end: IteratorReturnResult<undefined> = { value: undefined, done: true };

function found<T>(value: T): IteratorYieldResult<T> {
  return { value, done: false };
}
