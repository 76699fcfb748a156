/**
 * Awaiting sockets made from descriptors, pairs of awaiting sockets, and any descriptor awaited.
 */

import {
  type Bytes,
  descriptor,
  type FileDescriptor,
  optionsOf,
  timeoutSeconds,
} from "../errors/arguments.ts";
import { load } from "../ffi/libc.ts";
import type {
  Address,
  AddressOf,
  UnixAddress,
} from "../socket/address/types.ts";
import * as blocking from "../socket/descriptors.ts";
import { Handle, notifyClosing } from "../socket/operations/attempt.ts";
import { AsyncSocketBase, driverOf } from "./base.ts";
import { Driver, signalOf, type WaitOptions } from "./driver.ts";
import { reactor } from "./reactor.ts";
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

/**
 * Waits until any descriptor is readable: an eventfd, a timer, a process (`pidfd`), inotify, a TUN
 * device, a pipe, a socket of another library. trio's `wait_readable`.
 *
 * A descriptor is readable when reading would not wait: if there is data, at the end of the data,
 * and after an error, which reading then reports. A regular file always is. Nothing is read, and
 * nothing is reserved for the caller: another reader may be faster, so read from a descriptor that
 * does not block. On Windows only sockets can be waited for.
 *
 * Any number of tasks may wait for the same descriptor, where trio has a `BusyResourceError`: all
 * are woken, in the order of their calls, as long as it is still readable. If an operation of an
 * `AsyncSocket` with the same descriptor already waits to receive, it is served first.
 *
 * Who closes the descriptor calls {@linkcode notify_closing} before: the system says nothing to who
 * waits for it. (Sockets of this library do that by themselves.)
 *
 * @param fd the descriptor, or an object with a method `fileno()`
 * @param options `timeout` in seconds; `signal`: aborting it rejects with its reason
 * @throws {TimeoutError} if the timeout runs out
 * @throws {BlockingIOError} if the timeout is 0, and it is not readable
 * @throws {OSError} if the descriptor is not open, or {@linkcode notify_closing} was called
 * (`EBADF`)
 * @throws {TypeError} if `fd` is not a descriptor and has none, or an option has the wrong type
 * @throws {RangeError} if the timeout is out of bounds
 *
 * @example Wait for another descriptor than a socket's: standard input
 * ```ts ignore
 * import { wait_readable } from "@libc/socket/async";
 *
 * await wait_readable(0, { signal: AbortSignal.timeout(60_000) });
 * const line = new Uint8Array(4096);
 * console.log(Deno.stdin.readSync(line)); // does not block now
 * ```
 * @category Awaiting
 */
export function wait_readable(
  fd: FileDescriptor,
  options?: blocking.ReadinessOptions & WaitOptions,
): Promise<void> {
  return ready("read", fd, options);
}

/**
 * Waits until any descriptor is writable: until writing some bytes would not wait, or would fail at
 * once. Like {@linkcode wait_readable}; trio's `wait_writable`.
 *
 * @param fd the descriptor, or an object with a method `fileno()`
 * @param options `timeout` in seconds; `signal`: aborting it rejects with its reason
 * @throws {TimeoutError} if the timeout runs out
 * @throws {BlockingIOError} if the timeout is 0, and it is not writable
 * @throws {OSError} if the descriptor is not open, or {@linkcode notify_closing} was called
 * (`EBADF`)
 * @throws {TypeError} if `fd` is not a descriptor and has none, or an option has the wrong type
 * @throws {RangeError} if the timeout is out of bounds
 * @category Awaiting
 */
export function wait_writable(
  fd: FileDescriptor,
  options?: blocking.ReadinessOptions & WaitOptions,
): Promise<void> {
  return ready("write", fd, options);
}

async function ready(
  side: "read" | "write",
  file: FileDescriptor,
  options: blocking.ReadinessOptions & WaitOptions | undefined,
): Promise<void> {
  const signal = signalOf(options);
  const timeout = timeoutSeconds(optionsOf(options).timeout);
  if (file instanceof AsyncSocketBase) {
    return await driverOf(file)
      .drive(side, timeout, signal, blocking.readyAttempt, [side]);
  }
  const fd = descriptor("fd", file, -1);
  load();
  // The driver refers to the file, so that it is not collected and closed while this waits.
  const driver = new Driver(new Handle(fd, 0, 0, 0), Object(file));
  try {
    await driver.drive(side, timeout, signal, blocking.readyAttempt, [side]);
  } finally {
    reactor.release(fd);
  }
}

/**
 * Ends all waits for a descriptor that is about to be closed: they reject with `EBADF`. trio's
 * `notify_closing`. Call it before closing a descriptor that {@linkcode wait_readable} or
 * {@linkcode wait_writable} may wait for; the sockets of this library do that by themselves.
 *
 * @param fd the descriptor, or an object with a method `fileno()`. If nothing waits for it, this
 * does nothing
 * @throws {TypeError} if `fd` is not a descriptor and has none
 * @category Awaiting
 */
export function notify_closing(fd: FileDescriptor): void {
  notifyClosing(descriptor("fd", fd, -1));
}
