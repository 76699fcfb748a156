/**
 * Functions of several steps, written once for blocking and awaiting. Such a function is a
 * generator: it yields each step that may have to wait, and its driver performs the step and sends
 * the result back. A step is a resolver call or an operation on a socket. The hot operations have a
 * single step and do without a generator.
 */

import { codecOf } from "./address/registry.ts";
import type { Address } from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import type { Attempt } from "./operations/attempt.ts";
import type { Handle } from "./operations/handle.ts";
import { numericAddress } from "./resolver/addrinfo.ts";
import type { Lookup, Resolving } from "./resolver/call.ts";

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
