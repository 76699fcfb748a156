/** Sockets made from descriptors, pairs of sockets, and descriptors duplicated and closed. */

import { unavailable } from "../constants/missing.ts";
import { type Bytes, bytes, integer } from "../errors/arguments.ts";
import { ECONNRESET } from "../errors/errno.ts";
import { check } from "../errors/errors.ts";
import { errno, load, system } from "../ffi/libc.ts";
import type { Address, AddressOf, UnixAddress } from "./address/types.ts";
import { loseOwners } from "./operations/handle.ts";
import {
  asksNonBlocking,
  duplicateDescriptor,
  openPair,
} from "./operations/open.ts";
import { Socket, socketOf } from "./socket.ts";

/**
 * Makes a socket from a duplicate of a descriptor, which itself stays open.
 *
 * @param fd the descriptor
 * @param family its address family
 * @param type its socket type
 * @param proto its protocol
 * @returns the socket, which owns the duplicate
 * @throws {OSError} if the descriptor is not open (`EBADF`), or is not a socket (`ENOTSOCK`)
 */
export function fromfd<F extends number>(
  fd: number,
  family: F,
  type: number,
  proto = 0,
): Socket<AddressOf<F>> {
  const copy = duplicateDescriptor(fd);
  try {
    return new Socket(family, type, proto, copy);
  } catch (error) {
    close(copy);
    throw error;
  }
}

/**
 * Makes a socket from the bytes that another process's `share()` returned. Windows.
 *
 * @param info the bytes, which must be meant for this process
 * @returns the socket
 * @throws {OSError} if the bytes were used before, or are meant for another process
 * @throws {RangeError} if the number of bytes is wrong, or the platform is not Windows; elsewhere,
 * `recv_fds()` receives descriptors
 */
export function fromshare<A extends Address = Address>(
  info: Bytes,
): Socket<A> {
  if (!system.adopt) throw unavailable("fromshare");
  return new Socket<A>(0, 0, 0, bytes("info", info));
}

/**
 * Makes two sockets that are connected to each other. `socketpair(2)`; on Windows, which has no
 * such call, the ends of a TCP connection over the loopback interface.
 *
 * @param family the address family; if left out `AF_UNIX`, on Windows `AF_INET`
 * @param type the socket type, `SOCK_STREAM` if left out; `SOCK_NONBLOCK` sets the timeouts to 0
 * @param proto the protocol, 0 if left out
 * @throws {OSError} if the system does not support such a pair
 */
export function socketpair<F extends number | null | undefined = undefined>(
  family?: F,
  type?: number | null,
  proto?: number | null,
): [Socket<AddressOf<F, UnixAddress>>, Socket<AddressOf<F, UnixAddress>>] {
  const [a, b] = openPair(family, type, proto);
  const sockets: [
    Socket<AddressOf<F, UnixAddress>>,
    Socket<AddressOf<F, UnixAddress>>,
  ] = [
    socketOf(a),
    socketOf(b),
  ];
  if (asksNonBlocking(type)) {
    for (const socket of sockets) socket.settimeout(0);
  }
  return sockets;
}

/**
 * Duplicates a descriptor. Child processes do not inherit the duplicate.
 *
 * @param fd the descriptor
 * @returns the duplicate
 * @throws {OSError} if the descriptor is not open
 */
export function dup(fd: number): number {
  return duplicateDescriptor(fd);
}

/**
 * Closes a descriptor. A socket object of it counts as closed from then on.
 *
 * @param fd the descriptor
 * @throws {OSError} if it is not open
 */
export function close(fd: number): void {
  const descriptor = integer("fd", fd, -1);
  loseOwners(descriptor);
  const result = load().close(descriptor);
  if (result < 0 && errno() === ECONNRESET) return; // the peer's reset: closed anyway
  check(result, "close");
}
