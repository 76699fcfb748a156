/**
 * Messages with ancillary data, scattered and gathered: `sendmsg`, `recvmsg` and their kin, as
 * attempts like those of `transfer.ts`. What may be iterated only once (buffers, ancillary data) is
 * taken before the first attempt, hence the functions here that give an attempt.
 */

import { errno } from "../../constants/errno.ts";
import { AF_ALG, AF_UNIX, MSG_CTRUNC } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import {
  type Bytes,
  bytes,
  flagBits,
  integer,
  MAX_TRANSFER,
} from "../../errors/arguments.ts";
import { OSError, osError } from "../../errors/errors.ts";
import { setInheritable } from "../../ffi/descriptor.ts";
import { features } from "../../ffi/features.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { libc } from "../../ffi/libc.ts";
import {
  DEFAULT_CONTROL_SIZE,
  MAX_BUFFERS,
  MessageHeader,
} from "../../ffi/msghdr.ts";
import type { Address } from "../address/types.ts";
import {
  type AncillaryItem,
  ancillaryItems,
  buildControl,
  collect,
  controlLength,
  parseControl,
} from "./ancillary.ts";
import { type Attempt, Pending, waitOrRetry } from "./attempt.ts";
import type { Handle } from "./handle.ts";
import { closeBeyond, eachDescriptor } from "./rights.ts";
import {
  decodeIncoming,
  encodeAddress,
  incoming,
  incomingLength,
  outgoing,
} from "./storage.ts";
import { bufferSize, receiveBuffer, receivedBytes } from "./transfer.ts";

/** A message as it was received: data (or its length), ancillary data, `MSG_` flags, address. */
export type Received<T> = [
  data: T,
  ancdata: AncillaryItem[],
  msg_flags: number,
  address: Address | null,
];

/** An attempt of sending a message to an address, `null` for none. */
export type SendmsgAttempt = (
  handle: Handle,
  address: unknown,
) => Attempt<number>;

const pending = {
  recvmsg: new Pending("read", "recvmsg"),
  sendmsg: new Pending("write", "sendmsg"),
} as const;

// Made at first use: they hold addresses that only libc tells.
let inbound: MessageHeader | undefined;
let outbound: MessageHeader | undefined;

/** Takes the buffers of a message from an iterable. */
function bufferList(
  name: string,
  buffers: unknown,
  syscall: string,
): Uint8Array<ArrayBuffer>[] {
  const views = collect(name, buffers, bytes);
  if (views.length > MAX_BUFFERS) throw osError(errno.EMSGSIZE, syscall);
  return views;
}

/** The attempt of sending a message gathered from buffers, with ancillary data, to an address or `null`. */
export function sendmsgAttempt(
  buffers: unknown,
  ancdata: unknown,
  flags: unknown,
): SendmsgAttempt {
  return sendItemsAttempt(buffers, ancillaryItems(ancdata), flags);
}

/** As {@linkcode sendmsgAttempt}, of ancillary data that is known to be right. */
export function sendItemsAttempt(
  buffers: unknown,
  items: readonly AncillaryItem[],
  flags: unknown,
): SendmsgAttempt {
  const views = bufferList("buffers", buffers, "sendmsg");
  const length = controlLength(items, layout);
  const bits = flagBits(flags);
  return (handle, address) => {
    const addressed = address !== null && address !== undefined;
    const nameLength = addressed ? encodeAddress(handle, address) : 0;
    const header = outbound ??= new MessageHeader(outgoing.bytes);
    try {
      if (length > 0) {
        header.reserve(length);
        buildControl(items, header.control, layout);
      }
      header.prepare(views, MAX_TRANSFER, nameLength, length);
      for (;;) {
        const count = libc.sendmsg(handle.fd, header.bytes, bits);
        if (count >= 0) return count;
        const wait = waitOrRetry(pending.sendmsg);
        if (wait !== undefined) return wait;
      }
    } finally {
      header.release();
    }
  };
}

/** What goes with the message of an `AF_ALG` operation. */
export interface AlgOptions {
  /** The operation: `ALG_OP_ENCRYPT`, `ALG_OP_DECRYPT` … */
  readonly op: number;
  /** The initialization vector, if the algorithm has one. */
  readonly iv?: Bytes | null;
  /** How many bytes at the start of the message are associated data (AEAD). */
  readonly assoclen?: number | null;
  /** `MSG_` flags: `MSG_MORE` if more of the message follows. */
  readonly flags?: number;
}

/** The attempt of sending a message to a socket of `AF_ALG` with the parameters of its operation. */
export function sendmsgAlgAttempt(
  msg: Iterable<Bytes> | null | undefined,
  options: AlgOptions,
): (handle: Handle) => Attempt<number> {
  const items = algItems(options);
  const attempt = sendItemsAttempt(msg ?? [], items, options.flags ?? 0);
  return (handle) => {
    if (handle.family !== AF_ALG) {
      throw new OSError(null, "algset is only supported for AF_ALG");
    }
    return attempt(handle, null);
  };
}

/** The ancillary data of an `AF_ALG` operation. */
export function algItems(options: AlgOptions): AncillaryItem[] {
  const { SOL_ALG, ALG_SET_OP, ALG_SET_IV, ALG_SET_AEAD_ASSOCLEN } =
    table.constants;
  const { op, iv, assoclen } = options ?? {};
  if (typeof op !== "number" || op < 0) {
    throw new TypeError("Invalid or missing argument 'op'");
  }
  const items: AncillaryItem[] = [
    [SOL_ALG, ALG_SET_OP, uint32Bytes(integer("op", op))],
  ];
  if (iv !== undefined && iv !== null) {
    const vector = bytes("iv", iv);
    const data = new Uint8Array(layout.af_alg_iv.iv.at + vector.byteLength);
    data.set(uint32Bytes(vector.byteLength), layout.af_alg_iv.ivlen.at);
    data.set(vector, layout.af_alg_iv.iv.at);
    items.push([SOL_ALG, ALG_SET_IV, data]);
  }
  if (assoclen !== undefined && assoclen !== null) {
    if (integer("assoclen", assoclen) < 0) {
      throw new TypeError("assoclen must be positive");
    }
    items.push([SOL_ALG, ALG_SET_AEAD_ASSOCLEN, uint32Bytes(assoclen)]);
  }
  return items;
}

function uint32Bytes(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

/** Receives a message with its ancillary data. */
export function recvmsg(
  handle: Handle,
  bufsize: number,
  ancbufsize: number,
  flags: number,
): Attempt<Received<Uint8Array<ArrayBuffer>>> {
  const bits = flagBits(flags);
  const size = bufferSize("bufsize", bufsize);
  const buffer = receiveBuffer(size, bits);
  return receive(
    handle,
    [buffer],
    size,
    controlSize(ancbufsize),
    bits,
    (count) => receivedBytes(buffer, Math.min(count, size)),
  );
}

/** The attempt of receiving a message scattered into buffers, with its ancillary data. */
export function recvmsgIntoAttempt(
  buffers: Iterable<Bytes>,
  ancbufsize: number,
  flags: number,
): (handle: Handle) => Attempt<Received<number>> {
  const views = bufferList("buffers", buffers, "recvmsg");
  const room = controlSize(ancbufsize);
  const bits = flagBits(flags);
  return (handle) =>
    receive(handle, views, MAX_TRANSFER, room, bits, (count) => count);
}

function controlSize(ancbufsize: unknown): number {
  return integer("ancbufsize", ancbufsize, 0, 0x7fffffff);
}

/** Received descriptors are closed on `exec` from the start, where the platform can do that. */
export const closeOnExec: number = table.constants.MSG_CMSG_CLOEXEC ?? 0;

/** The room to give for control messages: the system may lose descriptors that do not fit. */
export function controlRoom(
  handle: { readonly family: number },
  room: number,
): number {
  return features.leaksTruncatedRights && handle.family === AF_UNIX
    ? Math.max(room, DEFAULT_CONTROL_SIZE)
    : room;
}

/**
 * Sees to the descriptors in control messages that came: those beyond the room asked for are closed,
 * the others are closed on `exec`.
 *
 * @returns whether something was beyond it
 */
export function adoptDescriptors(
  control: Uint8Array,
  length: number,
  room: number,
): boolean {
  const isCut = length > room && closeBeyond(control, length, room);
  if (closeOnExec === 0) {
    const kept = Math.min(length, room);
    eachDescriptor(control, kept, (fd) => setInheritable(fd, false));
  }
  return isCut;
}

/** The flags of a message: Linux gives one back to those who asked for it, and the caller may not have. */
export function returnedFlags(msg_flags: number, flags: number): number {
  return msg_flags & ~(closeOnExec & ~flags);
}

function receive<T>(
  handle: Handle,
  buffers: readonly Uint8Array[],
  limit: number,
  room: number,
  flags: number,
  value: (count: number) => T,
): Attempt<Received<T>> {
  const header = inbound ??= new MessageHeader(incoming.bytes);
  const actualRoom = controlRoom(handle, room);
  try {
    header.reserve(actualRoom);
    for (;;) {
      header.prepare(buffers, limit, incoming.bytes.length, actualRoom);
      const count = libc.recvmsg(handle.fd, header.bytes, flags | closeOnExec);
      if (count >= 0) {
        return delivered(handle, header, room, flags, count, value);
      }
      const wait = waitOrRetry(pending.recvmsg);
      if (wait !== undefined) return wait;
    }
  } finally {
    header.release();
  }
}

/** Reads what the header says of the message that came; if that fails, its descriptors are closed. */
function delivered<T>(
  handle: Handle,
  header: MessageHeader,
  room: number,
  flags: number,
  count: number,
  value: (count: number) => T,
): Received<T> {
  const { control } = header;
  let length = header.controlLength;
  try {
    const isCut = adoptDescriptors(control, length, room);
    length = Math.min(length, room);
    incomingLength[0] = header.nameLength;
    return [
      value(count),
      parseControl(control, length, layout),
      returnedFlags(header.flags, flags) | (isCut ? MSG_CTRUNC : 0),
      decodeIncoming(handle),
    ];
  } catch (error) {
    closeBeyond(control, length, 0);
    throw error;
  }
}
