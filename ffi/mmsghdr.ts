/**
 * `struct mmsghdr`s: the headers of many messages side by side, with their addresses and control
 * messages in one block each. Pointers are written once; a call changes lengths alone.
 */

import { layout } from "./layout/mod.ts";
import type { Field } from "./layout/types.ts";
import { addressOf } from "./memory.ts";
import { parts } from "./msghdr.ts";

/** The room for an address: as large as `sockaddr_storage`. */
export const NAME_ROOM = 128;

// Where the platform has no `mmsghdr`, the length comes after the header there, too.
const { size: stride, msg_len } = layout.mmsghdr ?? {
  size: roundedUp(parts.size) + 8,
  msg_len: { at: roundedUp(parts.size), size: 4 },
};

/** Where in memory, seen as words of 32 bits, the fields of a message are. */
const word = (field: Field): number => field.at / 4;
const HEADER = stride / 4;
const NAME = word(parts.name);
const NAME_LENGTH = word(parts.nameLength);
const CONTROL = word(parts.control);
const CONTROL_LENGTH = word(parts.controlLength);
const FLAGS = word(parts.flags);
const LENGTH = word(msg_len);
const VECTOR = parts.vector.size / 4;
const VECTOR_LENGTH = word(parts.vector.length);

function roundedUp(size: number): number {
  return Math.ceil(size / 8) * 8;
}

/** The headers of as many messages as there are buffers. */
export class MessageHeaders {
  /** The headers themselves, to be passed to `sendmmsg` and `recvmmsg`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Room for each message's address. */
  readonly names: readonly Uint8Array<ArrayBuffer>[];
  /** Room for each message's control messages. */
  readonly controls: readonly Uint8Array<ArrayBuffer>[];
  /** The room in each. */
  readonly controlRoom: number;

  readonly #words: Uint32Array;
  readonly #vectors: Uint32Array;
  /** The pointers to names and control messages by their halves, as a message may have none. */
  readonly #namePointers: Uint32Array;
  readonly #controlPointers: Uint32Array;
  /** How much each buffer holds. */
  readonly #rooms: Uint32Array;
  /** What the headers point at: kept here, lest it is collected. */
  readonly #held: readonly Uint8Array[];

  /**
   * Makes headers of messages with a buffer each.
   *
   * @param buffers the buffers, which must stay as they are: see that none was detached before a call
   * @param controlRoom the room for the control messages of each message in bytes
   */
  constructor(
    buffers: readonly Uint8Array<ArrayBuffer>[],
    controlRoom: number,
  ) {
    const count = buffers.length;
    const room = roundedUp(controlRoom);
    const vectors = new Uint8Array(count * parts.vector.size);
    const names = new Uint8Array(count * NAME_ROOM);
    const controls = new Uint8Array(count * room);
    this.bytes = new Uint8Array(count * stride);
    this.names = divided(names, count, NAME_ROOM, NAME_ROOM);
    this.controls = divided(controls, count, room, controlRoom);
    this.controlRoom = controlRoom;
    this.#words = new Uint32Array(this.bytes.buffer);
    this.#vectors = new Uint32Array(vectors.buffer);
    this.#rooms = Uint32Array.from(buffers, ({ byteLength }) => byteLength);
    this.#held = [vectors, names, controls, ...buffers];
    this.#namePointers = pointers(names, count, NAME_ROOM);
    this.#controlPointers = pointers(controls, count, room);
    this.#point(buffers, addressOf(vectors));
  }

  #point(buffers: readonly Uint8Array[], vectors: bigint): void {
    const headers = new DataView(this.bytes.buffer);
    const bases = new DataView(this.#vectors.buffer);
    for (let i = 0; i < buffers.length; i++) {
      const at = i * parts.vector.size;
      bases.setBigUint64(
        at + parts.vector.base.at,
        addressOf(buffers[i]),
        true,
      );
      headers.setBigUint64(
        i * stride + parts.vectors.at,
        vectors + BigInt(at),
        true,
      );
      headers.setUint32(i * stride + parts.vectorCount.at, 1, true);
    }
  }

  /** The headers from one on. */
  from(index: number): Uint8Array<ArrayBuffer> {
    return index === 0 ? this.bytes : this.bytes.subarray(index * stride);
  }

  /** Makes a message ready to be filled. */
  expect(index: number): void {
    this.#set(index, this.#rooms[index], NAME_ROOM, this.controlRoom);
  }

  /** Makes a message ready to be sent; the lengths are no greater than what they are of. */
  offer(
    index: number,
    length: number,
    nameLength: number,
    controlLength: number,
  ): void {
    this.#set(index, length, nameLength, controlLength);
  }

  #set(
    index: number,
    length: number,
    nameLength: number,
    controlLength: number,
  ): void {
    const words = this.#words;
    const at = index * HEADER;
    const low = 2 * index, high = low + 1;
    this.#vectors[index * VECTOR + VECTOR_LENGTH] = length;
    // The BSDs refuse a name, or control messages, without a length.
    const named = nameLength === 0 ? 0 : -1;
    const controlled = controlLength === 0 ? 0 : -1;
    words[at + NAME] = this.#namePointers[low] & named;
    words[at + NAME + 1] = this.#namePointers[high] & named;
    words[at + NAME_LENGTH] = nameLength;
    words[at + CONTROL] = this.#controlPointers[low] & controlled;
    words[at + CONTROL + 1] = this.#controlPointers[high] & controlled;
    words[at + CONTROL_LENGTH] = controlLength;
  }

  /** How many bytes came, or were sent. */
  length(index: number): number {
    return this.#words[index * HEADER + LENGTH];
  }

  /** Says how many bytes came, or were sent, for a call that does not say it itself. */
  setLength(index: number, length: number): void {
    this.#words[index * HEADER + LENGTH] = length;
  }

  /** The length of the address that came. */
  nameLength(index: number): number {
    return Math.min(this.#words[index * HEADER + NAME_LENGTH], NAME_ROOM);
  }

  /** How many bytes of control messages came. */
  controlLength(index: number): number {
    return this.#words[index * HEADER + CONTROL_LENGTH];
  }

  /** The `MSG_` flags that came with the message. */
  flags(index: number): number {
    return this.#words[index * HEADER + FLAGS] | 0;
  }
}

function divided(
  block: Uint8Array<ArrayBuffer>,
  count: number,
  each: number,
  used: number,
): Uint8Array<ArrayBuffer>[] {
  return Array.from(
    { length: count },
    (_, i) => block.subarray(i * each, i * each + used),
  );
}

/** The addresses of a block's parts, each as two words. */
function pointers(
  block: Uint8Array<ArrayBuffer>,
  count: number,
  each: number,
): Uint32Array {
  const address = addressOf(block);
  const all = BigUint64Array.from(
    { length: count },
    (_, i) => address + BigInt(i * each),
  );
  return new Uint32Array(all.buffer);
}
