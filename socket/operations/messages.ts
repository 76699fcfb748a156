/**
 * Messages with ancillary data and several buffers: the attempts of `sendmsg`, `recvmsg` and their
 * variants. Functions that take iterables (of buffers, of ancillary data) return an attempt,
 * because an iterable may be read only once, before the first call.
 */

import { errno } from "../../constants/lookup.ts";
import { AF_ALG, AF_UNIX, MSG_CTRUNC } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { typeError } from "../../constants/stack.ts";
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
import { errno as lastErrno, libc } from "../../ffi/libc.ts";
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
  closeBeyond,
  collect,
  controlLength,
  eachDescriptor,
  parseControl,
} from "./ancillary.ts";
import {
  type Attempt,
  decodeIncoming,
  encodeAddress,
  type Handle,
  incoming,
  incomingLength,
  outgoing,
  Pending,
  waitOrRetry,
} from "./attempt.ts";
import { fastOpenAttempt, opensFast } from "./connection.ts";
import { bufferSize, receiveBuffer, receivedBytes } from "./transfer.ts";

/** A received message: data (or its length), ancillary data, `MSG_` flags, address. */
export type Received<T> = [
  data: T,
  ancdata: AncillaryItem[],
  msg_flags: number,
  address: Address | null,
];

/** An attempt that sends a message to an address, `null` for none. */
export type SendmsgAttempt = (
  handle: Handle,
  address: unknown,
) => Attempt<number>;

const pending = {
  recvmsg: new Pending("read", "recvmsg"),
  sendmsg: new Pending("write", "sendmsg"),
} as const;

// Created at first use: they hold memory addresses, which need libc to be loaded.
let inbound: MessageHeader | undefined;
let outbound: MessageHeader | undefined;

/** Collects the buffers of a message from an iterable. */
function bufferList(
  name: string,
  buffers: unknown,
  syscall: string,
): Uint8Array<ArrayBuffer>[] {
  if (ArrayBuffer.isView(buffers) && buffers.byteLength > 0) {
    throw typeError(`${name} must be an array of bytes, not one of them`);
  }
  const views = collect(name, buffers, bytes);
  if (views.length > MAX_BUFFERS) throw osError(errno.EMSGSIZE, syscall);
  return views;
}

/** Checks that no buffer was detached, or shrank below its view, while the operation waited. */
function refuseGone(views: readonly Uint8Array[]): void {
  for (let i = 0; i < views.length; i++) {
    if (views[i].byteLength === 0) bytes(`buffers[${i}]`, views[i]);
  }
}

/** Returns the attempt that sends a message gathered from buffers, with ancillary data. */
export function sendmsgAttempt(
  buffers: unknown,
  ancdata: unknown,
  flags: unknown,
): SendmsgAttempt {
  return sendItemsAttempt(buffers, ancillaryItems(ancdata), flags);
}

/**
 * Like {@linkcode sendmsgAttempt}, with ancillary data that has been checked.
 *
 * @param name what errors call the buffers
 */
export function sendItemsAttempt(
  buffers: unknown,
  items: readonly AncillaryItem[],
  flags: unknown,
  name = "buffers",
): SendmsgAttempt {
  const views = bufferList(name, buffers, "sendmsg");
  const length = controlLength(items, layout);
  const bits = flagBits(flags);
  const send = (
    handle: Handle,
    bits: number,
    address: unknown,
  ): Attempt<number> => {
    const addressed = address !== null && address !== undefined;
    const nameLength = addressed ? encodeAddress(handle, address) : 0;
    const header = outbound ??= new MessageHeader(outgoing.bytes);
    refuseGone(views);
    try {
      if (length > 0) {
        header.reserve(length);
        buildControl(items, header.control, layout);
      }
      header.prepare(views, MAX_TRANSFER, nameLength, length);
      for (;;) {
        const count = libc.sendmsg(
          handle.fd,
          header.bytes,
          bits | handle.dontWait,
        );
        if (count >= 0) return count;
        const wait = waitOrRetry(
          pending.sendmsg,
          lastErrno(),
          bits,
          addressed ? address : undefined,
        );
        if (wait !== undefined) return wait;
      }
    } finally {
      header.release();
    }
  };
  return opensFast(bits)
    ? fastOpenAttempt(send, bits, "sendmsg")
    : (handle, address) => send(handle, bits, address);
}

/**
 * The parameters of an `AF_ALG` operation.
 * @category Messages
 */
export interface AlgOptions {
  /** The operation: `ALG_OP_ENCRYPT`, `ALG_OP_DECRYPT` … */
  readonly op: number;
  /** The initialization vector, if the algorithm needs one. */
  readonly iv?: Bytes | null | undefined;
  /** For AEAD: how many bytes at the start of the message are associated data. */
  readonly assoclen?: number | null | undefined;
  /** `MSG_` flags: `MSG_MORE` if more of the message follows. */
  readonly flags?: number | undefined;
}

/** Returns the attempt that sends a message over an `AF_ALG` socket with its parameters. */
export function sendmsgAlgAttempt(
  msg: Iterable<Bytes> | null | undefined,
  options: AlgOptions,
): (handle: Handle) => Attempt<number> {
  const items = algItems(options);
  const attempt = sendItemsAttempt(
    msg ?? [],
    items,
    options.flags ?? 0,
    "msg",
  );
  return (handle) => {
    if (handle.family !== AF_ALG) {
      throw new OSError(null, "algset is only supported for AF_ALG");
    }
    return attempt(handle, null);
  };
}

/** Encodes the parameters of an `AF_ALG` operation as ancillary data. */
export function algItems(options: AlgOptions): AncillaryItem[] {
  const { SOL_ALG, ALG_SET_OP, ALG_SET_IV, ALG_SET_AEAD_ASSOCLEN } =
    table.constants;
  const { op, iv, assoclen } = options ?? {};
  const operation = op === undefined || op === null ? -1 : integer("op", op);
  if (operation < 0) throw typeError("Invalid or missing argument 'op'");
  const items: AncillaryItem[] = [
    [SOL_ALG, ALG_SET_OP, uint32Bytes(operation)],
  ];
  if (iv !== undefined && iv !== null) {
    const vector = bytes("iv", iv);
    const data = new Uint8Array(layout.af_alg_iv.iv.at + vector.byteLength);
    data.set(uint32Bytes(vector.byteLength), layout.af_alg_iv.ivlen.at);
    data.set(vector, layout.af_alg_iv.iv.at);
    items.push([SOL_ALG, ALG_SET_IV, data]);
  }
  if (assoclen !== undefined && assoclen !== null) {
    const length = integer("assoclen", assoclen);
    if (length < 0) throw typeError("assoclen must be positive");
    items.push([SOL_ALG, ALG_SET_AEAD_ASSOCLEN, uint32Bytes(length)]);
  }
  return items;
}

function uint32Bytes(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

/** Attempts to receive a message with its ancillary data. */
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
recvmsg.syscall = "recvmsg";

/** Returns the attempt that receives a message into several buffers, with its ancillary data. */
export function recvmsgIntoAttempt(
  buffers: Iterable<Bytes>,
  ancbufsize: number,
  flags: number,
): (handle: Handle) => Attempt<Received<number>> {
  const views = bufferList("buffers", buffers, "recvmsg");
  const room = controlSize(ancbufsize);
  const bits = flagBits(flags);
  return (handle) => {
    refuseGone(views);
    return receive(handle, views, MAX_TRANSFER, room, bits, (count) => count);
  };
}

function controlSize(ancbufsize: unknown): number {
  return integer("ancbufsize", ancbufsize, 0, 0x7fffffff);
}

const MSG_CMSG_CLOEXEC: number = table.constants.MSG_CMSG_CLOEXEC ?? 0;

/**
 * Returns the flag that sets close-on-exec on descriptors as they are received; 0 where there is
 * none, and for families that pass no descriptors: some of them refuse flags they do not know.
 */
export function closeOnExecFor(handle: { readonly family: number }): number {
  return handle.family === AF_UNIX ? MSG_CMSG_CLOEXEC : 0;
}

/**
 * Returns how much room for control messages to pass to the system, `room` or more. macOS leaks
 * descriptors that do not fit, so Unix sockets get enough room there for all usual messages.
 */
export function controlRoom(
  handle: { readonly family: number },
  room: number,
): number {
  return features.leaksTruncatedRights && handle.family === AF_UNIX
    ? Math.max(room, DEFAULT_CONTROL_SIZE)
    : room;
}

/**
 * Handles the descriptors in received control messages: closes those beyond the room that the
 * caller asked for, and sets close-on-exec on the others where the system has not done so.
 *
 * @returns whether any control message extends beyond that room
 */
export function adoptDescriptors(
  control: Uint8Array,
  length: number,
  room: number,
): boolean {
  const isCut = length > room && closeBeyond(control, length, room);
  if (MSG_CMSG_CLOEXEC === 0) {
    const kept = Math.min(length, room);
    eachDescriptor(control, kept, (fd) => setInheritable(fd, false));
  }
  return isCut;
}

/**
 * Removes `MSG_CMSG_CLOEXEC` from returned flags unless the caller passed it: Linux echoes the
 * flag, which this library sets itself.
 */
export function returnedFlags(
  handle: { readonly family: number },
  msg_flags: number,
  flags: number,
): number {
  return msg_flags & ~(closeOnExecFor(handle) & ~flags);
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
      const bits = flags | closeOnExecFor(handle) | handle.dontWait;
      const count = libc.recvmsg(handle.fd, header.bytes, bits);
      if (count >= 0) {
        return delivered(handle, header, room, flags, count, value);
      }
      const wait = waitOrRetry(pending.recvmsg, undefined, flags);
      if (wait !== undefined) return wait;
    }
  } finally {
    header.release();
  }
}

/** Returns the message that a header describes; if that fails, closes its descriptors. */
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
      returnedFlags(handle, header.flags, flags) | (isCut ? MSG_CTRUNC : 0),
      decodeIncoming(handle),
    ];
  } catch (error) {
    closeBeyond(control, length, 0);
    throw error;
  }
}
