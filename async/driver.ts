/** The driver of awaiting sockets: it attempts operations, which wait in the reactor if pending. */

import { AF_UNIX } from "../constants/mod.ts";
import { instance, optionsOf } from "../errors/arguments.ts";
import { E_BAD_SOCKET } from "../errors/errno.ts";
import { osError, timedOut } from "../errors/errors.ts";
import { Deadline } from "../poll/deadline.ts";
import { waitReady } from "../poll/ready.ts";
import { type Attempt, Pending } from "../socket/operations/attempt.ts";
import {
  type Handle,
  setClosingListener,
} from "../socket/operations/handle.ts";
import {
  DONE,
  NEXT_TURN,
  reactor,
  type Side,
  type Waiter,
  type Watch,
  WHEN_READY,
} from "./reactor.ts";

/** Options of every operation that may wait. */
export interface WaitOptions {
  /** Aborting it rejects the operation with the signal's reason. The socket stays usable. */
  readonly signal?: AbortSignal;
}

/**
 * Returns the signal of options.
 *
 * @throws {TypeError} if the options are not an object, or their signal is not an `AbortSignal`
 */
export function signalOf(
  options: WaitOptions | null | undefined,
): AbortSignal | undefined {
  if (options === undefined || options === null) return undefined;
  if (options instanceof AbortSignal) {
    throw new TypeError("options must be { signal }, not an AbortSignal");
  }
  const { signal } = optionsOf(options);
  return signal === undefined || signal === null
    ? undefined
    : instance("options.signal", signal, AbortSignal, "an AbortSignal");
}

// How soon to attempt again where no event announces readiness.
const RETRY_MS = 5;

/** Drives the operations of one socket, in order where they must wait. */
export class Driver {
  /** The socket's handle. */
  readonly handle: Handle;
  #watch: Watch | undefined;
  #ref = true;
  #backoffUntil = 0;

  /** The socket object. Pending operations keep it from being collected, and so its handle open. */
  readonly owner: object;

  /** Makes the driver of a socket. */
  constructor(handle: Handle, owner: object) {
    this.handle = handle;
    this.owner = owner;
  }

  /** Whether pending operations keep the process alive. */
  set ref(ref: boolean) {
    this.#ref = ref;
    if (this.#watch !== undefined) reactor.reference(this.#watch, ref);
  }

  /** Makes receiving and accepting pause for some milliseconds. */
  backOff(ms: number): void {
    this.#backoffUntil = performance.now() + ms;
  }

  /** How many milliseconds of the backoff are left; it applies to reading only. */
  backoffLeft(side: Side): number {
    if (this.#backoffUntil === 0 || side !== "read") return 0;
    const left = Math.max(0, this.#backoffUntil - performance.now());
    if (left === 0) this.#backoffUntil = 0;
    return left;
  }

  /**
   * Drives an operation: attempts it, unless others are ahead of it, and waits if it is pending.
   */
  drive<P extends unknown[], T>(
    side: Side,
    timeout: number | null,
    signal: AbortSignal | undefined,
    operation: (handle: Handle, ...args: P) => Attempt<T>,
    ...args: P
  ): Promise<T> {
    try {
      signal?.throwIfAborted();
      const { handle } = this;
      let after = this.#placeInQueue(side, timeout);
      let lacking: Pending | undefined;
      if (after === DONE) {
        const result = operation(handle, ...args);
        if (!(result instanceof Pending)) return Promise.resolve(result);
        if (timeout === 0) throw osError(result.errno, result.syscall);
        after = pause(handle, result);
        lacking = result;
      }
      const waiting = new Waiting(
        this,
        side,
        timeout,
        signal,
        operation,
        args,
        lacking,
      );
      waiting.begin(this.#currentWatch(), after);
      return waiting.promise;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * When to make an operation's first attempt, in the terms of `Waiter.attempt`; `DONE` for now.
   */
  #placeInQueue(side: Side, timeout: number | null): number {
    // With a timeout of 0 an operation may not wait behind others.
    if (timeout !== 0) {
      if (this.#watch !== undefined && this.#watch[side].length > 0) {
        return WHEN_READY;
      }
      const backoff = this.backoffLeft(side);
      if (backoff > 0) return backoff;
    }
    return reactor.mustYield() ? NEXT_TURN : DONE;
  }

  #currentWatch(): Watch {
    if (this.#watch === undefined || this.#watch.closed) {
      const { fd } = this.handle;
      if (fd < 0) throw osError(E_BAD_SOCKET);
      this.#watch = reactor.watch(fd);
    }
    reactor.reference(this.#watch, this.#ref);
    return this.#watch;
  }
}

/** When to attempt a pending operation again. */
function pause(handle: Handle, lacking: Pending): number {
  if (lacking.yielded) return NEXT_TURN;
  // The kernel reports a Unix socket as writable even while the queue of the datagram's receiver,
  // or of the listener it connects to, is full. No event announces that the queue has room again.
  const unannounced = lacking.readiness === "write" &&
    handle.family === AF_UNIX && waitReady(handle.fd, "write", 0) > 0;
  return unannounced ? RETRY_MS : WHEN_READY;
}

/** A pending operation. */
class Waiting<P extends unknown[], T> implements Waiter, EventListenerObject {
  /** Resolves to the operation's result. */
  readonly promise: Promise<T>;
  readonly #driver: Driver;
  readonly #side: Side;
  /** Seconds, 0 for no waiting, `null` for no limit. */
  readonly #timeout: number | null;
  readonly #signal: AbortSignal | undefined;
  readonly #operation: (handle: Handle, ...args: P) => Attempt<T>;
  readonly #args: P;
  #resolve!: (result: T) => void;
  #reject!: (error: unknown) => void;
  #lacking: Pending | undefined;
  #watch: Watch | undefined;
  #deadline: Deadline | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    line: Driver,
    side: Side,
    timeout: number | null,
    signal: AbortSignal | undefined,
    operation: (handle: Handle, ...args: P) => Attempt<T>,
    args: P,
    lacking: Pending | undefined,
  ) {
    this.#driver = line;
    this.#side = side;
    this.#timeout = timeout;
    this.#signal = signal;
    this.#operation = operation;
    this.#args = args;
    this.#lacking = lacking;
    // This costs half of Promise.withResolvers.
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Enters the queue and starts the timeout. */
  begin(watch: Watch, after: number): void {
    this.#watch = watch;
    reactor.add(watch, this.#side, this, after);
    this.#signal?.addEventListener("abort", this);
    if (this.#timeout) {
      this.#deadline = new Deadline(this.#timeout);
      this.#arm();
    }
  }

  /** Attempts the operation again. */
  attempt(): number {
    try {
      const backoff = this.#driver.backoffLeft(this.#side);
      if (backoff > 0) return backoff;
      let result = this.#once();
      while (
        result instanceof Pending && result.yielded && !reactor.mustYield()
      ) {
        result = this.#once();
      }
      if (!(result instanceof Pending)) {
        this.#end();
        this.#resolve(result);
        return DONE;
      }
      this.#lacking = result;
      if (this.#timeout === 0) throw osError(result.errno, result.syscall);
      return pause(this.#driver.handle, result);
    } catch (error) {
      this.fail(error);
      return DONE;
    }
  }

  /** Rejects the promise. */
  fail(error: unknown): void {
    this.#end();
    this.#reject(error);
  }

  /** Handles the signal's `abort` event. */
  handleEvent(): void {
    this.#leave(this.#signal!.reason);
  }

  #once(): Attempt<T> {
    return this.#operation(this.#driver.handle, ...this.#args);
  }

  #arm(): void {
    const left = this.#deadline!.milliseconds;
    if (left > 0) {
      this.#timer = setTimeout(() => this.#arm(), left);
      // The waiter decides whether the process stays alive, not its timer.
      Deno.unrefTimer(this.#timer);
      return;
    }
    // This thread may have been busy while the socket became ready in time: attempt once more.
    const isFirst = this.#watch![this.#side][0] === this;
    if (isFirst && this.attempt() === DONE) {
      reactor.remove(this.#watch!, this.#side, this);
    } else this.#leave(timedOut(this.#lacking?.syscall));
  }

  #leave(error: unknown): void {
    reactor.remove(this.#watch!, this.#side, this);
    this.fail(error);
  }

  #end(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this);
  }
}

setClosingListener((fd) => reactor.forget(fd, () => osError(E_BAD_SOCKET)));
