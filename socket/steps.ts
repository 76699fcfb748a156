/**
 * Functions of several steps, written once for blocking and awaiting. Such a function is a generator:
 * it yields each step that may take long, and its driver performs the step and sends the result back.
 * A step is a call of the resolver, or an operation on a socket.
 *
 * They serve where several steps make one function. The hot operations have one step, and no generator.
 */

import type { Address } from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import type { Attempt } from "./operations/attempt.ts";
import { type Handle, handleOf } from "./operations/handle.ts";
import { numericAddress } from "./resolver/addrinfo.ts";
import type { Lookup, Resolving } from "./resolver/call.ts";

/** An operation on a socket, to be driven to its end. */
export class Operation<T> {
  /** The socket. */
  readonly socket: SocketBase<Address>;
  /** Which readiness the operation may lack first. */
  readonly side: "read" | "write";
  /** The operation. */
  readonly attempt: (handle: Handle) => Attempt<T>;

  /** Takes note of an operation. */
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

/** A function of steps at work: it returns `T` in the end. */
export type Steps<T> = Generator<Step, T, never>;

/** The step of an operation on a socket. Returns the operation's result. */
export function* on<T>(
  socket: SocketBase<Address>,
  side: "read" | "write",
  attempt: (handle: Handle) => Attempt<T>,
): Generator<Operation<T>, T, T> {
  return yield new Operation(socket, side, attempt);
}

/** An address with a numeric host: a host name in it is resolved. */
export function* resolved(
  socket: SocketBase<Address>,
  address: unknown,
): Resolving<unknown> {
  const host = handleOf(socket).codec.hostname?.(address);
  return host === undefined
    ? address
    : yield* numericAddress(address as readonly unknown[], socket.family);
}
