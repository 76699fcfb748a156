/**
 * An array of `struct mmsghdr`, the headers of many messages, with their addresses in one block and
 * their control messages in another. The addresses of the parts are taken once; a call only sets
 * lengths, and clears the pointers to parts that its message lacks.
 */

import { layout } from "./layout/mod.ts";
import type { Field } from "./layout/types.ts";
import { addressOf } from "./memory.ts";
import { parts } from "./msghdr.ts";

/** The space for each address in bytes: the size of `sockaddr_storage`. */
export const NAME_ROOM = 128;

// Without `mmsghdr`, the same form: a `msghdr`, then its length.
const { size: stride, msg_len } = layout.mmsghdr ?? {
  size: roundedUp(parts.size) + 8,
  msg_len: { at: roundedUp(parts.size), size: 4 },
};

/** The offset of a field in 32-bit words: the headers are accessed as a `Uint32Array`. */
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

/** The headers of an array of messages, one for each buffer. */
export class MessageHeaders {
  /** The headers themselves, as `sendmmsg` and `recvmmsg` take them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Space for each message's address. */
  readonly names: readonly Uint8Array<ArrayBuffer>[];
  /** Space for the control messages that each message is received with. */
  readonly controls: readonly Uint8Array<ArrayBuffer>[];
  /** The size of each of {@linkcode controls} in bytes. */
  readonly controlRoom: number;

  /** The space of {@linkcode offeredControls}; empty until it is needed. */
  #offered: readonly Uint8Array<ArrayBuffer>[] = [];
  readonly #words: Uint32Array;
  readonly #vectors: Uint32Array;
  /** The pointers to names and control messages as two words each, for messages that have them. */
  readonly #namePointers: Uint32Array;
  readonly #controlPointers: Uint32Array;
  #offeredPointers: Uint32Array;
  /** The length of each buffer in bytes. */
  readonly #rooms: Uint32Array;
  /** Keeps what the headers point at from being garbage-collected. */
  readonly #held: readonly Uint8Array[];

  /**
   * Makes headers for messages of one buffer each.
   *
   * @param buffers the buffers, whose addresses are stored: before a call, check that none has been
   * detached
   * @param controlRoom the space for the control messages of each message in bytes
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
    this.#offeredPointers = this.#controlPointers; // not used while nothing is offered
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

  /**
   * Returns space for the control messages that each message is sent with. Few vectors need it, so
   * the first call makes it.
   *
   * @param room the size of each in bytes, the same in every call
   */
  offeredControls(room: number): readonly Uint8Array<ArrayBuffer>[] {
    if (this.#offered.length === 0) {
      const count = this.names.length;
      const each = roundedUp(room);
      const block = new Uint8Array(count * each);
      this.#offered = divided(block, count, each, room);
      this.#offeredPointers = pointers(block, count, each);
    }
    return this.#offered;
  }

  /** Returns the headers from a message on. */
  from(index: number): Uint8Array<ArrayBuffer> {
    return index === 0 ? this.bytes : this.bytes.subarray(index * stride);
  }

  /** Prepares a message for receiving into. */
  expect(index: number): void {
    this.#set(index, this.#rooms[index], NAME_ROOM);
    this.#control(index, this.#controlPointers, this.controlRoom);
  }

  /**
   * Prepares a message for sending, with {@linkcode offeredControls}. No length may exceed that of
   * the part it belongs to.
   */
  offer(
    index: number,
    length: number,
    nameLength: number,
    controlLength: number,
  ): void {
    this.#set(index, length, nameLength);
    this.#control(index, this.#offeredPointers, controlLength);
  }

  #set(index: number, length: number, nameLength: number): void {
    const words = this.#words;
    const at = index * HEADER;
    const low = 2 * index, high = low + 1;
    this.#vectors[index * VECTOR + VECTOR_LENGTH] = length;
    // The BSDs reject a pointer to a name, or to control messages, whose length is 0.
    const named = nameLength === 0 ? 0 : -1;
    words[at + NAME] = this.#namePointers[low] & named;
    words[at + NAME + 1] = this.#namePointers[high] & named;
    words[at + NAME_LENGTH] = nameLength;
  }

  #control(index: number, pointers: Uint32Array, length: number): void {
    const words = this.#words;
    const at = index * HEADER;
    const controlled = length === 0 ? 0 : -1;
    words[at + CONTROL] = pointers[2 * index] & controlled;
    words[at + CONTROL + 1] = pointers[2 * index + 1] & controlled;
    words[at + CONTROL_LENGTH] = length;
  }

  /** Returns how many bytes of the message were received or sent. */
  length(index: number): number {
    return this.#words[index * HEADER + LENGTH];
  }

  /** Stores how many bytes were received or sent, for calls on single messages. */
  setLength(index: number, length: number): void {
    this.#words[index * HEADER + LENGTH] = length;
  }

  /** Returns the length of the received address in bytes. */
  nameLength(index: number): number {
    return Math.min(this.#words[index * HEADER + NAME_LENGTH], NAME_ROOM);
  }

  /** Returns the length of the received control messages in bytes. */
  controlLength(index: number): number {
    return this.#words[index * HEADER + CONTROL_LENGTH];
  }

  /** Returns the `MSG_` flags of the received message. */
  flags(index: number): number {
    return this.#words[index * HEADER + FLAGS] | 0;
  }
}

/** Divides a block into parts of `each` bytes, and returns the first `used` bytes of each. */
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

/** Returns the addresses of a block's parts, as two 32-bit words each. */
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
