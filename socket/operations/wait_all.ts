/**
 * `MSG_WAITALL`, which the system ignores where a call must not wait: receives until all bytes are
 * there.
 */

import { SOCK_STREAM } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { type Bytes, bytes } from "../../errors/arguments.ts";
import { hasError } from "../../poll/ready.ts";
import type { Address } from "../address/types.ts";
import { type Attempt, type Attempting, Pending } from "./attempt.ts";
import type { Handle } from "./handle.ts";
import {
  bufferSize,
  receiveLength,
  recv_into,
  recvfrom_into,
} from "./transfer.ts";

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
