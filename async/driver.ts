/** The driver of awaiting sockets: it attempts operations, which wait in the reactor if pending. */

import { recaptured, rejectFromCaller, typeError } from "../constants/stack.ts";
import { instance, optionsOf } from "../errors/arguments.ts";
import {
  E_BAD_SOCKET,
  type OSError,
  osError,
  timedOut,
} from "../errors/errors.ts";
import { Deadline } from "../poll/ready.ts";
import {
  type Attempt,
  type Attempting,
  type Handle,
  isUnannounced,
  Pending,
  RETRY_MS,
  setClosingListener,
} from "../socket/operations/attempt.ts";
import { Cancellation } from "./cancellation.ts";
import {
  DONE,
  NEXT_TURN,
  reactor,
  type Side,
  type Waiter,
  type Watch,
  WHEN_READY,
} from "./reactor.ts";
import { nextTurn } from "./turn.ts";

/**
 * Options of every operation that may wait.
 * @category Awaiting
 */
export interface WaitOptions {
  /** Aborting it rejects the operation with the signal's reason. The socket stays usable. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The pause after an operation that failed for lack of descriptors or memory. The next one would
 * fail at once, so that a loop that simply continues would let nothing else run.
 */
export const EXHAUSTED_MS = 50;

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
    throw typeError("options must be { signal }, not an AbortSignal");
  }
  const { signal } = optionsOf(options);
  if (signal instanceof Cancellation) return signal;
  return signal === undefined || signal === null
    ? undefined
    : instance("options.signal", signal, AbortSignal, "an AbortSignal");
}

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

  /** Whether no operation waits on a side. */
  isFree(side: Side): boolean {
    const watch = this.#watch;
    return watch === undefined || watch.closed || watch[side].length === 0;
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
    operation: Attempting<P, T>,
    args: P,
  ): Promise<T> {
    try {
      signal?.throwIfAborted();
      const { handle } = this;
      if (timeout === 0) return this.driveAtOnce(signal, operation, args);
      let after = this.#placeInQueue(side);
      let lacking: Pending | undefined;
      if (after === DONE) {
        const result = operation(handle, ...args);
        if (!(result instanceof Pending)) return Promise.resolve(result);
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
      try {
        waiting.begin(this.#currentWatch(waiting), after);
      } catch (error) { // the poller cannot be opened, or takes no more descriptors
        if (this.handle.fd < 0) throw error;
        this.#failLater(waiting, error);
      }
      return waiting.promise;
    } catch (error) {
      return Promise.reject(
        signal?.aborted ? error : recaptured(error, Driver.prototype.drive),
      );
    }
  }

  // Apart: a function that makes a closure allocates for it in each call.
  #failLater(waiting: { fail(error: unknown): void }, error: unknown): void {
    const timer = setTimeout(() => waiting.fail(error), EXHAUSTED_MS);
    if (!this.#ref) Deno.unrefTimer(timer);
  }

  /** Drives an operation that may not wait, not even behind others: it succeeds now or fails. */
  async driveAtOnce<P extends unknown[], T>(
    signal: AbortSignal | undefined,
    operation: Attempting<P, T>,
    args: P,
  ): Promise<T> {
    signal?.throwIfAborted();
    // A loop of these must not keep timers and other work from running.
    if (reactor.mustYield()) await nextTurn();
    let result = operation(this.handle, ...args);
    while (result instanceof Pending && result.yielded) {
      result = operation(this.handle, ...args);
    }
    if (result instanceof Pending) {
      throw osError(result.errno, result.syscall, result.address);
    }
    return result;
  }

  /**
   * When to make an operation's first attempt, in the terms of `Waiter.attempt`; `DONE` for now.
   */
  #placeInQueue(side: Side): number {
    if (this.#watch !== undefined && this.#watch[side].length > 0) {
      return WHEN_READY;
    }
    const backoff = this.backoffLeft(side);
    if (backoff > 0) return backoff;
    return reactor.mustYield() ? NEXT_TURN : DONE;
  }

  #currentWatch(waiting: { closedError(): OSError }): Watch {
    if (this.#watch === undefined || this.#watch.closed) {
      const { fd } = this.handle;
      if (fd < 0) throw waiting.closedError();
      this.#watch = reactor.watch(fd);
    }
    reactor.reference(this.#watch, this.#ref);
    return this.#watch;
  }
}

/** When to attempt a pending operation again. */
function pause(handle: Handle, lacking: Pending): number {
  if (lacking.yielded) return NEXT_TURN;
  return isUnannounced(handle, lacking) ? RETRY_MS : WHEN_READY;
}

/** The system call of an operation that waits on a side, if nothing else is known of it. */
const SYSCALLS: Readonly<Record<Side, string>> = {
  read: "recv",
  write: "send",
  error: "recvmsg",
  urgent: "poll",
  failure: "poll",
};

/** The end of an operation's time. */
interface Limit {
  readonly deadline: Deadline;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** A pending operation. */
class Waiting<P extends unknown[], T> implements Waiter, EventListenerObject {
  /** Resolves to the operation's result. */
  readonly promise: Promise<T>;
  readonly #driver: Driver;
  readonly #side: Side;
  /** Seconds, `null` for no limit. */
  readonly #timeout: number | null;
  readonly #signal: AbortSignal | undefined;
  readonly #operation: Attempting<P, T>;
  readonly #args: P;
  #resolve!: (result: T | Promise<never>) => void;
  #lacking: Pending | undefined;
  #watch: Watch | undefined;
  /** Apart, as most operations have none: idle connections are many, and wait with one of these. */
  #limit: Limit | undefined;

  constructor(
    driver: Driver,
    side: Side,
    timeout: number | null,
    signal: AbortSignal | undefined,
    operation: Attempting<P, T>,
    args: P,
    lacking: Pending | undefined,
  ) {
    this.#driver = driver;
    this.#side = side;
    this.#timeout = timeout;
    this.#signal = signal;
    this.#operation = operation;
    this.#args = args;
    this.#lacking = lacking;
    // This costs half of Promise.withResolvers; what rejects is left to the collector.
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Enters the queue and starts the timeout. */
  begin(watch: Watch, after: number): void {
    this.#watch = watch;
    reactor.add(watch, this.#side, this, after);
    this.#signal?.addEventListener("abort", this);
    if (this.#timeout) {
      this.#limit = { deadline: new Deadline(this.#timeout), timer: undefined };
      this.#arm(this.#limit);
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
      return pause(this.#driver.handle, result);
    } catch (error) {
      this.fail(error);
      return DONE;
    }
  }

  /** Rejects the promise; the error's stack shows who awaits it. */
  fail(error: unknown): void {
    this.#end();
    rejectFromCaller(this.#resolve, error);
  }

  /** Rejects the promise, as the socket was closed or detached. */
  forgotten(): void {
    const error = this.closedError();
    error.message += " (the socket was closed while this waited)";
    this.fail(error);
  }

  /** Makes the error of the operation on a closed socket. */
  closedError(): OSError {
    return osError(E_BAD_SOCKET, this.#syscall, this.#lacking?.address);
  }

  /** Handles the signal's `abort` event: rejects with the reason as it is. */
  handleEvent(): void {
    this.#leave(() => {
      this.#end();
      this.#resolve(Promise.reject(this.#signal!.reason));
    });
  }

  /** The system call that this waits to make. */
  get #syscall(): string {
    return this.#lacking?.syscall ?? this.#operation.syscall ??
      SYSCALLS[this.#side];
  }

  #once(): Attempt<T> {
    return this.#operation(this.#driver.handle, ...this.#args);
  }

  #arm(limit: Limit): void {
    const left = limit.deadline.milliseconds;
    if (left > 0) {
      limit.timer = setTimeout(() => this.#arm(limit), left);
      // The waiter decides whether the process stays alive, not its timer.
      Deno.unrefTimer(limit.timer);
      return;
    }
    // This thread may have been busy while the socket became ready in time: attempt once more.
    const isFirst = this.#watch![this.#side][0] === this;
    if (isFirst && this.attempt() === DONE) {
      reactor.remove(this.#watch!, this.#side, this);
    } else {
      this.#leave(() =>
        this.fail(timedOut(this.#syscall, this.#lacking?.address))
      );
    }
  }

  /** Leaves the queue early: resolves to what there is, or rejects. */
  #leave(reject: () => void): void {
    reactor.remove(this.#watch!, this.#side, this);
    const partial = this.#operation.partial?.();
    if (partial === undefined) return reject();
    this.#end();
    this.#resolve(partial);
  }

  #end(): void {
    if (this.#limit !== undefined) clearTimeout(this.#limit.timer);
    this.#signal?.removeEventListener("abort", this);
  }
}

setClosingListener((fd) => reactor.forget(fd));
