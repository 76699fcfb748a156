/** Descriptors in ancillary data: put in, taken out, and closed where nobody will have them. */

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
