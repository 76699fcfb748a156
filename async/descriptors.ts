/** Awaiting sockets of descriptors, and pairs of them. */

import type {
  Address,
  Family,
  InetAddress,
  UnixAddress,
} from "../socket/address/types.ts";
import type { Bytes } from "../errors/arguments.ts";
import { AsyncSocket } from "./socket.ts";
import * as blocking from "../socket/descriptors.ts";

/**
 * Makes a socket of a duplicate of a descriptor. Like the blocking `fromfd`; but the two share their
 * mode, so that the original is non-blocking too from then on.
 *
 * @param fd the descriptor
 * @param family its address family
 * @param type its socket type
 * @param proto its protocol
 * @throws {OSError} if the descriptor is not open, or is no socket
 */
export function fromfd<A extends Address>(
  fd: number,
  family: Family<A>,
  type: number,
  proto = 0,
): AsyncSocket<A> {
  return AsyncSocket.from(blocking.fromfd(fd, family, type, proto));
}

/**
 * Makes a socket of what another process shared by `share()`. Like the blocking `fromshare`.
 *
 * @param info the bytes that it gave, for this process
 * @throws {OSError} if they are spent, or for another process
 * @throws {RangeError} if they are no such bytes, or the platform shares no sockets so
 */
export function fromshare<A extends Address = InetAddress>(
  info: Bytes,
): AsyncSocket<A> {
  return AsyncSocket.from(blocking.fromshare<A>(info));
}

/**
 * Makes two sockets that are connected to each other. Like the blocking `socketpair`.
 *
 * @param family the address family, `AF_UNIX` if left out, on Windows `AF_INET`
 * @param type the socket type
 * @param proto the protocol
 * @throws {OSError} if the system has no such pairs
 */
export function socketpair<A extends Address = UnixAddress>(
  family?: Family<A> | null,
  type?: number | null,
  proto?: number | null,
): [AsyncSocket<A>, AsyncSocket<A>] {
  const [a, b] = blocking.socketpair(family, type, proto);
  return [AsyncSocket.from(a), AsyncSocket.from(b)];
}
