/**
 * `struct msghdr` with its `struct iovec`s, or `WSAMSG` with its `WSABUF`s on Windows: allocated
 * once, and filled for every message.
 */

import { table } from "../constants/table.ts";
import { layout } from "./layout/mod.ts";
import type { Field, Layout } from "./layout/types.ts";
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
  #pinned: readonly Uint8Array[] = [];

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
    this.#pinned = buffers;
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
    this.#pinned = [];
    this.control = this.#usual;
    this.#controlAddress = this.#usualAddress;
  }
}
