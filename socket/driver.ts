/** The driver of blocking sockets: makes an attempt, waits for readiness, tries again. */

import { recaptured } from "../constants/stack.ts";
import { EINTR } from "../errors/errno.ts";
import { osError, timedOut } from "../errors/errors.ts";
import { isNonBlocking } from "../ffi/descriptor.ts";
import { errno, load } from "../ffi/libc.ts";
import { Deadline } from "../poll/deadline.ts";
import { waitReady } from "../poll/ready.ts";
import type { Address } from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import {
  type Attempt,
  type Attempting,
  Pending,
} from "./operations/attempt.ts";
import { handleOf } from "./operations/handle.ts";
import { isUnannounced, RETRY_MS } from "./operations/room.ts";
import { Operation, type Steps } from "./steps.ts";

/** Drives an operation until it has a result. */
export function drive<P extends unknown[], T>(
  socket: SocketBase<Address>,
  attempt: Attempting<P, T>,
  ...args: P
): T {
  const result = attempt(handleOf(socket), ...args);
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
  // On a blocking socket the system call waits. An interrupted connect is waited for here, and what
  // did not wait because someone who shares the descriptor made it non-blocking (but not what
  // SO_RCVTIMEO or SO_SNDTIMEO ended).
  const mayWait = timeout === null
    ? wait.errno === EINTR || isNonBlocking(socket.fileno())
    : timeout > 0;
  if (!mayWait) {
    const partial = attempt.partial?.();
    if (partial !== undefined) return partial;
    throw osError(wait.errno, wait.syscall, wait.address);
  }
  const deadline = new Deadline(timeout);
  for (;;) {
    const left = deadline.seconds;
    const ready = waitReady(socket.fileno(), wait.readiness, left);
    if (ready < 0 && errno() !== EINTR) throw osError(errno(), "poll");
    if (ready > 0) {
      const result = attempt(handleOf(socket), ...args);
      if (!(result instanceof Pending)) return result;
      wait = result;
      if (isUnannounced(handleOf(socket), wait)) pause(deadline);
    }
    if (left === 0) {
      const partial = attempt.partial?.();
      if (partial !== undefined) return partial;
      throw timedOut(wait.syscall, wait.address);
    }
  }
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
