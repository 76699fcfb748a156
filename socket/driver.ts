/** The driver of blocking sockets: makes an attempt, waits for readiness, tries again. */

import { recaptured } from "../constants/stack.ts";
import { EINTR } from "../errors/errno.ts";
import { osError, timedOut } from "../errors/errors.ts";
import { isNonBlocking } from "../ffi/descriptor.ts";
import { errno, load } from "../ffi/libc.ts";
import { Deadline } from "../poll/deadline.ts";
import {
  interruptible,
  isInterrupted,
  throwIfInterrupted,
} from "../poll/interrupt.ts";
import { waitReady } from "../poll/ready.ts";
import type { Address } from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import {
  type Attempt,
  type Attempting,
  Pending,
} from "./operations/attempt.ts";
import { type Handle, handleOf } from "./operations/handle.ts";
import { timeoutOption } from "./operations/options.ts";
import { isUnannounced, RETRY_MS } from "./operations/room.ts";
import { Operation, type Steps } from "./steps.ts";

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
function pause(deadline: Deadline): void {
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
