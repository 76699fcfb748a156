/** How blocking sockets drive operations: an attempt, and a wait for the readiness that it lacks. */

import { EINTR } from "../errors/errno.ts";
import { osError, timedOut } from "../errors/errors.ts";
import { errno, load } from "../ffi/libc.ts";
import { Deadline } from "../poll/deadline.ts";
import { waitReady } from "../poll/ready.ts";
import type { Address } from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import { type Attempt, Pending } from "./operations/attempt.ts";
import { type Handle, handleOf } from "./operations/handle.ts";
import { Operation, type Steps } from "./steps.ts";

/** Drives an operation to its end. */
export function drive<P extends unknown[], T>(
  socket: SocketBase<Address>,
  attempt: (handle: Handle, ...args: P) => Attempt<T>,
  ...args: P
): T {
  const result = attempt(handleOf(socket), ...args);
  return complete(socket, result, attempt, ...args);
}

/**
 * Drives an operation to its end whose first attempt was made. The hot operations call that by its
 * name, so that the compiler can inline it; it usually succeeds.
 */
export function complete<P extends unknown[], T>(
  socket: SocketBase<Address>,
  result: Attempt<T>,
  attempt: (handle: Handle, ...args: P) => Attempt<T>,
  ...args: P
): T {
  return result instanceof Pending
    ? block(socket, result, attempt, args)
    : result;
}

/** Repeats an attempt each time the socket is ready, until it succeeds or the time has passed. */
function block<P extends unknown[], T>(
  socket: SocketBase<Address>,
  wait: Pending,
  attempt: (handle: Handle, ...args: P) => Attempt<T>,
  args: P,
): T {
  const { timeout } = socket;
  // The system itself waits for a blocking socket; only an interrupted connect must be waited for.
  if (timeout === 0 || (timeout === null && wait.errno !== EINTR)) {
    throw osError(wait.errno, wait.syscall);
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
    }
    if (left === 0) throw timedOut(wait.syscall);
  }
}

/** Drives a function of steps to its end. */
export function driveSteps<T>(steps: Steps<T>): T {
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
