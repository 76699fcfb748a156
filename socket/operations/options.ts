/** Reading socket options, as an int or as bytes. */

import { SOL_SOCKET } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { EINVAL } from "../../errors/errno.ts";
import { check, osError } from "../../errors/errors.ts";
import { sock_filter } from "../../ffi/layout/handwritten.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { libc } from "../../ffi/libc.ts";
import type { Handle } from "./handle.ts";

const { SO_GET_FILTER } = table.constants;

/**
 * How many bytes the system may write for each byte of the length it is passed. `SO_GET_FILTER`
 * counts instructions.
 */
const MAX_UNIT = sock_filter.size;

// A few options ignore the length, or write a field of a struct beyond it: Bluetooth's write an
// int, and TCP_AO_GET_KEYS a field at offset 208. So any call has all this room.
const shared = new Uint8Array(1024 * MAX_UNIT);
const sharedInt = new Int32Array(shared.buffer);
const optionLength = new Uint32Array(1);

function getsockopt(
  handle: Handle,
  level: number,
  optname: number,
  value: Uint8Array<ArrayBuffer>,
  length: number,
): number {
  optionLength[0] = length;
  check(
    libc.getsockopt(handle.fd, level, optname, value, optionLength),
    "getsockopt",
  );
  return optionLength[0];
}

/** Whether an option is the attached filter, whose length is a number of instructions. */
function isFilter(level: number, optname: number): boolean {
  return optname === SO_GET_FILTER && level === SOL_SOCKET;
}

/**
 * Reads an option that is a C int. Never waits. Of an attached filter, this is the number of
 * instructions.
 */
export function intOption(
  handle: Handle,
  level: number,
  optname: number,
): number {
  if (isFilter(level, optname)) {
    return getsockopt(handle, level, optname, shared, 0);
  }
  sharedInt[0] = 0;
  getsockopt(handle, level, optname, shared, sharedInt.BYTES_PER_ELEMENT);
  return sharedInt[0];
}

/**
 * Reads an option as bytes, `buflen` at most. Never waits.
 *
 * The system gets a buffer of zeros. Some options take it as input, with counts and pointers
 * (`IP_MSFILTER`, `TCP_ZEROCOPY_RECEIVE`): zeros make them write nothing elsewhere.
 */
export function option(
  handle: Handle,
  level: number,
  optname: number,
  buflen: number,
): Uint8Array<ArrayBuffer> {
  const room = buflen * MAX_UNIT;
  const value = room > shared.length ? new Uint8Array(room) : shared.fill(0);
  const unit = isFilter(level, optname) ? sock_filter.size : 1;
  const most = Math.floor(buflen / unit);
  const length = getsockopt(handle, level, optname, value, most);
  // With a length of 0, the system returns the number of instructions but not the instructions.
  if (most === 0 && length > 0) throw osError(EINVAL, "getsockopt");
  return value.slice(0, Math.min(length * unit, buflen));
}

/**
 * Returns the timeout that the system has for receiving or sending (`SO_RCVTIMEO`, `SO_SNDTIMEO`),
 * in seconds; `null` for none.
 */
export function timeoutOption(
  handle: Handle,
  readiness: "read" | "write",
): number | null {
  const { SO_RCVTIMEO, SO_SNDTIMEO } = table.constants;
  const name = readiness === "read" ? SO_RCVTIMEO : SO_SNDTIMEO;
  const { size, tv_sec, tv_usec } = layout.timeval;
  const { buffer, byteLength } = option(handle, SOL_SOCKET, name, size);
  const view = new DataView(buffer);
  const seconds = byteLength < size
    ? view.getUint32(0, true) / 1000 // Winsock has milliseconds
    : view.getUint32(tv_sec.at, true) +
      view.getUint32(tv_usec.at, true) / 1e6;
  return seconds || null;
}
