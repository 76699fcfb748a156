/** Awaiting sockets made from descriptors, and pairs of awaiting sockets. */

import type { Bytes } from "../errors/arguments.ts";
import type {
  Address,
  AddressOf,
  UnixAddress,
} from "../socket/address/types.ts";
import * as blocking from "../socket/descriptors.ts";
import { AsyncSocket } from "./socket.ts";

/**
 * Makes a socket of a duplicate of a descriptor. Like the blocking `fromfd`, except that the
 * original becomes non-blocking too: both share their mode.
 *
 * @param fd the descriptor
 * @param family its address family
 * @param type its socket type
 * @param proto its protocol
 * @returns the socket, which owns the duplicate
 * @throws {OSError} if the descriptor is not open (`EBADF`), or is not a socket (`ENOTSOCK`)
 * @see {@link https://docs.python.org/3/library/socket.html#socket.fromfd}, `dup(2)`
 * @category Awaiting
 */
export function fromfd<F extends number>(
  fd: number,
  family: F,
  type: number,
  proto = 0,
): AsyncSocket<AddressOf<F>> {
  return AsyncSocket.from(blocking.fromfd(fd, family, type, proto));
}

/**
 * Makes a socket that another process shared by `share()`. Windows. Like the blocking `fromshare`.
 *
 * @param info the bytes that `share()` returned for this process
 * @returns the socket
 * @throws {OSError} if the bytes were used before, or are for another process
 * @throws {TypeError} if `info` is not bytes
 * @throws {RangeError} if `info` has the wrong length, or the platform cannot share sockets like
 * this
 * @see {@link https://docs.python.org/3/library/socket.html#socket.fromshare}
 * @category Awaiting
 */
export function fromshare<A extends Address = Address>(
  info: Bytes,
): AsyncSocket<A> {
  return AsyncSocket.from(blocking.fromshare<A>(info));
}

/**
 * Makes two sockets that are connected to each other. Like the blocking `socketpair`.
 *
 * @param family the address family; `AF_UNIX` if left out, on Windows `AF_INET`
 * @param type the socket type, `SOCK_STREAM` if left out; `SOCK_NONBLOCK` makes the timeouts 0
 * @param proto the protocol, 0 if left out
 * @returns the two sockets
 * @throws {OSError} if the system does not support such pairs
 * @see {@link https://docs.python.org/3/library/socket.html#socket.socketpair}, `socketpair(2)`
 * @category Awaiting
 */
export function socketpair<F extends number | null | undefined = undefined>(
  family?: F,
  type?: number | null,
  proto?: number | null,
): [
  AsyncSocket<AddressOf<F, UnixAddress>>,
  AsyncSocket<AddressOf<F, UnixAddress>>,
] {
  const [a, b] = blocking.socketpair(family, type, proto);
  return [AsyncSocket.from(a), AsyncSocket.from(b)];
}
