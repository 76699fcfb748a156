/**
 * Ancillary data: `cmsghdr`s built and walked by the platform's rules of alignment. All of it is
 * arithmetic on bytes, with the layout as an argument, so that a test on Linux sees the bytes that
 * macOS and FreeBSD would.
 */

import {
  type Bytes,
  bytes,
  describe,
  integer,
} from "../../errors/arguments.ts";
import { OSError } from "../../errors/errors.ts";
import { layout as running } from "../../ffi/layout/mod.ts";
import type { Layout } from "../../ffi/layout/types.ts";

/** One item of ancillary data as it is received: level, type and bytes. */
export type AncillaryItem = [
  cmsg_level: number,
  cmsg_type: number,
  cmsg_data: Uint8Array<ArrayBuffer>,
];

/** One item of ancillary data as it is passed in: level, type and bytes. */
export type AncillaryInput = readonly [
  cmsg_level: number,
  cmsg_type: number,
  cmsg_data: Bytes,
];

// The length of all ancillary data is a socklen_t, which Python bounds by INT_MAX.
const MAX_LENGTH = 0x7fffffff;

function align(length: number, layout: Layout): number {
  const { align } = layout.cmsg;
  return Math.ceil(length / align) * align;
}

function spaceOf(length: number, layout: Layout): number {
  return layout.cmsg.header + align(length, layout);
}

/**
 * The length of an ancillary data item with its header but without padding at its end:
 * `recvmsg(…, CMSG_LEN(n))` has room for one last item of `n` bytes.
 *
 * @param length the length of the item's data in bytes
 * @throws {RangeError} if it is negative, or the result would exceed 2^31 - 1
 */
export function CMSG_LEN(length: number): number {
  const { header } = running.cmsg;
  return header + integer("length", length, 0, MAX_LENGTH - header);
}

/**
 * The room that an ancillary data item takes, with its header and the padding after it: for several
 * items, add up the `CMSG_SPACE()` of each.
 *
 * @param length the length of the item's data in bytes
 * @throws {RangeError} if it is negative, or the result would exceed 2^31 - 1
 */
export function CMSG_SPACE(length: number): number {
  const most = MAX_LENGTH - spaceOf(1, running);
  return spaceOf(integer("length", length, 0, most), running);
}

/**
 * Checks ancillary data that a caller passed.
 *
 * @param ancdata an iterable of items
 * @returns the items, their data as bytes
 * @throws {TypeError} if it is not iterable, or an item is not `[level, type, bytes]`
 * @throws {RangeError} if a level or a type is no 32-bit integer
 */
export function ancillaryItems(ancdata: unknown): AncillaryItem[] {
  return collect("ancdata", ancdata, ancillaryItem);
}

function ancillaryItem(name: string, item: unknown): AncillaryItem {
  if (!Array.isArray(item) || item.length !== 3) {
    throw new TypeError(
      `${name} must be [cmsg_level, cmsg_type, cmsg_data], not ${
        Array.isArray(item) ? `an array of ${item.length}` : describe(item)
      }`,
    );
  }
  const [level, type, data] = item;
  return [
    integer(`${name}: cmsg_level`, level),
    integer(`${name}: cmsg_type`, type),
    bytes(`${name}: cmsg_data`, data),
  ];
}

/**
 * Takes the values of an iterable, each checked. A string, though it is one, is not meant anywhere.
 *
 * @param name the argument's name
 * @param values what was passed
 * @param check called with the name of each value and the value
 * @throws {TypeError} if it is not iterable
 */
export function collect<T>(
  name: string,
  values: unknown,
  check: (name: string, value: unknown) => T,
): T[] {
  if (
    typeof values !== "object" || values === null ||
    !(Symbol.iterator in values)
  ) {
    throw new TypeError(`${name} must be an iterable, not ${describe(values)}`);
  }
  const collected: T[] = [];
  let i = 0;
  for (const value of values as Iterable<unknown>) {
    collected.push(check(`${name}[${i++}]`, value));
  }
  return collected;
}

/**
 * How many bytes items take when built.
 *
 * @throws {OSError} `too much ancillary data`, beyond 2^31 - 1 bytes
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
 * @param into where they go: at least as many bytes as {@linkcode controlLength} says
 * @param layout the platform
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

/** What is told of each control message: where its data begins and ends. */
export type Visit = (
  level: number,
  type: number,
  start: number,
  end: number,
) => void;

/**
 * Visits control messages in order. As in Python, one that is cut by the end of the buffer counts
 * with the data that is there and is the last, and one whose length cannot be ends the walk.
 *
 * @param control where the control messages are
 * @param length how many bytes of it are in use
 * @param layout the platform
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

/** Reads control messages as items, their data copied. */
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
