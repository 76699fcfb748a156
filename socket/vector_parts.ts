/** What a `MessageVector` consists of: the calls, the ancillary data and the buffers. */

import { IPPROTO_UDP } from "../constants/mod.ts";
import { table } from "../constants/table.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import { layout } from "../ffi/layout/mod.ts";
import { MAX_BUFFERS, type MessageHeaders } from "../ffi/msghdr.ts";
import {
  type AncillaryItem,
  ancillaryItems,
  buildControl,
  CMSG_SPACE,
  collect,
  controlLength,
  parseControl,
  walkControl,
} from "./operations/ancillary.ts";
import type {
  ControlKind,
  ControlMessage,
  ControlMessageOf,
} from "./structures/control.ts";
import {
  decodeItem,
  kindOf,
  runningControl,
} from "./structures/control_decode.ts";
import { bytes, integer, mayResize } from "../errors/arguments.ts";
import { EAGAIN, EINTR, EWOULDBLOCK } from "../errors/errors.ts";
import { errno, type Libc, libc } from "../ffi/libc.ts";
import { waitReady } from "../poll/ready.ts";
import type { Handle } from "./operations/attempt.ts";

// The ancillary data of a `MessageVector`: what its messages came with, and what they carry.

const { UDP_SEGMENT } = table.constants;
// The first is Linux's, the other one Windows'.
const UDP_GRO = table.constants.UDP_GRO ?? table.constants.UDP_COALESCED_INFO;

/** The room that the item `UDP_SEGMENT` takes, in bytes: its value has 16 bits. */
const SEGMENT_ROOM = CMSG_SPACE(2);

/** In place of a length: the message is not as it was received. */
const CHANGED = 0xffffffff;

/** The ancillary data of an array of messages. What was received and what was set lie apart. */
export class VectorControl {
  readonly #headers: MessageHeaders;
  /** The room for each message's ancillary data in bytes, without that for `UDP_SEGMENT`. */
  readonly #room: number;
  /** How many bytes of ancillary data each message was received with. */
  readonly #received: Uint32Array;
  /** How many bytes of ancillary data were set for each message. */
  readonly #set: Uint32Array;
  /** The length of each message with ancillary data as it was received. */
  readonly #messages: Uint32Array;

  constructor(headers: MessageHeaders, room: number) {
    const { length } = headers.names;
    this.#headers = headers;
    this.#room = room;
    this.#received = new Uint32Array(length);
    this.#set = new Uint32Array(length);
    this.#messages = new Uint32Array(length);
  }

  /** Stores how long a received message is, and its ancillary data. */
  received(index: number, message: number, control: number): void {
    this.#received[index] = Math.min(control, this.#room);
    this.#messages[index] = message;
  }

  /** Returns the ancillary data that a message was received with. */
  ancdata(index: number): AncillaryItem[] {
    const control = this.#headers.controls[index];
    return parseControl(control, this.#received[index], layout);
  }

  /** Returns the first message of a kind that a message was received with, and decodes no other. */
  find<K extends ControlKind>(
    index: number,
    kind: K,
  ): ControlMessageOf<K> | undefined {
    const control = this.#headers.controls[index];
    let found: ControlMessage | undefined;
    walkControl(control, this.#received[index], layout, (
      level,
      type,
      start,
      end,
    ) => {
      if (found !== undefined) return;
      if (kindOf(level, type, runningControl) !== kind) return;
      // Bytes that stay as they are must be copied, as the next reception overwrites them.
      const data = kind === "unknown"
        ? control.slice(start, end)
        : control.subarray(start, end);
      const message = decodeItem([level, type, data]);
      if (message.kind === kind) found = message;
    });
    return found as ControlMessageOf<K> | undefined;
  }

  /** Returns the length of the datagrams that `UDP_GRO` made a message of; 0 if it did not. */
  segmentSize(index: number): number {
    const length = this.#received[index];
    segmentSize = 0;
    if (length > 0) {
      segmentField = this.#headers.controls[index];
      walkControl(segmentField, length, layout, visitSegmentSize);
    }
    return segmentSize;
  }

  /** Sets the ancillary data that a message is to be sent with, after checking it. */
  set(index: number, ancdata: unknown): void {
    const items = ancillaryItems(ancdata);
    const length = controlLength(items, layout);
    if (length > this.#room) {
      throw rangeError(
        `ancdata takes ${length} bytes, more than ancbufsize (${this.#room})`,
      );
    }
    if (length > 0) buildControl(items, this.#offered(index), layout);
    this.#set[index] = length;
    this.#messages[index] = CHANGED;
  }

  /**
   * Prepares the ancillary data of a message that is to be sent. A message that was merged from
   * several datagrams goes out as these, unless it was changed.
   *
   * @param index which message
   * @param message how many bytes of it are sent
   * @returns the length of its ancillary data
   */
  offer(index: number, message: number): number {
    const length = this.#set[index];
    if (this.#received[index] === 0 || this.#messages[index] !== message) {
      return length;
    }
    const size = this.segmentSize(index);
    if (size === 0 || UDP_SEGMENT === undefined) return length;
    const data = Uint8Array.of(size, size >> 8);
    const control = this.#offered(index).subarray(length);
    buildControl([[IPPROTO_UDP, UDP_SEGMENT, data]], control, layout);
    return length + SEGMENT_ROOM;
  }

  #offered(index: number): Uint8Array<ArrayBuffer> {
    return this.#headers.offeredControls(this.#room + SEGMENT_ROOM)[index];
  }
}

// The arguments and the result of the visitor, so that no closure is allocated for each call.
let segmentSize = 0;
let segmentField: Uint8Array;

function visitSegmentSize(
  level: number,
  type: number,
  start: number,
  end: number,
): void {
  if (level !== IPPROTO_UDP || type !== UDP_GRO || end - start < 2) return;
  // The value is a C int, but a datagram's length fits into its low 16 bits.
  segmentSize = segmentField[start] | segmentField[start + 1] << 8;
}

// The buffers of a `MessageVector`, whose memory must not move because the system writes to it.

function slabOf(count: number, size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(count * size);
  } catch (cause) {
    const message = `vlen: there is no memory for ${count} times ${size} bytes`;
    throw rangeError(message, { cause });
  }
}

/** Allocates the buffers in one block of memory. */
export function owned(
  vlen: unknown,
  bufsize: unknown,
): Uint8Array<ArrayBuffer>[] {
  const count = integer("vlen", vlen, 1, MAX_BUFFERS);
  const size = integer("bufsize", bufsize, 0, 0x7fffffff);
  const slab = slabOf(count, size);
  return Array.from(
    { length: count },
    (_, i) => slab.subarray(i * size, (i + 1) * size),
  );
}

/** Checks the buffers that a caller passes, and returns them as byte views. */
export function given(buffers: unknown): Uint8Array<ArrayBuffer>[] {
  const views = collect("buffers", buffers, fixed);
  if (views.length < 1 || views.length > MAX_BUFFERS) {
    throw rangeError(
      `buffers must be 1-${MAX_BUFFERS}, not ${views.length}`,
    );
  }
  return views;
}

/** Checks that a value is bytes of a fixed length; returns a view of them. */
function fixed(name: string, value: unknown): Uint8Array<ArrayBuffer> {
  const view = bytes(name, value);
  if (mayResize(view)) {
    throw typeError(`${name}: its ArrayBuffer is resizable`);
  }
  return view;
}

/** Returns a view of each `ArrayBuffer` behind the buffers; if one is detached, it is empty. */
export function memoryOf(
  buffers: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array[] {
  const memory = new Set(buffers.map(({ buffer }) => buffer));
  return Array.from(memory, (buffer) => new Uint8Array(buffer))
    .filter(({ byteLength }) => byteLength > 0);
}

// `recvmmsg` and `sendmmsg`, and their replacements where the C library lacks them.

/**
 * Receives or sends a series of messages.
 *
 * @param handle the socket's handle
 * @param headers the messages' headers
 * @param start the index of the first message
 * @param count how many messages at most
 * @param flags `MSG_` flags
 * @returns how many messages were received or sent, or the negated error number if the first failed
 */
export type VectorCall = (
  handle: Handle,
  headers: MessageHeaders,
  start: number,
  count: number,
  flags: number,
) => number;

/** The two calls. */
export interface VectorCalls {
  /** Like `recvmmsg(2)` with `MSG_WAITFORONE`: waits for the first message only. */
  readonly recvmmsg: VectorCall;
  /** Like `sendmmsg(2)`. */
  readonly sendmmsg: VectorCall;
}

const { MSG_WAITFORONE: WAIT_FOR_ONE = 0, MSG_DONTWAIT } = table.constants;

/** Errors that followed received messages: the next call reports them, as the kernel does. */
const later = new WeakMap<Handle, number>();

function wouldWait(code: number): boolean {
  return code === EAGAIN || code === EWOULDBLOCK || code === EINTR;
}

/**
 * Returns the calls for a C library: its own, or replacements that handle one message at a time.
 *
 * @param symbols the C library's functions
 */
export function vectorCallsOf(
  symbols: Pick<Libc, "recvmmsg" | "sendmmsg" | "recvmsg" | "sendmsg">,
): VectorCalls {
  const { recvmmsg, sendmmsg, recvmsg, sendmsg } = symbols;
  return {
    recvmmsg: recvmmsg
      ? (handle, headers, start, count, flags) => {
        const all = headers.from(start);
        const came = recvmmsg(
          handle.fd,
          all,
          count,
          flags | WAIT_FOR_ONE,
          null,
        );
        return came < 0 ? -errno() : came;
      }
      : (handle, headers, start, count, flags) => {
        const error = later.get(handle);
        if (error !== undefined) {
          later.delete(handle);
          return -error;
        }
        for (let i = 0; i < count; i++) {
          if (i > 0 && MSG_DONTWAIT === undefined && !isReadable(handle)) {
            return i;
          }
          const bits = i === 0 ? flags : flags | (MSG_DONTWAIT ?? 0);
          const length = recvmsg(handle.fd, headers.from(start + i), bits);
          if (length >= 0) headers.setLength(start + i, length);
          else {
            const code = errno();
            if (i === 0) return -code;
            if (!wouldWait(code)) later.set(handle, code);
            return i;
          }
        }
        return count;
      },
    sendmmsg: sendmmsg
      ? (handle, headers, start, count, flags) => {
        const sent = sendmmsg(handle.fd, headers.from(start), count, flags);
        return sent < 0 ? -errno() : sent;
      }
      : (handle, headers, start, count, flags) => {
        for (let i = 0; i < count; i++) {
          const length = sendmsg(handle.fd, headers.from(start + i), flags);
          if (length < 0) return i === 0 ? -errno() : i; // the next call fails again
          headers.setLength(start + i, length);
        }
        return count;
      },
  };
}

function isReadable(handle: Handle): boolean {
  return waitReady(handle.fd, "read", 0) > 0;
}

let cached: VectorCalls | undefined;

/** Returns the calls for the running system; libc must be loaded. */
export function vectorCalls(): VectorCalls {
  return cached ??= vectorCallsOf(libc);
}
