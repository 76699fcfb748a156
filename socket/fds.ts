/** Descriptors passed between processes: `send_fds` and `recv_fds`, and what keeps them from leaking. */

import { SCM_RIGHTS, SOL_SOCKET } from "../constants/mod.ts";
import { table } from "../constants/table.ts";
import { layout } from "../ffi/layout/mod.ts";
import { libc } from "../ffi/libc.ts";
import type { Address, AddressInput } from "./address/types.ts";
import {
  type AncillaryItem,
  CMSG_LEN,
  collect,
  walkControl,
} from "./operations/ancillary.ts";
import { type Bytes, integer } from "../errors/arguments.ts";
import type { Socket } from "./socket.ts";

/** The size of a descriptor in a control message: a C int. */
const INT = 4;

// SCM_PIDFD, where there is such a thing, brings a descriptor of the sender's process.
const { SCM_PIDFD } = table.constants;

/**
 * Visits the descriptors in control messages.
 *
 * @param control where the control messages are
 * @param length how many bytes of it are in use
 * @param visit called with each descriptor and the offset where it ends
 */
export function eachDescriptor(
  control: Uint8Array,
  length: number,
  visit: (fd: number, end: number) => void,
): void {
  const view = new DataView(
    control.buffer,
    control.byteOffset,
    control.byteLength,
  );
  walkControl(control, length, layout, (level, type, start, end) => {
    if (level !== SOL_SOCKET || (type !== SCM_RIGHTS && type !== SCM_PIDFD)) {
      return;
    }
    for (let at = start; at + INT <= end; at += INT) {
      const fd = view.getInt32(at, true);
      if (fd >= 0) visit(fd, at + INT); // a pidfd that could not be made is an error number below 0
    }
  });
}

/**
 * Closes the descriptors in control messages that reach beyond a limit: 0 closes them all.
 *
 * @returns whether any control message, with descriptors or without, reaches beyond it
 */
export function closeBeyond(
  control: Uint8Array,
  length: number,
  limit: number,
): boolean {
  let beyond = false;
  walkControl(control, length, layout, (_level, _type, _start, end) => {
    beyond ||= end > limit;
  });
  eachDescriptor(control, length, (fd, end) => {
    if (end > limit) libc.close(fd);
  });
  return beyond;
}

/**
 * The ancillary data that passes descriptors.
 *
 * @param fds the descriptors
 * @throws {TypeError} if they are not iterable, or one is no integer
 */
export function descriptorItems(fds: unknown): AncillaryItem[] {
  const numbers = collect("fds", fds, (name, fd) => integer(name, fd));
  return [[
    SOL_SOCKET,
    SCM_RIGHTS,
    new Uint8Array(new Int32Array(numbers).buffer),
  ]];
}

/** The size of the ancillary data buffer that has room for some descriptors. */
export function descriptorRoom(maxfds: unknown): number {
  return CMSG_LEN(integer("maxfds", maxfds, 0, 0x7fffffff >> 3) * INT);
}

/** The descriptors in ancillary data that was received. */
export function descriptorsOf(ancdata: readonly AncillaryItem[]): number[] {
  const fds: number[] = [];
  for (const [level, type, data] of ancdata) {
    if (level !== SOL_SOCKET || type !== SCM_RIGHTS) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at + INT <= data.byteLength; at += INT) {
      fds.push(view.getInt32(at, true));
    }
  }
  return fds;
}

/** A message that was received, with its descriptors for its ancillary data. */
export function withDescriptors<A extends Address>(
  [data, ancdata, msg_flags, address]: [
    data: Uint8Array<ArrayBuffer>,
    ancdata: AncillaryItem[],
    msg_flags: number,
    address: A,
  ],
): [
  data: Uint8Array<ArrayBuffer>,
  fds: number[],
  msg_flags: number,
  address: A,
] {
  return [data, descriptorsOf(ancdata), msg_flags, address];
}

/**
 * Sends a message with descriptors over a Unix socket: the receiver gets its own for the same files.
 *
 * Unlike Python's, which ignores `flags` and `address`, this passes them on.
 *
 * @param sock the socket
 * @param buffers the bytes of the message; a stream needs one byte at least to carry descriptors
 * @param fds the descriptors, which stay open here
 * @param flags `MSG_` flags
 * @param address where to, if the socket is not connected
 * @returns how many bytes were sent
 * @throws {OSError} if a descriptor is not open (`EBADF`), or they are too many (`EINVAL`; Linux
 * passes 253)
 * @throws {TypeError} if the descriptors are no integers
 */
export function send_fds<A extends Address>(
  sock: Socket<A>,
  buffers: Iterable<Bytes>,
  fds: Iterable<number>,
  flags = 0,
  address: AddressInput<A> | null = null,
): number {
  return sock.sendmsg(buffers, descriptorItems(fds), flags, address);
}

/**
 * Receives a message with descriptors from a Unix socket. They are the caller's to close, and are
 * closed on `exec`; of a message with more than `maxfds`, the others are closed and `MSG_CTRUNC`
 * is among the flags returned.
 *
 * Unlike Python's, which ignores `flags`, this passes them on.
 *
 * @param sock the socket
 * @param bufsize how many bytes at most
 * @param maxfds how many descriptors at most
 * @param flags `MSG_` flags
 * @returns the bytes, the descriptors, the message's flags and the sender's address
 * @throws {RangeError} if a size is out of bounds
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
  return withDescriptors(sock.recvmsg(bufsize, descriptorRoom(maxfds), flags));
}
