/**
 * Every operation of a socket that may have to wait, written once: as an attempt that never waits
 * itself. It gives the result, throws, or says with a {@linkcode Wait} which readiness it lacks; then
 * it is called again with the same arguments. `Socket` drives attempts by blocking, `AsyncSocket` by
 * awaiting.
 *
 * The storage for addresses is shared by all attempts, as no two ever overlap.
 */

import {
  AF_ALG,
  MSG_TRUNC,
  SO_ERROR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from "../../constants/mod.ts";
import { setNonBlocking, settle } from "../../ffi/descriptor.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { LastBuffer } from "../../ffi/memory.ts";
import { traits } from "../../ffi/features.ts";
import { waitReady } from "../../poll/ready.ts";
import { sockaddrStorage } from "../address/codec.ts";
import { context } from "../resolver/context.ts";
import type { Address } from "../address/types.ts";
import {
  type Bytes,
  bytes,
  flagBits,
  integer,
  MAX_TRANSFER,
} from "../../errors/arguments.ts";
import { check, OSError, osError } from "../../errors/errors.ts";
import { Handle } from "./handle.ts";
import {
  CONNECTING,
  EAGAIN,
  EALREADY,
  EINTR,
  EISCONN,
  ENOTCONN,
  EWOULDBLOCK,
} from "../../errors/errno.ts";

/** What an attempt gives when it cannot go on: the readiness it lacks, and how that error reads. */
export class Wait {
  /** Whether the socket must become readable or writable. */
  readonly readiness: "read" | "write";
  /** The call that would have waited. */
  readonly syscall: string;
  /** The error number that a non-blocking socket reports. */
  readonly errno: number;
  /** Whether nothing is lacking: the attempt ended for its driver to look at the time. */
  readonly more: boolean;

  constructor(
    readiness: "read" | "write",
    syscall: string,
    { errno = EWOULDBLOCK, more = false } = {},
  ) {
    this.readiness = readiness;
    this.syscall = syscall;
    this.errno = errno;
    this.more = more;
  }
}

/** What one attempt of an operation gives. */
export type Attempt<T> = T | Wait;

const waits = {
  accept: new Wait("read", "accept"),
  connect: new Wait("write", "connect", { errno: CONNECTING }),
  connectInterrupted: new Wait("write", "connect", { errno: EINTR }),
  connectLater: new Wait("write", "connect"),
  recv: new Wait("read", "recv"),
  recvfrom: new Wait("read", "recvfrom"),
  send: new Wait("write", "send"),
  sendMore: new Wait("write", "send", { more: true }),
  sendto: new Wait("write", "sendto"),
} as const;

/**
 * Judges a call that returned -1: it would have to wait, or a signal interrupted it (`undefined`: to
 * be made again), or it failed.
 */
export function failed(wait: Wait, code = errno()): Wait | undefined {
  if (code === EAGAIN || code === EWOULDBLOCK) return wait;
  if (code === EINTR) return undefined;
  throw osError(code, wait.syscall);
}

/** Where {@linkcode encodeAddress} writes. */
export const outgoing = sockaddrStorage();
/** Where addresses that come are put, for {@linkcode decodeIncoming}. */
export const incoming = sockaddrStorage();
/** How much of it is filled. */
export const incomingLength = new Uint32Array(1);

/**
 * Writes an address into storage that the next call may pass to libc.
 *
 * @returns the storage's bytes and the address's length
 */
export function encodeAddress(h: Handle, address: unknown): number {
  return h.codec.encode(address, outgoing, h, context);
}

/** Binds a socket. Never waits. */
export function bind(h: Handle, address: unknown): void {
  const length = encodeAddress(h, address);
  check(libc.bind(h.fd, outgoing.bytes, length), "bind");
}

/** The address that came, if any did. */
export function decodeIncoming(h: Handle): Address | null {
  const length = Math.min(incomingLength[0], incoming.bytes.length);
  return length === 0 ? null : h.codec.decode(incoming, length, h, context);
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
  if (traits.namesPeerEarly) return waitReady(h.fd, "write", 0) > 0;
  expectAddress();
  return libc.getpeername(h.fd, incoming.bytes, incomingLength) === 0 ||
    errno() !== ENOTCONN;
}

function expectAddress(): void {
  incomingLength[0] = incoming.bytes.length;
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
    settle(accepted);
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
export function connection(
  address: unknown,
  patient = false,
): (h: Handle) => Attempt<undefined> {
  let started = false;
  let interrupted = false;
  return (h) => {
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

const lastReceived = new LastBuffer();
const lastShared = new LastBuffer(); // mostly `received`, which is nobody's
const lastSent = new LastBuffer();
const optionInt = new Int32Array(1);
const optionLength = new Uint32Array(1);

/** Reads an option that is an int. Never waits. */
export function intOption(h: Handle, level: number, optname: number): number {
  optionInt[0] = 0;
  optionLength[0] = optionInt.byteLength;
  check(
    libc.getsockopt(h.fd, level, optname, optionInt, optionLength),
    "getsockopt",
  );
  return optionInt[0];
}

/** Reads an option as bytes. Never waits. */
export function option(
  h: Handle,
  level: number,
  optname: number,
  buflen: number,
): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(buflen);
  optionLength[0] = buflen;
  check(
    libc.getsockopt(h.fd, level, optname, value, optionLength),
    "getsockopt",
  );
  return value.slice(0, optionLength[0]);
}

// Receiving into this and copying out what came is cheaper than a buffer of the size asked for, as
// what comes is mostly less. Larger requests get their own buffer.
const received = new Uint8Array(0x10000);

/** Where to receive bytes that are then copied out by {@linkcode receivedBytes}. */
export function receiveBuffer(
  bufsize: number,
  flags: number,
): Uint8Array<ArrayBuffer> {
  // With MSG_TRUNC, TCP discards and leaves the buffer as it was: nobody else's bytes may be there.
  const own = bufsize > received.length || (flags & MSG_TRUNC) !== 0;
  return own ? new Uint8Array(bufsize) : received;
}

/** The bytes that were received, for the caller to keep. */
export function receivedBytes(
  buffer: Uint8Array<ArrayBuffer>,
  count: number,
): Uint8Array<ArrayBuffer> {
  // count may exceed the buffer: with MSG_TRUNC it is the datagram's true length.
  return buffer !== received && count >= buffer.length
    ? buffer
    : buffer.slice(0, count);
}

/** Checks how many bytes to receive. */
export function bufferSize(name: string, value: unknown): number {
  return integer(name, value, 0, MAX_TRANSFER);
}

/** How many bytes to receive into a buffer: all of it, unless told fewer. */
function receiveLength(buffer: Uint8Array, nbytes: unknown): number {
  if (nbytes === 0) return Math.min(buffer.byteLength, MAX_TRANSFER);
  const length = bufferSize("nbytes", nbytes);
  if (length > buffer.byteLength) {
    throw new RangeError(
      `nbytes is greater than the length of the buffer (${length} > ${buffer.byteLength})`,
    );
  }
  return length;
}

/** Receives bytes. */
export function recv(
  h: Handle,
  bufsize: number,
  flags: number,
): Attempt<Uint8Array<ArrayBuffer>> {
  const bits = flagBits(flags);
  const size = bufferSize("bufsize", bufsize);
  const buffer = receiveBuffer(size, bits);
  const count = receive(h, buffer, size, bits, lastShared);
  return count instanceof Wait
    ? count
    : receivedBytes(buffer, Math.min(count, size));
}

/** Receives bytes into a buffer. */
export function recv_into(
  h: Handle,
  buffer: Bytes,
  nbytes: number,
  flags: number,
): Attempt<number> {
  const bits = flagBits(flags);
  const view = bytes("buffer", buffer);
  return receive(h, view, receiveLength(view, nbytes), bits, lastReceived);
}

function receive(
  h: Handle,
  buffer: Uint8Array<ArrayBuffer>,
  length: number,
  bits: number,
  last: LastBuffer,
): Attempt<number> {
  const pointer = last.pointerIfRepeated(buffer);
  for (;;) {
    const count = pointer === null
      ? libc.recv(h.fd, buffer, length, bits)
      : libc.recv_at(h.fd, pointer, length, bits);
    if (count >= 0) return count;
    const wait = failed(waits.recv);
    if (wait !== undefined) return wait;
  }
}

/** Receives bytes and the address they came from. */
export function recvfrom(
  h: Handle,
  bufsize: number,
  flags: number,
): Attempt<[data: Uint8Array<ArrayBuffer>, address: Address | null]> {
  const bits = flagBits(flags);
  const size = bufferSize("bufsize", bufsize);
  const buffer = receiveBuffer(size, bits);
  const count = receiveFrom(h, buffer, size, bits);
  if (count instanceof Wait) return count;
  return [receivedBytes(buffer, Math.min(count, size)), decodeIncoming(h)];
}

/** Receives bytes into a buffer, and the address they came from. */
export function recvfrom_into(
  h: Handle,
  buffer: Bytes,
  nbytes: number,
  flags: number,
): Attempt<[nbytes: number, address: Address | null]> {
  const bits = flagBits(flags);
  const view = bytes("buffer", buffer);
  const count = receiveFrom(h, view, receiveLength(view, nbytes), bits);
  return count instanceof Wait ? count : [count, decodeIncoming(h)];
}

function receiveFrom(
  h: Handle,
  buffer: Uint8Array<ArrayBuffer>,
  length: number,
  flags: number,
): Attempt<number> {
  for (;;) {
    expectAddress();
    const count = libc.recvfrom(
      h.fd,
      buffer,
      length,
      flags,
      incoming.bytes,
      incomingLength,
    );
    if (count >= 0) return count;
    const wait = failed(waits.recvfrom);
    if (wait !== undefined) return wait;
  }
}

/** Sends bytes, as many as the socket takes. */
export function send(h: Handle, data: Bytes, flags: number): Attempt<number> {
  return sendBytes(h, bytes("data", data), flagBits(flags));
}

function sendBytes(
  h: Handle,
  data: Uint8Array<ArrayBuffer>,
  flags: number,
  most = MAX_TRANSFER,
): Attempt<number> {
  const length = Math.min(data.byteLength, most);
  const pointer = lastSent.pointerIfRepeated(data);
  for (;;) {
    const count = pointer === null
      ? libc.send(h.fd, data, length, flags)
      : libc.send_at(h.fd, pointer, length, flags);
    if (count >= 0) return count;
    const wait = failed(waits.send);
    if (wait !== undefined) return wait;
  }
}

/** The most that one step of sending takes: less than a millisecond's work. */
export const STEP = 0x40000;

/**
 * Sends all bytes: the attempt that this gives goes on where it stopped when called again.
 *
 * @param stepwise whether an attempt is over after each part, for the driver to look at its deadline:
 * a reader that is fast enough would never let the socket fill
 */
export function sending(
  data: Bytes,
  flags: number,
  stepwise = false,
): (h: Handle) => Attempt<undefined> {
  const view = bytes("data", data);
  const bits = flagBits(flags);
  const most = stepwise ? STEP : MAX_TRANSFER;
  let sent = 0;
  return (h) => {
    for (;;) {
      const rest = sent === 0 ? view : view.subarray(sent);
      const count = sendBytes(h, rest, bits, most);
      if (count instanceof Wait) return count;
      sent += count;
      if (sent >= view.byteLength) return undefined;
      if (stepwise) return waits.sendMore;
    }
  };
}

/** Sends bytes to an address, with flags before the address or without. */
export function sendto(
  h: Handle,
  data: Bytes,
  flagsOrAddress: unknown,
  address: unknown,
): Attempt<number> {
  const view = bytes("data", data);
  const bits = address === undefined ? 0 : flagBits(flagsOrAddress);
  const addressLength = encodeAddress(
    h,
    address === undefined ? flagsOrAddress : address,
  );
  const length = Math.min(view.byteLength, MAX_TRANSFER);
  for (;;) {
    const count = libc.sendto(
      h.fd,
      view,
      length,
      bits,
      outgoing.bytes,
      addressLength,
    );
    if (count >= 0) return count;
    const wait = failed(waits.sendto);
    if (wait !== undefined) return wait;
  }
}
