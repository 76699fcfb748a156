/** What `for await` over a listener goes through. */

/** What accepts. */
interface Listener<T> {
  accept(): Promise<T>;
  fileno(): number;
}

/**
 * The connections of a listener, for as long as it is open. Not an async generator, whose frames and
 * promises are half of what it costs to accept.
 */
export class Connections<T> implements AsyncIterableIterator<T, undefined> {
  readonly #listener: Listener<T>;
  #finished = false;

  /** Begins with the next connection. */
  constructor(listener: Listener<T>) {
    this.#listener = listener;
  }

  /** The next connection; the end once the listener is closed. */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#hasEnded
      ? Promise.resolve(end)
      : this.#listener.accept().then(found, this.#endIfClosed);
  }

  /** Ends. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#finished = true;
    return Promise.resolve(end);
  }

  /** This. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  get #hasEnded(): boolean {
    return this.#finished || this.#listener.fileno() < 0;
  }

  readonly #endIfClosed = (error: unknown): IteratorReturnResult<undefined> => {
    if (this.#hasEnded) return end; // closed meanwhile: that is the end, not an error
    throw error;
  };
}

const end: IteratorReturnResult<undefined> = { value: undefined, done: true };

function found<T>(value: T): IteratorYieldResult<T> {
  return { value, done: false };
}
