/** How connections begin, and their two ends: bind, accept, connect, and both addresses. */

import {
  AF_ALG,
  SO_ERROR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from "../../constants/mod.ts";
import {
  CONNECTING,
  EAGAIN,
  EALREADY,
  EINTR,
  EISCONN,
  ENOTCONN,
  EWOULDBLOCK,
} from "../../errors/errno.ts";
import { check, OSError, osError } from "../../errors/errors.ts";
import { setCommonFlags, setNonBlocking } from "../../ffi/descriptor.ts";
import { features } from "../../ffi/features.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { waitReady } from "../../poll/ready.ts";
import type { Address } from "../address/types.ts";
import { type Attempt, failed, Wait } from "./attempt.ts";
import { Handle } from "./handle.ts";
import { intOption } from "./options.ts";
import {
  decodeIncoming,
  encodeAddress,
  expectAddress,
  incoming,
  incomingLength,
  outgoing,
} from "./storage.ts";

const waits = {
  accept: new Wait("read", "accept"),
  connect: new Wait("write", "connect", { errno: CONNECTING }),
  connectInterrupted: new Wait("write", "connect", { errno: EINTR }),
  connectLater: new Wait("write", "connect"),
} as const;

/** Binds a socket. Never waits. */
export function bind(h: Handle, address: unknown): void {
  const length = encodeAddress(h, address);
  check(libc.bind(h.fd, outgoing.bytes, length), "bind");
}

/** Asks for one of a socket's two addresses. Never waits. */
export function addressOfEnd(
  h: Handle,
  call: "getsockname" | "getpeername",
): Address | null {
  expectAddress();
  check(libc[call](h.fd, incoming.bytes, incomingLength), call);
  return decodeIncoming(h);
}

function hasPeer(h: Handle): boolean {
  if (features.peerNameBeforeConnected) return waitReady(h.fd, "write", 0) > 0;
  expectAddress();
  return libc.getpeername(h.fd, incoming.bytes, incomingLength) === 0 ||
    errno() !== ENOTCONN;
}

/** Takes a connection from a listener's queue. */
export function accept(
  h: Handle,
  nonBlocking: boolean,
): Attempt<[handle: Handle, address: Address | null]> {
  for (;;) {
    expectAddress();
    const fd = acceptDescriptor(h, nonBlocking);
    if (fd >= 0) {
      const accepted = new Handle(fd, h.family, h.type, h.proto);
      try {
        return [accepted, decodeIncoming(h)];
      } catch (error) {
        accepted.close();
        throw error;
      }
    }
    const wait = failed(waits.accept);
    if (wait !== undefined) return wait;
  }
}

function acceptDescriptor(h: Handle, nonBlocking: boolean): number {
  // The kernel's algorithms have no address to give, and refuse to be asked for one.
  const address = h.family === AF_ALG ? null : incoming.bytes;
  const length = address && incomingLength;
  if (address === null) incomingLength[0] = 0;
  if (libc.accept4) {
    const flags = nonBlocking ? SOCK_CLOEXEC | SOCK_NONBLOCK : SOCK_CLOEXEC;
    return libc.accept4(h.fd, address, length, flags);
  }
  const accepted = libc.accept(h.fd, address, length);
  if (accepted >= 0) {
    setCommonFlags(accepted);
    // On the BSDs an accepted socket has its listener's mode.
    setNonBlocking(accepted, nonBlocking);
  }
  return accepted;
}

/**
 * Connects: the attempt that this gives starts the connection when first called, and settles it when
 * called again, for `connect` may not be made twice.
 *
 * @param patient whether to wait for what a non-blocking `connect` refuses to wait for: a connection
 * that is under way already, room in the queue of a Unix listener
 */
export function connectAttempt(
  patient = false,
): (h: Handle, address: unknown) => Attempt<undefined> {
  let started = false;
  let interrupted = false;
  return (h, address) => {
    if (started) {
      const error = intOption(h, SOL_SOCKET, SO_ERROR);
      h.connecting = error === 0 && !hasPeer(h);
      if (error !== 0) throw osError(error, "connect");
      if (!h.connecting) return undefined;
      // Woken for nothing? Then it has no peer yet. But what a signal interrupts may also have been
      // given up, as the wait for room in the queue of a Unix listener is: it is begun anew.
      if (!interrupted) return waits.connect;
    }
    const length = encodeAddress(h, address);
    if (libc.connect(h.fd, outgoing.bytes, length) === 0) return undefined;
    const code = errno();
    if (patient && code === EAGAIN) return waits.connectLater;
    if (patient && code === EISCONN && h.connecting) { // it stands meanwhile, as Linux says itself
      h.connecting = false;
      return undefined;
    }
    const underWay = code === CONNECTING || code === EINTR ||
      ((patient || interrupted) && code === EALREADY);
    if (!underWay) throw osError(code, "connect");
    started = h.connecting = true;
    interrupted ||= code === EINTR;
    return interrupted ? waits.connectInterrupted : waits.connect;
  };
}

/** What `connect_ex` gives for the error of a failed connection; other errors are thrown on. */
export function connectionErrno(error: unknown): number {
  if (!(error instanceof OSError) || error.syscall !== "connect") throw error;
  return error.errno ?? EWOULDBLOCK; // a timeout has no number of its own
}
