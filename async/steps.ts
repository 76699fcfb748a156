/** Drives functions of several steps by awaiting each step. */

import { recaptured } from "../constants/stack.ts";
import type { Address } from "../socket/address/types.ts";
import {
  type Attempt,
  type Handle,
  handleOf,
} from "../socket/operations/attempt.ts";
import { numericAddress } from "../socket/resolver/addrinfo.ts";
import { Operation, type Steps } from "../socket/driver.ts";
import { type AsyncSocketBase, drive } from "./base.ts";
import { signalOf, type WaitOptions } from "./driver.ts";
import { performLookup } from "./resolver.ts";

/** Drives an operation of a function of steps. */
export type Perform = (
  socket: AsyncSocketBase<Address>,
  side: "read" | "write",
  options: WaitOptions | undefined,
  attempt: (handle: Handle) => Attempt<unknown>,
) => Promise<unknown>;

/**
 * Drives a function of steps to its end.
 *
 * @param steps the running function
 * @param options `{ signal }`: aborting it ends the pending step, and throws its reason in the
 * function
 * @param perform drives each operation; by default with the socket's timeout
 * @returns the function's result
 */
export async function driveSteps<T>(
  steps: Steps<T>,
  options?: WaitOptions,
  perform: Perform = drive,
): Promise<T> {
  const signal = signalOf(options);
  signal?.throwIfAborted();
  try {
    return await performSteps(steps, options, signal, perform);
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw error;
    throw recaptured(error, driveSteps);
  }
}

async function performSteps<T>(
  steps: Steps<T>,
  options: WaitOptions | undefined,
  signal: AbortSignal | undefined,
  perform: Perform,
): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    const { value } = step;
    let result: unknown;
    try {
      result = value instanceof Operation
        ? await perform(
          value.socket as AsyncSocketBase<Address>,
          value.side,
          options,
          value.attempt,
        )
        : await performLookup(value, signal);
    } catch (error) {
      step = steps.throw(error);
      // The reason may look like an error that the function handles. It ends the function anyway.
      if (signal?.aborted && error === signal.reason) {
        steps.return(undefined as never);
        throw error;
      }
      continue;
    }
    step = steps.next(result as never);
  }
  return step.value;
}

/** Calls `then` with the address once a host name in it is resolved, on another thread. */
export function whenResolved<T>(
  socket: AsyncSocketBase<Address>,
  address: unknown,
  options: WaitOptions | undefined,
  then: (address: unknown) => Promise<T>,
): Promise<T> {
  const host = handleOf(socket).codec.hostname?.(address);
  if (host === undefined) return then(address);
  const steps = numericAddress(address as readonly unknown[], socket.family);
  return driveSteps(steps, options).then(then);
}
