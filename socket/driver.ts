/**
 * The driver of blocking sockets: makes an attempt, waits for readiness, tries again. Also the
 * steps of functions that have several.
 */

import { codecOf } from "./address/registry.ts";
import type { Address } from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import {
  type Attempt,
  type Attempting,
  type Handle,
  handleOf,
  isUnannounced,
  Pending,
  RETRY_MS,
} from "./operations/attempt.ts";
import { numericAddress } from "./resolver/addrinfo.ts";
import type { Lookup, Resolving } from "./resolver/call.ts";
import { recaptured } from "../constants/stack.ts";
import { EINTR, osError, timedOut } from "../errors/errors.ts";
import { isNonBlocking } from "../ffi/descriptor.ts";
import { errno, load } from "../ffi/libc.ts";
import {
  Deadline,
  interruptible,
  isInterrupted,
  throwIfInterrupted,
  waitReady,
} from "../poll/ready.ts";
import { timeoutOption } from "./operations/open.ts";

// Functions of several steps, written once for blocking and awaiting. Such a function is a
// generator: it yields each step that may have to wait, and its driver performs the step and sends
// the result back. A step is a resolver call or an operation on a socket. The hot operations have a
// single step and do without a generator.

/** The step of performing an operation on a socket. */
export class Operation<T> {
  /** The socket. */
  readonly socket: SocketBase<Address>;
  /** The readiness that the operation may have to wait for first. */
  readonly side: "read" | "write";
  /** Makes one attempt of the operation. */
  readonly attempt: (handle: Handle) => Attempt<T>;

  /** Describes an operation for the driver. */
  constructor(
    socket: SocketBase<Address>,
    side: "read" | "write",
    attempt: (handle: Handle) => Attempt<T>,
  ) {
    this.socket = socket;
    this.side = side;
    this.attempt = attempt;
  }
}

/** What a function of steps yields. */
export type Step = Lookup | Operation<unknown>;

/** A running function of steps, which finally returns `T`. */
export type Steps<T> = Generator<Step, T, never>;

/** Yields an operation on a socket to the driver, and returns the operation's result. */
export function* on<T>(
  socket: SocketBase<Address>,
  side: "read" | "write",
  attempt: (handle: Handle) => Attempt<T>,
): Generator<Operation<T>, T, T> {
  return yield new Operation(socket, side, attempt);
}

/**
 * Returns an address of a family with a numeric host, resolving the host name in it if there is
 * one.
 */
export function* resolved(
  family: number,
  address: unknown,
): Resolving<unknown> {
  const host = codecOf(family).hostname?.(address);
  return host === undefined
    ? address
    : yield* numericAddress(address as readonly unknown[], family);
}

/**
 * Returns a socket's handle for the first attempt of an operation.
 *
 * @throws {KeyboardInterrupt} if an interrupt has come since the last call
 */
export function begin(socket: SocketBase<Address>): Handle {
  if (interruptible) throwIfInterrupted();
  return handleOf(socket);
}

/**
 * Whether an attempt that would go on for long yields after each part, so that its driver can look
 * at the deadline and for interrupts.
 *
 * @param timeout the socket's timeout in seconds
 */
export function isStepwise(timeout: number | null): boolean {
  return interruptible || Boolean(timeout);
}

/** Drives an operation until it has a result. */
export function drive<P extends unknown[], T>(
  socket: SocketBase<Address>,
  attempt: Attempting<P, T>,
  ...args: P
): T {
  const result = attempt(begin(socket), ...args);
  return complete(socket, result, attempt, ...args);
}

/**
 * Drives an operation whose first attempt has been made. The hot operations make that attempt by a
 * direct call, so that the compiler can inline it; it usually succeeds.
 */
export function complete<P extends unknown[], T>(
  socket: SocketBase<Address>,
  result: Attempt<T>,
  attempt: Attempting<P, T>,
  ...args: P
): T {
  return result instanceof Pending
    ? block(socket, result, attempt, args)
    : result;
}

/** Repeats an attempt each time the socket is ready, until it succeeds or the timeout expires. */
function block<P extends unknown[], T>(
  socket: SocketBase<Address>,
  wait: Pending,
  attempt: Attempting<P, T>,
  args: P,
): T {
  const { timeout } = socket;
  if (!mayWait(socket, wait)) {
    const partial = attempt.partial?.();
    if (partial !== undefined) return partial;
    throw osError(wait.errno, wait.syscall, wait.address);
  }
  const deadline = new Deadline(
    timeout ?? systemTimeout(socket, wait.readiness),
  );
  for (;;) {
    const left = deadline.seconds;
    const ready = waitReady(socket.fileno(), wait.readiness, left);
    if (ready < 0 && errno() !== EINTR) throw osError(errno(), "poll");
    if (interruptible && isInterrupted()) {
      // What has been received is returned; then the interrupt ends the next call.
      const partial = attempt.partial?.();
      if (partial !== undefined) return partial;
      throwIfInterrupted();
    }
    if (ready > 0) {
      const result = attempt(handleOf(socket), ...args);
      if (!(result instanceof Pending)) return result;
      wait = result;
      if (isUnannounced(handleOf(socket), wait)) pause(deadline);
    }
    if (left === 0) {
      const partial = attempt.partial?.();
      if (partial !== undefined) return partial;
      throw timeout === null
        ? osError(wait.errno, wait.syscall, wait.address)
        : timedOut(wait.syscall, wait.address);
    }
  }
}

/** Whether to wait for what an attempt lacks. */
function mayWait(socket: SocketBase<Address>, wait: Pending): boolean {
  const { timeout } = socket;
  if (timeout !== null) return timeout > 0;
  // On a blocking socket the system call waits, unless interrupts are to end it. An interrupted
  // connect is waited for here, and what did not wait because someone who shares the descriptor
  // made it non-blocking (but not what SO_RCVTIMEO or SO_SNDTIMEO ended).
  return !wait.unwanted &&
    (interruptible || wait.errno === EINTR || isNonBlocking(socket.fileno()));
}

/** The seconds after which the system would end the wait of a blocking socket. */
function systemTimeout(
  socket: SocketBase<Address>,
  readiness: Pending["readiness"],
): number | null {
  return interruptible && readiness !== "urgent"
    ? timeoutOption(handleOf(socket), readiness)
    : null;
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Lets some time pass, but not more than is left. */
export function pause(deadline: Deadline): void {
  const left = deadline.seconds;
  Atomics.wait(never, 0, 0, Math.min(RETRY_MS, (left ?? Infinity) * 1000));
}

/** Performs the steps of a generator function and returns its result. */
export function driveSteps<T>(steps: Steps<T>): T {
  try {
    return performSteps(steps);
  } catch (error) {
    throw recaptured(error, driveSteps); // the frames of generators would be all that is seen
  }
}

function performSteps<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) {
    const { value } = step;
    let result: unknown;
    try {
      result = value instanceof Operation
        ? drive(value.socket, value.attempt)
        : value.call(load());
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(result as never);
  }
  return step.value;
}
