/** Receiving and sending bytes: the attempts of `recv`, `send` and their variants. */

import { MSG_TRUNC, SOCK_STREAM } from "../../constants/mod.ts";
import { rangeError, typeError } from "../../constants/stack.ts";
import {
  byteLengthOf,
  type Bytes,
  bytes,
  callersBytes,
  flagBits,
  integer,
  MAX_TRANSFER,
} from "../../errors/arguments.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { LastBuffer } from "../../ffi/memory.ts";
import type { Address } from "../address/types.ts";
import {
  type Attempt,
  type Attempting,
  decodeIncoming,
  encodeAddress,
  expectAddress,
  type Handle,
  incoming,
  incomingLength,
  outgoing,
  Pending,
  waitOrRetry,
} from "./attempt.ts";
import { table } from "../../constants/table.ts";
import { hasError } from "../../poll/ready.ts";

const pending = {
  recv: new Pending("read", "recv"),
  recvfrom: new Pending("read", "recvfrom"),
  send: new Pending("write", "send"),
  sendMore: new Pending("write", "send", { yielded: true }),
  sendto: new Pending("write", "sendto"),
} as const;

const lastReceived = new LastBuffer();
const lastShared = new LastBuffer(); // usually the shared buffer `received`
const lastSent = new LastBuffer();

// Usually fewer bytes arrive than were asked for. Receiving into a shared buffer and copying them
// out then costs less than allocating a buffer of the requested size.
const received = new Uint8Array(0x10000);

// The shared buffer for larger requests. It grows to the largest request so far.
let large = untouched(0);
/** The largest request that is received into {@linkcode large}, in bytes. */
const MAX_LARGE = 0x1000000;
/** How many bytes the last large request asked for. */
let asked = 0;
// A sender who fills half of a large buffer probably fills the next one too: that one gets a
// buffer of its own, which saves the copy.
let isFilling = false;
/** How much memory {@linkcode large} may keep from one call to the next, in bytes. */
const MAX_KEPT = 0x100000;

/**
 * Makes a buffer whose memory costs nothing until something is written to it: V8 maps the memory
 * of resizable buffers, whereas it fills that of others with zeros.
 */
function untouched(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(size, { maxByteLength: size }));
}

/** Returns the buffer to receive into, from which {@linkcode receivedBytes} takes the bytes. */
export function receiveBuffer(
  bufsize: number,
  flags: number,
): Uint8Array<ArrayBuffer> {
  // With MSG_TRUNC, TCP discards the bytes and leaves the buffer unchanged: a shared one would
  // expose what another socket received.
  const dedicated = (flags & MSG_TRUNC) !== 0;
  if (bufsize <= received.length) {
    return dedicated ? new Uint8Array(bufsize) : received;
  }
  asked = bufsize;
  if (dedicated || bufsize > MAX_LARGE) return untouched(bufsize);
  if (isFilling) {
    isFilling = false; // until this one is filled too
    return new Uint8Array(bufsize);
  }
  if (large.length < bufsize) large = untouched(bufsize);
  return large;
}

/** Returns the bytes that were received, which the caller may keep. */
export function receivedBytes(
  buffer: Uint8Array<ArrayBuffer>,
  count: number,
): Uint8Array<ArrayBuffer> {
  if (buffer === received) return buffer.slice(0, count);
  isFilling = count > MAX_KEPT || asked - count < count;
  // What was written to stays in memory, so a buffer with much of it is let go.
  if (count > MAX_KEPT) large = untouched(0);
  if (!buffer.buffer.resizable) {
    // count may exceed the buffer: with MSG_TRUNC it is the datagram's true length.
    return count >= buffer.length ? buffer : buffer.slice(0, count);
  }
  const bytes = new Uint8Array(count);
  bytes.set(buffer.subarray(0, count)); // slice() copies such a buffer four times slower
  return bytes;
}

/** Checks how many bytes to receive. */
export function bufferSize(name: string, value: unknown): number {
  return integer(name, value, 0, MAX_TRANSFER);
}

/** Checks how many bytes to receive into a buffer; 0 stands for all that it holds. */
export function receiveLength(buffer: Uint8Array, nbytes: unknown): number {
  const room = byteLengthOf(buffer);
  const length = bufferSize("nbytes", nbytes);
  if (length === 0) return Math.min(room, MAX_TRANSFER);
  if (length > room) {
    throw rangeError(
      `nbytes is greater than the length of the buffer (${length} > ${room})`,
    );
  }
  return length;
}

/** Attempts to receive bytes. */
export function recv(
  handle: Handle,
  bufsize: number,
  flags: number,
): Attempt<Uint8Array<ArrayBuffer>> {
  const bits = flagBits(flags);
  const size = bufferSize("bufsize", bufsize);
  if (size === 0) return new Uint8Array(0); // as in Python, not even an error is reported
  const buffer = receiveBuffer(size, bits);
  const count = receive(handle, buffer, size, bits, lastShared);
  return count instanceof Pending
    ? count
    : receivedBytes(buffer, Math.min(count, size));
}

/** Attempts to receive bytes into a buffer. */
export function recv_into(
  handle: Handle,
  buffer: Bytes,
  nbytes: number,
  flags: number,
): Attempt<number> {
  const bits = flagBits(flags);
  const view = callersBytes("buffer", buffer);
  const length = receiveLength(view, nbytes);
  return length === 0 ? 0 : receive(handle, view, length, bits, lastReceived);
}

function receive(
  handle: Handle,
  buffer: Uint8Array<ArrayBuffer>,
  length: number,
  flags: number,
  last: LastBuffer,
): Attempt<number> {
  const bits = flags | handle.dontWait;
  const pointer = last.pointerIfRepeated(buffer, byteLengthOf);
  for (;;) {
    const count = pointer === null
      ? libc.recv(handle.fd, buffer, length, bits)
      : libc.recv_at(handle.fd, pointer, length, bits);
    if (count >= 0) return count;
    const wait = waitOrRetry(pending.recv, undefined, flags);
    if (wait !== undefined) return wait;
  }
}

/** Attempts to receive bytes and the address they came from. */
export function recvfrom(
  handle: Handle,
  bufsize: number,
  flags: number,
): Attempt<[data: Uint8Array<ArrayBuffer>, address: Address | null]> {
  const bits = flagBits(flags);
  const size = bufferSize("bufsize", bufsize);
  const buffer = receiveBuffer(size, bits);
  const count = receiveFrom(handle, buffer, size, bits);
  if (count instanceof Pending) return count;
  return [receivedBytes(buffer, Math.min(count, size)), decodeIncoming(handle)];
}
recvfrom.syscall = "recvfrom";

/** Attempts to receive bytes into a buffer, and the address they came from. */
export function recvfrom_into(
  handle: Handle,
  buffer: Bytes,
  nbytes: number,
  flags: number,
): Attempt<[nbytes: number, address: Address | null]> {
  const bits = flagBits(flags);
  const view = callersBytes("buffer", buffer);
  const count = receiveFrom(handle, view, receiveLength(view, nbytes), bits);
  return count instanceof Pending ? count : [count, decodeIncoming(handle)];
}
recvfrom_into.syscall = "recvfrom";

function receiveFrom(
  handle: Handle,
  buffer: Uint8Array<ArrayBuffer>,
  length: number,
  flags: number,
): Attempt<number> {
  const bits = flags | handle.dontWait;
  for (;;) {
    expectAddress();
    const count = libc.recvfrom(
      handle.fd,
      buffer,
      length,
      bits,
      incoming.bytes,
      incomingLength,
    );
    if (count >= 0) return count;
    const wait = waitOrRetry(pending.recvfrom, undefined, flags);
    if (wait !== undefined) return wait;
  }
}

/** Attempts to send bytes, as many as the socket takes. */
export function send(
  handle: Handle,
  data: Bytes,
  flags: number,
): Attempt<number> {
  return sendBytes(handle, callersBytes("data", data), flagBits(flags));
}

function sendBytes(
  handle: Handle,
  data: Uint8Array<ArrayBuffer>,
  flags: number,
  maxChunk = MAX_TRANSFER,
): Attempt<number> {
  const length = Math.min(byteLengthOf(data), maxChunk);
  const bits = flags | handle.dontWait;
  const pointer = lastSent.pointerIfRepeated(data, byteLengthOf);
  for (;;) {
    const count = pointer === null
      ? libc.send(handle.fd, data, length, bits)
      : libc.send_at(handle.fd, pointer, length, bits);
    if (count >= 0) return count;
    const wait = waitOrRetry(pending.send, undefined, flags);
    if (wait !== undefined) return wait;
  }
}

/** The most bytes that one step of sending takes, which is less than a millisecond's work. */
export const MAX_STEP = 0x40000;

/**
 * Returns the attempt that sends all bytes. Each call continues where the last one stopped.
 *
 * @param stepwise whether an attempt yields after each part so that its driver can check the
 * deadline: if the reader is fast enough, the socket never fills up
 */
export function sendallAttempt(
  data: Bytes,
  flags: number,
  stepwise = false,
): (handle: Handle) => Attempt<undefined> {
  const view = callersBytes("data", data);
  const length = byteLengthOf(view);
  const bits = flagBits(flags);
  const maxChunk = stepwise ? MAX_STEP : MAX_TRANSFER;
  let rest = view;
  let sent = 0;
  return (handle) => {
    for (;;) {
      // While this waited, the buffer may have been transferred or have changed its size.
      if (byteLengthOf(rest) !== length - sent) {
        rest = remaining(view, length, sent);
      }
      const count = sendBytes(handle, rest, bits, maxChunk);
      if (count instanceof Pending) return count;
      sent += count;
      if (sent >= length) return undefined;
      rest = remaining(view, length, sent);
      if (stepwise) return pending.sendMore;
    }
  };
}

/** Returns what is left to send of data that had a length at first; it must still be there. */
function remaining(
  data: Uint8Array<ArrayBuffer>,
  length: number,
  sent: number,
): Uint8Array<ArrayBuffer> {
  const view = bytes("data", data);
  if (view.byteLength < length) {
    throw typeError("data: its ArrayBuffer became too small for it");
  }
  return view.subarray(sent, length);
}

/** Attempts to send bytes to an address, with or without flags before it. */
export function sendto(
  handle: Handle,
  data: Bytes,
  flagsOrAddress: unknown,
  address: unknown,
): Attempt<number> {
  const view = callersBytes("data", data);
  const flags = address === undefined ? 0 : flagBits(flagsOrAddress);
  const bits = flags | handle.dontWait;
  const to = address === undefined ? flagsOrAddress : address;
  const addressLength = encodeAddress(handle, to);
  const length = Math.min(byteLengthOf(view), MAX_TRANSFER);
  for (;;) {
    const count = libc.sendto(
      handle.fd,
      view,
      length,
      bits,
      outgoing.bytes,
      addressLength,
    );
    if (count >= 0) return count;
    const wait = waitOrRetry(pending.sendto, errno(), flags, to);
    if (wait !== undefined) return wait;
  }
}
sendto.syscall = "sendto";

// `MSG_WAITALL`, which the system ignores where a call must not wait: receives until all bytes are
// there.

const { MSG_WAITALL = 0, MSG_PEEK, MSG_OOB, MSG_DONTWAIT = 0 } =
  table.constants;
const MSG_ERRQUEUE: number = table.constants.MSG_ERRQUEUE ?? 0;
/** With one of these, a call returns what is there. */
const exceptions = MSG_PEEK | MSG_OOB | MSG_DONTWAIT | MSG_ERRQUEUE;

/** Whether flags ask for all bytes, and the system does not wait for them itself. */
export function mustAccumulate(handle: Handle, flags: unknown): boolean {
  return typeof flags === "number" && (flags & MSG_WAITALL) !== 0 &&
    (flags & exceptions) === 0 && handle.nonBlocking &&
    handle.type === SOCK_STREAM;
}

function accumulating<T>(
  view: Uint8Array<ArrayBuffer>,
  receive: (handle: Handle, into: Uint8Array<ArrayBuffer>) => Attempt<number>,
  result: (count: number) => T,
): Attempting<[], T> {
  let count = 0;
  const attempt = (handle: Handle): Attempt<T> => {
    while (count < view.byteLength) {
      // An error is the next call's to report: this one has bytes to return.
      if (count > 0 && hasError(handle.fd)) break;
      const received = receive(handle, view.subarray(count));
      if (received instanceof Pending) return received;
      if (received === 0) break;
      count += received;
    }
    return result(count);
  };
  return Object.assign(attempt, {
    partial: () => count > 0 ? result(count) : undefined,
  });
}

/** Returns the attempt of `recv` with `MSG_WAITALL`. */
export function recvAllAttempt(
  bufsize: number,
  flags: number,
): Attempting<[], Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(bufferSize("bufsize", bufsize));
  return accumulating(
    buffer,
    (handle, into) => recv_into(handle, into, 0, flags & ~MSG_WAITALL),
    (count) => count === buffer.length ? buffer : buffer.slice(0, count),
  );
}

/** Returns the attempt of `recv_into` with `MSG_WAITALL`. */
export function recvIntoAllAttempt(
  buffer: Bytes,
  nbytes: number,
  flags: number,
): Attempting<[], number> {
  const view = bytes("buffer", buffer);
  return accumulating(
    view.subarray(0, receiveLength(view, nbytes)),
    (handle, into) => recv_into(handle, into, 0, flags & ~MSG_WAITALL),
    (count) => count,
  );
}

/** Returns the attempt of `recvfrom` with `MSG_WAITALL`. */
export function recvfromAllAttempt(
  bufsize: number,
  flags: number,
): Attempting<[], [data: Uint8Array<ArrayBuffer>, address: Address | null]> {
  const buffer = new Uint8Array(bufferSize("bufsize", bufsize));
  return fromAll(
    buffer,
    flags,
    (count) => count === buffer.length ? buffer : buffer.slice(0, count),
  );
}

/** Returns the attempt of `recvfrom_into` with `MSG_WAITALL`. */
export function recvfromIntoAllAttempt(
  buffer: Bytes,
  nbytes: number,
  flags: number,
): Attempting<[], [nbytes: number, address: Address | null]> {
  const view = bytes("buffer", buffer);
  const part = view.subarray(0, receiveLength(view, nbytes));
  return fromAll(part, flags, (count) => count);
}

function fromAll<T>(
  view: Uint8Array<ArrayBuffer>,
  flags: number,
  result: (count: number) => T,
): Attempting<[], [T, Address | null]> {
  let address: Address | null = null; // the first sender's
  return accumulating(
    view,
    (handle, into) => {
      const received = recvfrom_into(handle, into, 0, flags & ~MSG_WAITALL);
      if (received instanceof Pending) return received;
      address ??= received[1];
      return received[0];
    },
    (count) => [result(count), address],
  );
}
