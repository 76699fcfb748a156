/**
 * `struct msghdr` with its `struct iovec`s, or `WSAMSG` with its `WSABUF`s on Windows: allocated
 * once, and filled for every message. `struct mmsghdr` is a vector of them.
 */

import { table } from "../constants/table.ts";
import { type Field, type Layout, layout } from "./layout/mod.ts";
import { addressOf } from "./memory.ts";

/** How many buffers a message may have: `IOV_MAX`, or 1024, which every platform accepts. */
export const MAX_BUFFERS = table.constants.IOV_MAX ?? 1024;

/** The default size of the control buffer in bytes. A call that needs more gets its own buffer. */
export const DEFAULT_CONTROL_SIZE = 0x1000;

/** The positions of a message's parts in its header and in the vectors the header points at. */
interface Parts {
  readonly size: number;
  readonly name: Field;
  readonly nameLength: Field;
  readonly vectors: Field;
  readonly vectorCount: Field;
  readonly control: Field;
  readonly controlLength: Field;
  readonly flags: Field;
  readonly vector: {
    readonly size: number;
    readonly base: Field;
    readonly length: Field;
  };
}

function partsOf({ msghdr, iovec, wsamsg, wsabuf }: Layout): Parts {
  if (msghdr !== undefined) {
    return {
      size: msghdr.size,
      name: msghdr.msg_name,
      nameLength: msghdr.msg_namelen,
      vectors: msghdr.msg_iov,
      vectorCount: msghdr.msg_iovlen,
      control: msghdr.msg_control,
      controlLength: msghdr.msg_controllen,
      flags: msghdr.msg_flags,
      vector: {
        size: iovec.size,
        base: iovec.iov_base,
        length: iovec.iov_len,
      },
    };
  }
  const within = ({ at, size }: Field): Field => ({
    at: wsamsg.Control.at + at,
    size,
  });
  return {
    size: wsamsg.size,
    name: wsamsg.name,
    nameLength: wsamsg.namelen,
    vectors: wsamsg.lpBuffers,
    vectorCount: wsamsg.dwBufferCount,
    control: within(wsabuf.buf),
    controlLength: within(wsabuf.len),
    flags: wsamsg.dwFlags,
    vector: { size: wsabuf.size, base: wsabuf.buf, length: wsabuf.len },
  };
}

/** The layout of the running platform's message header. */
export const parts = partsOf(layout);

/** The header of one message. {@linkcode prepare} points it at buffers. */
export class MessageHeader {
  /** The header itself, as `sendmsg` and `recvmsg` take it. */
  readonly bytes = new Uint8Array(parts.size);
  /** The control messages. */
  control = new Uint8Array(DEFAULT_CONTROL_SIZE);

  readonly #fields = new DataView(this.bytes.buffer);
  readonly #vectors = new Uint8Array(parts.vector.size * MAX_BUFFERS);
  readonly #vectorFields = new DataView(this.#vectors.buffer);
  readonly #name: Uint8Array;
  readonly #nameAddress: bigint;
  readonly #vectorsAddress: bigint;
  readonly #usual = this.control;
  readonly #usualAddress = addressOf(this.control);
  #controlAddress = this.#usualAddress;
  /** Keeps the buffers whose addresses the header holds from being garbage-collected. */
  protected pinned: readonly Uint8Array[] = [];

  /** Makes a header for messages whose address, if any, is in `name`. */
  constructor(name: Uint8Array) {
    this.#name = name;
    this.#nameAddress = addressOf(this.#name);
    this.#vectorsAddress = addressOf(this.#vectors);
  }

  /** Makes {@linkcode control} at least `controlLength` bytes long, until {@linkcode release}. */
  reserve(controlLength: number): void {
    if (controlLength <= this.control.length) return;
    this.control = new Uint8Array(controlLength);
    this.#controlAddress = addressOf(this.control);
  }

  /**
   * Points the header at a message's parts, which it keeps until {@linkcode release}.
   *
   * @param buffers the bytes to send or to fill, {@linkcode MAX_BUFFERS} at most
   * @param limit the maximum number of bytes to use of them
   * @param nameLength the length of the address, or of the space for it, in bytes; 0 for none
   * @param controlLength how many bytes of {@linkcode control} are in use; 0 for none
   */
  prepare(
    buffers: readonly Uint8Array[],
    limit: number,
    nameLength: number,
    controlLength: number,
  ): void {
    this.pinned = buffers;
    const { size, base, length: lengthField } = parts.vector;
    const vectors = this.#vectorFields;
    let left = limit;
    for (let i = 0, at = 0; i < buffers.length; i++, at += size) {
      const buffer = buffers[i];
      const length = Math.min(buffer.byteLength, left);
      left -= length;
      vectors.setBigUint64(at + base.at, addressOf(buffer), true);
      vectors.setUint32(at + lengthField.at, length, true); // the high half stays 0
    }
    const nameAddress = nameLength === 0 ? 0n : this.#nameAddress;
    const controlAddress = controlLength === 0 ? 0n : this.#controlAddress;
    const fields = this.#fields;
    fields.setBigUint64(parts.name.at, nameAddress, true);
    fields.setUint32(parts.nameLength.at, nameLength, true);
    fields.setBigUint64(parts.vectors.at, this.#vectorsAddress, true);
    fields.setUint32(parts.vectorCount.at, buffers.length, true);
    fields.setBigUint64(parts.control.at, controlAddress, true);
    fields.setUint32(parts.controlLength.at, controlLength, true);
    fields.setInt32(parts.flags.at, 0, true);
  }

  /** The length of the received address in bytes. */
  get nameLength(): number {
    return this.#fields.getUint32(parts.nameLength.at, true);
  }

  /** The length of the received control messages in bytes. */
  get controlLength(): number {
    return this.#fields.getUint32(parts.controlLength.at, true);
  }

  /** The `MSG_` flags of the received message. */
  get flags(): number {
    return this.#fields.getInt32(parts.flags.at, true);
  }

  /** Drops the buffers, and a control buffer that {@linkcode reserve} made. */
  release(): void {
    this.pinned = [];
    this.control = this.#usual;
    this.#controlAddress = this.#usualAddress;
  }
}

// An array of `struct mmsghdr`, the headers of many messages, with their addresses in one block and
// their control messages in another. The addresses of the parts are taken once; a call only sets
// lengths, and clears the pointers to parts that its message lacks.

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
  protected readonly held: readonly Uint8Array[];

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
    this.held = [vectors, names, controls, ...buffers];
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
