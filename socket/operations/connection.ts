/**
 * Establishing connections: bind, accept, connect, the first data with it, and the addresses of
 * both ends.
 */

import {
  AF_ALG,
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SO_ERROR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from "../../constants/mod.ts";
import {
  check,
  E_CONNECT_PENDING,
  EAGAIN,
  EALREADY,
  EINTR,
  EISCONN,
  ENOTCONN,
  EWOULDBLOCK,
  OSError,
  osError,
} from "../../errors/errors.ts";
import {
  isNonBlocking,
  setCommonFlags,
  setNonBlocking,
} from "../../ffi/descriptor.ts";
import { features } from "../../ffi/features.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { waitReady } from "../../poll/ready.ts";
import { sockaddrStorage } from "../address/codec.ts";
import type { Address, InetAddress } from "../address/types.ts";
import {
  addressGuard,
  type Attempt,
  type Attempting,
  decodeIncoming,
  encodeAddress,
  expectAddress,
  type Handle,
  incoming,
  incomingLength,
  newHandle,
  outgoing,
  Pending,
  waitOrRetry,
} from "./attempt.ts";
import { intOption } from "./open.ts";
import { table } from "../../constants/table.ts";
import type { Bytes } from "../../errors/arguments.ts";
import { send, sendto } from "./transfer.ts";

const pendingAccept = new Pending("read", "accept");

const pendingConnect = (address: unknown, errno?: number): Pending =>
  new Pending("write", "connect", { errno, address });

/** Binds a socket. Never waits. */
export function bind(handle: Handle, address: unknown): void {
  const length = encodeAddress(handle, address, true);
  check(libc.bind(handle.fd, outgoing.bytes, length), "bind", address);
}

/** Makes a socket a listener. Never waits. */
export function listen(handle: Handle, backlog: number): void {
  if (addressGuard !== undefined) checkUnbound(handle);
  check(libc.listen(handle.fd, backlog), "listen");
}

/** Asks for the address that `listen` gives a socket that has none: any host, and any port. */
function checkUnbound(handle: Handle): void {
  addressGuard!.checkNew(handle);
  if (handle.family !== AF_INET && handle.family !== AF_INET6) return;
  expectAddress();
  const { fd } = handle;
  if (libc.getsockname(fd, incoming.bytes, incomingLength) < 0) return; // `listen` will fail
  const [, port] = decodeIncoming(handle) as InetAddress;
  if (port !== 0) return;
  addressGuard!.checkAddress(handle, incoming, incomingLength[0], true);
}

/** Returns one of a socket's two addresses. Never waits. */
export function addressOfEnd(
  handle: Handle,
  call: "getsockname" | "getpeername",
): Address | null {
  expectAddress();
  check(libc[call](handle.fd, incoming.bytes, incomingLength), call);
  return decodeIncoming(handle);
}

function hasPeer(handle: Handle): boolean {
  if (features.peerNameBeforeConnected) {
    return waitReady(handle.fd, "write", 0) > 0;
  }
  expectAddress();
  return libc.getpeername(handle.fd, incoming.bytes, incomingLength) === 0 ||
    errno() !== ENOTCONN;
}

/**
 * Makes the open file description non-blocking again if the socket needs that: another process, or
 * a duplicate, may have changed it. For the calls that take no `MSG_DONTWAIT`.
 */
export function ensureNonBlocking(handle: Handle): void {
  if (handle.nonBlocking && !isNonBlocking(handle.fd)) {
    handle.makeNonBlocking();
  }
}

/** Attempts to take a connection from a listener's queue. */
export function accept(
  handle: Handle,
  nonBlocking: boolean,
): Attempt<[handle: Handle, address: Address | null]> {
  ensureNonBlocking(handle);
  for (;;) {
    expectAddress();
    const fd = acceptDescriptor(handle, nonBlocking);
    if (fd >= 0) {
      const { family, type, proto } = handle;
      const accepted = newHandle(fd, family, type, proto);
      try {
        return [accepted, decodeIncoming(handle)];
      } catch (error) {
        accepted.close();
        throw error;
      }
    }
    const wait = waitOrRetry(pendingAccept);
    if (wait !== undefined) return wait;
  }
}

function acceptDescriptor(handle: Handle, nonBlocking: boolean): number {
  // AF_ALG sockets have no addresses, and their accept fails if asked for one.
  const address = handle.family === AF_ALG ? null : incoming.bytes;
  const length = address && incomingLength;
  if (address === null) incomingLength[0] = 0;
  if (libc.accept4) {
    const flags = nonBlocking ? SOCK_CLOEXEC | SOCK_NONBLOCK : SOCK_CLOEXEC;
    return libc.accept4(handle.fd, address, length, flags);
  }
  const accepted = libc.accept(handle.fd, address, length);
  if (accepted >= 0) {
    setCommonFlags(accepted);
    // On the BSDs an accepted socket inherits the listener's blocking mode.
    setNonBlocking(accepted, nonBlocking);
  }
  return accepted;
}

const unspecified = sockaddrStorage().bytes; // AF_UNSPEC is 0

/**
 * Dissolves a connection. Linux would otherwise report the failed one once more, as ECONNABORTED,
 * in place of connecting again. Families that cannot do this need not: it fails.
 */
function disconnect(handle: Handle): void {
  libc.connect(handle.fd, unspecified, unspecified.length);
}

/**
 * Returns the attempt that connects. Its first call starts the connection, and later calls check
 * whether it is established, because `connect` must not be called twice.
 *
 * @param waitForPrevious whether to wait for a connection that is under way already, where
 * `connect` fails
 */
export function connectAttempt(
  waitForPrevious = false,
): Attempting<[address: unknown], undefined> {
  let started = false;
  let interrupted = false;
  const attempt = (handle: Handle, address: unknown): Attempt<undefined> => {
    if (started) {
      if (finishConnecting(handle, "connect", address)) return undefined;
      // A spurious wakeup: there is no peer yet, so wait again. But if a signal interrupted
      // connect, the kernel may have given up, as it does when waiting for room in the queue of a
      // Unix listener: then call it again.
      if (!interrupted) return pendingConnect(address, E_CONNECT_PENDING);
    }
    ensureNonBlocking(handle);
    const length = encodeAddress(handle, address);
    if (libc.connect(handle.fd, outgoing.bytes, length) === 0) return undefined;
    const code = errno();
    // The queue of a Unix listener is full.
    if (code === EAGAIN && handle.family === AF_UNIX) {
      return pendingConnect(address);
    }
    if (waitForPrevious && code === EISCONN && handle.connecting) {
      // The previous connection is now established. Linux reports that as success, others do not.
      handle.connecting = false;
      return undefined;
    }
    const underWay = code === E_CONNECT_PENDING || code === EINTR ||
      ((waitForPrevious || interrupted) && code === EALREADY);
    if (!underWay) throw osError(code, "connect", address);
    started = handle.connecting = true;
    interrupted ||= code === EINTR;
    return pendingConnect(address, interrupted ? EINTR : E_CONNECT_PENDING);
  };
  return Object.assign(attempt, { syscall: "connect" });
}

/**
 * Whether a connection that was started is established.
 *
 * @throws {OSError} if it failed
 */
export function finishConnecting(
  handle: Handle,
  syscall: string,
  address?: unknown,
): boolean {
  const error = intOption(handle, SOL_SOCKET, SO_ERROR);
  handle.connecting = error === 0 && !hasPeer(handle);
  if (error !== 0) {
    if (features.failedConnectionStays) disconnect(handle);
    throw osError(error, syscall, address);
  }
  return !handle.connecting;
}

/** Returns what `connect_ex` returns for the error of a failed connect; rethrows other errors. */
export function connectionErrno(error: unknown): number {
  if (!(error instanceof OSError) || error.syscall !== "connect") throw error;
  return error.errno ?? EWOULDBLOCK; // a timeout has no error number
}

// `MSG_FASTOPEN`: sending that connects, where the call may not wait for the connection.

const MSG_FASTOPEN: number = table.constants.MSG_FASTOPEN ?? 0;

/** Whether flags ask for a connection. */
export function opensFast(flags: unknown): flags is number {
  return typeof flags === "number" && (flags & MSG_FASTOPEN) !== 0;
}

/**
 * Returns the attempt of sending with `MSG_FASTOPEN`. If the system has a cookie of the peer, the
 * data goes with the SYN. If not, the call only starts to connect, and the data is sent once the
 * connection is established.
 *
 * @param send attempts to send, with flags, to an address or `null`
 * @param flags the flags
 * @param syscall the name of the system call
 */
export function fastOpenAttempt(
  send: (handle: Handle, flags: number, address: unknown) => Attempt<number>,
  flags: number,
  syscall: string,
): (handle: Handle, address: unknown) => Attempt<number> {
  let started = false;
  const connecting = new Pending("write", syscall, {
    errno: E_CONNECT_PENDING,
  });
  return (handle, address) => {
    if (!started) {
      try {
        return send(handle, flags, address);
      } catch (error) {
        if (!(error instanceof OSError) || error.errno !== E_CONNECT_PENDING) {
          throw error;
        }
        started = handle.connecting = true;
        return connecting;
      }
    }
    if (handle.connecting && !finishConnecting(handle, syscall, address)) {
      return connecting;
    }
    return send(handle, flags & ~MSG_FASTOPEN, null);
  };
}

/** Returns the attempt of `sendto` with `MSG_FASTOPEN` among its flags. */
export function sendtoFastOpenAttempt(
  data: Bytes,
  flags: number,
): (handle: Handle, address: unknown) => Attempt<number> {
  return fastOpenAttempt(
    (handle, flags, address) =>
      address === null
        ? send(handle, data, flags)
        : sendto(handle, data, flags, address),
    flags,
    "sendto",
  );
}
