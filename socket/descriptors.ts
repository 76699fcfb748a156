/** Sockets made from descriptors, pairs of sockets; descriptors duplicated, closed and passed. */

import { unavailable } from "../constants/table.ts";
import { type Bytes, bytes, instance, integer } from "../errors/arguments.ts";
import { check, ECONNRESET } from "../errors/errors.ts";
import { errno, load, system } from "../ffi/libc.ts";
import type {
  Address,
  AddressInput,
  AddressOf,
  UnixAddress,
} from "./address/types.ts";
import { loseOwners } from "./operations/attempt.ts";
import {
  asksNonBlocking,
  duplicateDescriptor,
  openPair,
} from "./operations/open.ts";
import { Socket, socketOf } from "./socket.ts";
import { drive } from "./driver.ts";
import { sendItemsAttempt } from "./operations/messages.ts";
import {
  descriptorItems,
  descriptorRoom,
  withDescriptors,
} from "./operations/ancillary.ts";

/**
 * Makes a socket from a duplicate of a descriptor, which itself stays open.
 *
 * @param fd the descriptor
 * @param family its address family
 * @param type its socket type
 * @param proto its protocol
 * @returns the socket, which owns the duplicate
 * @throws {OSError} if the descriptor is not open (`EBADF`), or is not a socket (`ENOTSOCK`)
 * @see {@link https://docs.python.org/3/library/socket.html#socket.fromfd}, `dup(2)`
 * @category Sockets
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
 * @see {@link https://docs.python.org/3/library/socket.html#socket.fromshare}
 * @category Sockets
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
 * @see {@link https://docs.python.org/3/library/socket.html#socket.socketpair}
 * @category Sockets
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
 * @see `dup(2)`
 * @category Sockets
 */
export function dup(fd: number): number {
  return duplicateDescriptor(fd);
}

/**
 * Closes a descriptor. A socket object of it counts as closed from then on.
 *
 * @param fd the descriptor
 * @throws {OSError} if it is not open
 * @see {@link https://docs.python.org/3/library/socket.html#socket.close}, `close(2)`
 * @category Sockets
 */
export function close(fd: number): void {
  const descriptor = integer("fd", fd, -1);
  loseOwners(descriptor);
  const result = load().close(descriptor);
  if (result < 0 && errno() === ECONNRESET) return; // the peer's reset: closed anyway
  check(result, "close");
}

// Passing descriptors between processes: `send_fds` and `recv_fds`.

/**
 * Sends a message with descriptors over a Unix socket. The receiver gets its own descriptors for
 * the same open files.
 *
 * Unlike in Python, `flags` and `address` are not ignored.
 *
 * @param sock the socket
 * @param buffers the bytes of the message; a stream needs at least one byte to carry descriptors
 * @param fds the descriptors, which stay open here
 * @param flags `MSG_` flags
 * @param address the destination, if the socket is not connected
 * @returns how many bytes were sent
 * @throws {OSError} if a descriptor is not open (`EBADF`), or there are too many (`EINVAL`; Linux
 * allows 253)
 * @throws {TypeError} if `fds` is not an iterable of integers
 * @see {@link https://docs.python.org/3/library/socket.html#socket.send_fds}, `unix(7)`
 * @category Messages
 */
export function send_fds<A extends Address>(
  sock: Socket<A>,
  buffers: Iterable<Bytes>,
  fds: Iterable<number>,
  flags = 0,
  address: AddressInput<A> | null = null,
): number {
  instance("sock", sock, Socket, "a Socket");
  return drive(
    sock,
    sendItemsAttempt(buffers, descriptorItems(fds), flags),
    address,
  );
}

/**
 * Receives a message with descriptors from a Unix socket. The caller must close them; they are
 * closed on `exec`. If the message has more than `maxfds`, the excess ones are closed, and the
 * returned flags have `MSG_CTRUNC`. A pidfd of the sender (`SO_PASSPIDFD`) is closed as well:
 * `recvmsg()` returns it.
 *
 * Unlike in Python, `flags` is not ignored.
 *
 * @param sock the socket
 * @param bufsize how many bytes at most
 * @param maxfds how many descriptors at most
 * @param flags `MSG_` flags
 * @returns the bytes, the descriptors, the message's flags and the sender's address
 * @throws {RangeError} if a size is out of bounds
 * @see {@link https://docs.python.org/3/library/socket.html#socket.recv_fds}, `unix(7)`
 * @category Messages
 */
export function recv_fds<A extends Address>(
  sock: Socket<A>,
  bufsize: number,
  maxfds: number,
  flags = 0,
): [
  data: Uint8Array<ArrayBuffer>,
  fds: number[],
  msg_flags: number,
  address: A,
] {
  instance("sock", sock, Socket, "a Socket");
  return withDescriptors(sock.recvmsg(bufsize, descriptorRoom(maxfds), flags));
}
