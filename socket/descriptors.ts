/** Sockets of descriptors, and pairs of sockets. */

import { unavailable } from "../constants/missing.ts";
import { type Bytes, bytes, integer } from "../errors/arguments.ts";
import { ECONNRESET } from "../errors/errno.ts";
import { check } from "../errors/errors.ts";
import { errno, load, system } from "../ffi/libc.ts";
import type {
  Address,
  Family,
  InetAddress,
  UnixAddress,
} from "./address/types.ts";
import { notifyClosing } from "./operations/handle.ts";
import {
  asksNonBlocking,
  duplicateDescriptor,
  openPair,
} from "./operations/open.ts";
import { Socket, socketOf } from "./socket.ts";

/**
 * Makes a socket of a duplicate of a descriptor; the original stays as it is.
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
): Socket<A> {
  const copy = duplicateDescriptor(fd);
  try {
    return new Socket<A>(family, type, proto, copy);
  } catch (error) {
    close(copy);
    throw error;
  }
}

/**
 * Makes a socket of what another process shared by `share()`. Windows.
 *
 * @param info the bytes that it gave, for this process
 * @throws {OSError} if they are spent, or for another process
 * @throws {RangeError} if they are no such bytes, or the platform shares no sockets so: `recv_fds()`
 * receives descriptors there
 */
export function fromshare<A extends Address = InetAddress>(
  info: Bytes,
): Socket<A> {
  if (!system.adopt) throw unavailable("fromshare");
  return new Socket<Address>(0, 0, 0, bytes("info", info)) as Socket<A>;
}

/**
 * Makes two sockets that are connected to each other. `socketpair(2)`; Windows has none, so that they
 * are a TCP connection over the loopback interface there.
 *
 * @param family the address family, `AF_UNIX` if left out, on Windows `AF_INET`
 * @param type the socket type; `SOCK_NONBLOCK` makes the timeouts 0
 * @param proto the protocol
 * @throws {OSError} if the system has no such pairs
 */
export function socketpair<A extends Address = UnixAddress>(
  family?: Family<A> | null,
  type?: number | null,
  proto?: number | null,
): [Socket<A>, Socket<A>] {
  const [a, b] = openPair(family, type, proto);
  const sockets: [Socket<A>, Socket<A>] = [socketOf<A>(a), socketOf<A>(b)];
  if (asksNonBlocking(type)) {
    for (const socket of sockets) socket.settimeout(0);
  }
  return sockets;
}

/**
 * Duplicates a descriptor; the duplicate is not inherited by child processes.
 *
 * @param fd the descriptor
 * @returns the duplicate
 * @throws {OSError} if the descriptor is not open
 */
export function dup(fd: number): number {
  return duplicateDescriptor(fd);
}

/**
 * Closes a descriptor.
 *
 * @param fd the descriptor
 * @throws {OSError} if it is not open
 */
export function close(fd: number): void {
  notifyClosing(integer("fd", fd, -1));
  const result = load().close(fd);
  if (result < 0 && errno() === ECONNRESET) return; // the peer's reset is no failure to close
  check(result, "close");
}
