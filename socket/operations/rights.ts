/** Descriptors in ancillary data: packing, unpacking, and closing those that no caller receives. */

import { SCM_RIGHTS, SOL_SOCKET } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { integer } from "../../errors/arguments.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { libc } from "../../ffi/libc.ts";
import type { Address } from "../address/types.ts";
import {
  type AncillaryItem,
  CMSG_LEN,
  collect,
  walkControl,
} from "./ancillary.ts";

/** The size of a descriptor in a control message: a C int. */
const INT = 4;

// SCM_PIDFD (Linux) carries a descriptor of the sender's process.
const { SCM_PIDFD } = table.constants;

/**
 * Visits the descriptors in control messages.
 *
 * @param control the buffer that holds the control messages
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
      if (fd >= 0) visit(fd, at + INT); // without a pidfd, this is a negative error number
    }
  });
}

/**
 * Closes the descriptors in control messages that end beyond a limit in bytes; 0 closes them all.
 *
 * @returns whether any control message, with descriptors or without, ends beyond it
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
 * Packs descriptors into ancillary data.
 *
 * @param fds the descriptors
 * @throws {TypeError} if they are not iterable, or one is not an integer
 */
export function descriptorItems(fds: unknown): AncillaryItem[] {
  const numbers = collect("fds", fds, (name, fd) => integer(name, fd));
  return [[
    SOL_SOCKET,
    SCM_RIGHTS,
    new Uint8Array(new Int32Array(numbers).buffer),
  ]];
}

/** Returns the size in bytes of an ancillary data buffer with room for `maxfds` descriptors. */
export function descriptorRoom(maxfds: unknown): number {
  return CMSG_LEN(integer("maxfds", maxfds, 0, 0x7fffffff >> 3) * INT);
}

/**
 * Returns the descriptors that were sent in received ancillary data, and closes a pidfd, which the
 * system adds (`SO_PASSPIDFD`): the caller could not tell it from the others.
 */
export function descriptorsOf(ancdata: readonly AncillaryItem[]): number[] {
  const fds: number[] = [];
  for (const [level, type, data] of ancdata) {
    const isSent = type === SCM_RIGHTS;
    if (level !== SOL_SOCKET || !(isSent || type === SCM_PIDFD)) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at + INT <= data.byteLength; at += INT) {
      const fd = view.getInt32(at, true);
      if (isSent) fds.push(fd);
      else if (fd >= 0) libc.close(fd);
    }
  }
  return fds;
}

/** Returns a received message with its descriptors in place of its ancillary data. */
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
