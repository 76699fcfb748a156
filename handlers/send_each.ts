/** Sending the same on many sockets, with one entry to the kernel where there is `io_uring`. */

import { driverOf } from "../async/base.ts";
import { AsyncSocket } from "../async/socket.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import { table } from "../constants/table.ts";
import {
  byteLengthOf,
  type Bytes,
  callersBytes,
  describe,
  iterable,
} from "../errors/arguments.ts";
import { E_BAD_SOCKET, EAGAIN, OSError, osError } from "../errors/errors.ts";
import { setNonBlocking } from "../ffi/descriptor.ts";
import type { Address } from "../socket/address/types.ts";
import {
  type Attempt,
  type Handle,
  handleOf,
  Pending,
} from "../socket/operations/attempt.ts";
import { send } from "../socket/operations/transfer.ts";
import { Socket } from "../socket/socket.ts";
import { DatagramChannel } from "./datagram.ts";
import type { Given } from "./open.ts";
import { lastingEngine } from "./ring_engine.ts";
import { channelOf, HandlerSocket } from "./socket.ts";
import type { StreamChannel } from "./stream.ts";

const MSG_DONTWAIT: number = table.constants.MSG_DONTWAIT ?? 0;

/** The fewest sockets and the most bytes with which `io_uring` saves something. */
const FEW = 8;
const MUCH = 0x10000;

/**
 * Sends the same bytes on each of many connected sockets, and never waits. On Linux with
 * `io_uring`, a thousand sockets take one entry to the kernel; elsewhere, each takes a call.
 *
 * While operations of an awaiting socket wait to send, it takes nothing. A socket that calls
 * handlers takes the bytes as its `write()` or `send()` does: what happens later is passed to the
 * handlers.
 *
 * @param sockets blocking or awaiting sockets, or those that call handlers, each once
 * @param data the bytes, at least one
 * @returns for each socket in order: how many bytes it took, 0 if there was no room, or the error
 * @throws {TypeError} if an argument is of a wrong type. Nothing was sent then
 * @throws {RangeError} if `data` is empty
 * @category Handlers
 *
 * @example News for everybody
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { socketpair } from "@libc/socket";
 * import { sendEach } from "@libc/socket/handlers";
 *
 * const pairs = Array.from({ length: 100 }, () => socketpair());
 * const taken = sendEach(
 *   pairs.map(([ours]) => ours),
 *   new TextEncoder().encode("news"),
 * );
 * assertEquals(taken, Array(100).fill(4));
 * for (const [ours, theirs] of pairs) {
 *   assertEquals(new TextDecoder().decode(theirs.recv(10)), "news");
 *   ours.close();
 *   theirs.close();
 * }
 * ```
 */
export function sendEach(
  sockets: Iterable<Given<Address> | HandlerSocket<unknown, Address>>,
  data: Bytes,
): (number | OSError)[] {
  const bytes = callersBytes("data", data);
  const length = byteLengthOf(bytes);
  if (length === 0) throw rangeError("data must not be empty");
  const all: AnySocket[] = [];
  for (const socket of iterable("sockets", sockets)) {
    if (!isSocket(socket)) {
      throw typeError(
        `sockets[${all.length}] must be a socket, not ${describe(socket)}`,
      );
    }
    all.push(socket);
  }
  const engine = length <= MUCH && all.length >= FEW
    ? lastingEngine()
    : undefined;
  const results = Array<number | OSError>(all.length).fill(0);
  const descriptors: number[] = [];
  const places: number[] = [];
  for (let i = 0; i < all.length; i++) {
    const socket = all[i];
    if (socket instanceof HandlerSocket) {
      results[i] = writtenTo(channelOf(socket), bytes, length);
      continue;
    }
    const handle = handleOf(socket);
    if (handle.fd < 0) results[i] = osError(E_BAD_SOCKET, "send");
    else if (socket instanceof AsyncSocket && !isFree(socket)) continue;
    else if (engine === undefined) results[i] = sentOn(handle, bytes);
    else {
      descriptors.push(handle.fd);
      places.push(i);
      results[i] = length;
    }
  }
  engine?.sendEach(descriptors, bytes, length, (index, result) => {
    results[places[index]] = result >= 0
      ? result
      : result === -EAGAIN
      ? 0
      : osError(-result, "send");
  });
  return results;
}

type AnySocket = Given<Address> | HandlerSocket<unknown, Address>;

function isSocket(value: unknown): value is AnySocket {
  return value instanceof Socket || value instanceof AsyncSocket ||
    value instanceof HandlerSocket;
}

/** Whether nobody is ahead of who sends now. */
function isFree(socket: AsyncSocket<Address>): boolean {
  return driverOf(socket).isFree("write");
}

function writtenTo(
  channel: unknown,
  data: Uint8Array<ArrayBuffer>,
  length: number,
): number | OSError {
  const { closed } = channel as StreamChannel | DatagramChannel;
  if (closed) return osError(E_BAD_SOCKET, "send");
  if (channel instanceof DatagramChannel) {
    return channel.send(data, undefined) ? length : 0;
  }
  return orError(() => (channel as StreamChannel).write(data));
}

function sentOn(
  handle: Handle,
  data: Uint8Array<ArrayBuffer>,
): number | OSError {
  // Without that flag, it takes the descriptor's mode to make a call not wait.
  const blocks = MSG_DONTWAIT === 0 && !handle.nonBlocking;
  if (blocks) setNonBlocking(handle.fd, true);
  const sent = orError(() => send(handle, data, MSG_DONTWAIT));
  if (blocks) setNonBlocking(handle.fd, false);
  return sent;
}

/** Makes an attempt: 0 if there is no room. */
function orError(attempt: () => Attempt<number>): number | OSError {
  try {
    const result = attempt();
    return result instanceof Pending ? 0 : result;
  } catch (error) {
    if (error instanceof OSError) return error;
    throw error;
  }
}
