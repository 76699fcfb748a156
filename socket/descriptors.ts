/**
 * Sockets made from descriptors, pairs of sockets; descriptors duplicated, closed, passed and
 * waited for.
 */

import { unavailable } from "../constants/table.ts";
import {
  type Bytes,
  bytes,
  descriptor,
  type FileDescriptor,
  instance,
  integer,
  optionsOf,
  timeoutSeconds,
} from "../errors/arguments.ts";
import {
  check,
  E_BAD_SOCKET,
  ECONNRESET,
  EINTR,
  osError,
  timedOut,
} from "../errors/errors.ts";
import { errno, load, system } from "../ffi/libc.ts";
import {
  Deadline,
  interruptible,
  throwIfInterrupted,
  waitReady,
  wasNotOpen,
} from "../poll/ready.ts";
import type {
  Address,
  AddressInput,
  AddressOf,
  UnixAddress,
} from "./address/types.ts";
import {
  type Attempt,
  type Handle,
  loseOwners,
  Pending,
} from "./operations/attempt.ts";
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

// Waiting for any descriptor.

/**
 * Options of {@linkcode wait_readable} and {@linkcode wait_writable}.
 * @category Sockets
 */
export interface ReadinessOptions {
  /** How many seconds to wait at most; 0 not to wait, `null` (or left out) for no limit. */
  readonly timeout?: number | null | undefined;
}

/**
 * Waits until any descriptor is readable: an eventfd, a timer, a process (`pidfd`), a TUN device, a
 * pipe, a socket of another library. trio's `wait_readable`, blocking.
 *
 * A descriptor is readable when reading would not wait: if there is data, at the end of the data,
 * and after an error, which reading then reports. A regular file always is. Nothing is read, and
 * nothing is reserved for the caller: another reader may be faster, so read from a descriptor that
 * does not block. On Windows only sockets can be waited for.
 *
 * @param fd the descriptor, or an object with a method `fileno()`
 * @param options `{ timeout }`
 * @throws {TimeoutError} if the timeout runs out
 * @throws {BlockingIOError} if the timeout is 0, and it is not readable
 * @throws {OSError} if the descriptor is not open (`EBADF`)
 * @throws {TypeError} if `fd` is not a descriptor and has none, or an option has the wrong type
 * @throws {RangeError} if the timeout is out of bounds
 *
 * @example Wait for data or for a second, whichever comes first
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { socketpair, TimeoutError, wait_readable } from "@libc/socket";
 *
 * const [a, b] = socketpair();
 * using _a = a;
 * using _b = b;
 * assertThrows(() => wait_readable(a, { timeout: 0.01 }), TimeoutError);
 * b.send(new Uint8Array(1));
 * wait_readable(a, { timeout: 1 });
 * ```
 * @category Sockets
 */
export function wait_readable(
  fd: FileDescriptor,
  options?: ReadinessOptions,
): void {
  waitFor("read", fd, options);
}

/**
 * Waits until any descriptor is writable: until writing some bytes would not wait, or would fail at
 * once. Like {@linkcode wait_readable}; trio's `wait_writable`, blocking.
 *
 * @param fd the descriptor, or an object with a method `fileno()`
 * @param options `{ timeout }`
 * @throws {TimeoutError} if the timeout runs out
 * @throws {BlockingIOError} if the timeout is 0, and it is not writable
 * @throws {OSError} if the descriptor is not open (`EBADF`)
 * @throws {TypeError} if `fd` is not a descriptor and has none, or an option has the wrong type
 * @throws {RangeError} if the timeout is out of bounds
 * @category Sockets
 */
export function wait_writable(
  fd: FileDescriptor,
  options?: ReadinessOptions,
): void {
  waitFor("write", fd, options);
}

function waitFor(
  side: "read" | "write",
  file: FileDescriptor,
  options: ReadinessOptions | undefined,
): void {
  const timeout = timeoutSeconds(optionsOf(options).timeout);
  const fd = descriptor("fd", file, -1);
  load();
  const deadline = new Deadline(timeout);
  for (;;) {
    const left = deadline.seconds;
    const ready = isReady(fd, side, left);
    if (interruptible) throwIfInterrupted();
    if (ready) return;
    if (timeout === 0) throw osError(notReady[side].errno, "poll");
    if (left === 0) throw timedOut("poll");
  }
}

const notReady = {
  read: new Pending("read", "poll"),
  write: new Pending("write", "poll"),
};

/** Waits for a descriptor; a signal may end that early. Returns whether it is ready. */
function isReady(
  fd: number,
  side: "read" | "write",
  seconds: number | null,
): boolean {
  // poll(2) ignores a negative descriptor.
  if (fd < 0) throw osError(E_BAD_SOCKET, "poll");
  const ready = waitReady(fd, side, seconds);
  if (ready < 0 && errno() !== EINTR) throw osError(errno(), "poll");
  if (ready > 0 && wasNotOpen()) throw osError(E_BAD_SOCKET, "poll");
  return ready > 0;
}

/** Attempts to wait for a readiness: it is there, or the attempt is pending. */
export function readyAttempt(
  { fd }: Handle,
  side: "read" | "write",
): Attempt<void> {
  return isReady(fd, side, 0) ? undefined : notReady[side];
}
