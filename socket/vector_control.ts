/** The ancillary data of a `MessageVector`: what its messages came with, and what they carry. */

import { IPPROTO_UDP } from "../constants/mod.ts";
import { table } from "../constants/table.ts";
import { rangeError } from "../constants/stack.ts";
import { layout } from "../ffi/layout/mod.ts";
import type { MessageHeaders } from "../ffi/mmsghdr.ts";
import {
  type AncillaryItem,
  ancillaryItems,
  buildControl,
  CMSG_SPACE,
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
