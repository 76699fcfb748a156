/**
 * Ancillary data: building and walking `cmsghdr`s by the platform's alignment rules. This is pure
 * arithmetic on bytes and takes the layout as an argument, so that a test on Linux can check the
 * bytes of macOS and FreeBSD.
 */

import { typeError } from "../../constants/stack.ts";
import {
  type Bytes,
  bytes,
  describe,
  integer,
  iterable,
} from "../../errors/arguments.ts";
import { OSError } from "../../errors/errors.ts";
import {
  type Layout,
  layout,
  layout as running,
} from "../../ffi/layout/mod.ts";
import { SCM_RIGHTS, SOL_SOCKET } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { libc } from "../../ffi/libc.ts";
import type { Address } from "../address/types.ts";

/**
 * A received item of ancillary data: level, type and bytes.
 * @category Messages
 */
export type AncillaryItem = [
  cmsg_level: number,
  cmsg_type: number,
  cmsg_data: Uint8Array<ArrayBuffer>,
];

/**
 * An item of ancillary data to send: level, type and bytes.
 * @category Messages
 */
export type AncillaryInput = readonly [
  cmsg_level: number,
  cmsg_type: number,
  cmsg_data: Bytes,
];

// The total length of ancillary data is a socklen_t, which Python limits to INT_MAX.
const MAX_LENGTH = 0x7fffffff;

function align(length: number, layout: Layout): number {
  const { align } = layout.cmsg;
  return Math.ceil(length / align) * align;
}

function spaceOf(length: number, layout: Layout): number {
  return layout.cmsg.header + align(length, layout);
}

/**
 * Returns the length of an ancillary data item in bytes, with its header but without the padding at
 * its end. `recvmsg(…, CMSG_LEN(n))` has room for a single or last item of `n` bytes.
 *
 * @param length the length of the item's data in bytes
 * @throws {RangeError} if it is negative, or the result would exceed 2^31 - 1
 * @see {@link https://docs.python.org/3/library/socket.html#socket.CMSG_LEN}, `cmsg(3)`
 * @category Messages
 */
export function CMSG_LEN(length: number): number {
  const { header } = running.cmsg;
  return header + integer("length", length, 0, MAX_LENGTH - header);
}

/**
 * Returns the room that an ancillary data item takes in bytes, with its header and the padding at
 * its end. For several items, add up the `CMSG_SPACE()` of each.
 *
 * @param length the length of the item's data in bytes
 * @throws {RangeError} if it is negative, or the result would exceed 2^31 - 1
 * @see {@link https://docs.python.org/3/library/socket.html#socket.CMSG_SPACE}, `cmsg(3)`
 * @category Messages
 */
export function CMSG_SPACE(length: number): number {
  const most = MAX_LENGTH - spaceOf(1, running);
  return spaceOf(integer("length", length, 0, most), running);
}

/**
 * Checks ancillary data that a caller passed.
 *
 * @param ancdata an iterable of items
 * @returns the items with copies of their data, which cannot change while the operation waits
 * @throws {TypeError} if it is not iterable, or an item is not `[level, type, bytes]`
 * @throws {RangeError} if a level or a type does not fit into 32 bits
 */
export function ancillaryItems(ancdata: unknown): AncillaryItem[] {
  return collect("ancdata", ancdata, ancillaryItem);
}

function ancillaryItem(name: string, item: unknown): AncillaryItem {
  if (!Array.isArray(item) || item.length !== 3) {
    throw typeError(
      `${name} must be [cmsg_level, cmsg_type, cmsg_data], not ${
        Array.isArray(item) ? `an array of ${item.length}` : describe(item)
      }`,
    );
  }
  const [level, type, data] = item;
  return [
    integer(`${name}: cmsg_level`, level),
    integer(`${name}: cmsg_type`, type),
    bytes(`${name}: cmsg_data`, data).slice(),
  ];
}

/**
 * Collects the values of an iterable after checking each.
 *
 * @param name the argument's name
 * @param values what was passed
 * @param check called with the name of each value and the value; returns the value to collect
 * @throws {TypeError} if it is not an iterable object
 */
export function collect<T>(
  name: string,
  values: unknown,
  check: (name: string, value: unknown) => T,
): T[] {
  const collected: T[] = [];
  let i = 0;
  for (const value of iterable(name, values)) {
    collected.push(check(`${name}[${i++}]`, value));
  }
  return collected;
}

/**
 * Returns how many bytes items take as control messages.
 *
 * @throws {OSError} `too much ancillary data`, if it exceeds 2^31 - 1 bytes
 */
export function controlLength(
  items: readonly AncillaryItem[],
  layout: Layout,
): number {
  let length = 0;
  for (const [, , data] of items) length += spaceOf(data.byteLength, layout);
  if (length > MAX_LENGTH) throw new OSError(null, "too much ancillary data");
  return length;
}

/**
 * Writes items as control messages.
 *
 * @param items the items
 * @param into where they go: at least as many bytes as {@linkcode controlLength} returns
 * @param layout the platform's layout
 */
export function buildControl(
  items: readonly AncillaryItem[],
  into: Uint8Array,
  layout: Layout,
): void {
  const { cmsg_len, cmsg_level, cmsg_type } = layout.cmsghdr;
  const { header } = layout.cmsg;
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  let at = 0;
  for (const [level, type, data] of items) {
    const space = spaceOf(data.byteLength, layout);
    into.fill(0, at, at + space);
    // The length may have 64 bits; its high half is 0.
    view.setUint32(at + cmsg_len.at, header + data.byteLength, true);
    view.setInt32(at + cmsg_level.at, level, true);
    view.setInt32(at + cmsg_type.at, type, true);
    into.set(data, at + header);
    at += space;
  }
}

/** Receives one control message: its level and type, and where its data starts and ends. */
export type Visit = (
  level: number,
  type: number,
  start: number,
  end: number,
) => void;

/**
 * Visits control messages in order. As in Python, a message that the end of the buffer cuts is
 * visited with the data that is there, as the last one; a message with an impossible length ends
 * the walk.
 *
 * @param control the buffer that holds the control messages
 * @param length how many bytes of it are in use
 * @param layout the platform's layout
 * @param visit called with each
 */
export function walkControl(
  control: Uint8Array,
  length: number,
  layout: Layout,
  visit: Visit,
): void {
  const { cmsg_len, cmsg_level, cmsg_type } = layout.cmsghdr;
  const { header } = layout.cmsg;
  const limit = Math.min(length, control.byteLength);
  if (limit < header) return; // most messages have none
  const view = new DataView(control.buffer, control.byteOffset, limit);
  for (let at = 0; at + header <= limit;) {
    const claimed = cmsg_len.size === 8
      ? Number(view.getBigUint64(at + cmsg_len.at, true))
      : view.getUint32(at + cmsg_len.at, true);
    if (claimed < header) return;
    visit(
      view.getInt32(at + cmsg_level.at, true),
      view.getInt32(at + cmsg_type.at, true),
      at + header,
      Math.min(at + claimed, limit),
    );
    at += align(claimed, layout);
  }
}

/** Decodes control messages into items, with copies of their data. */
export function parseControl(
  control: Uint8Array<ArrayBuffer>,
  length: number,
  layout: Layout,
): AncillaryItem[] {
  const items: AncillaryItem[] = [];
  walkControl(control, length, layout, (level, type, start, end) => {
    items.push([level, type, control.slice(start, end)]);
  });
  return items;
}

// Descriptors in ancillary data: packing, unpacking, and closing those that no caller receives.

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
