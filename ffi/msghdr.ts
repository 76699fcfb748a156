/**
 * `struct msghdr` with its `struct iovec`s, or Windows' `WSAMSG` with its `WSABUF`s: filled anew for
 * every message, allocated once.
 */

import { layout } from "./layout/mod.ts";
import type { Field, Layout } from "./layout/types.ts";
import { addressOf } from "./memory.ts";
import { table } from "../constants/table.ts";

/** How many buffers one message may have; POSIX names it, and every platform has this or more. */
export const MAX_BUFFERS = table.constants.IOV_MAX ?? 1024;

/** Room for the control messages of all usual requests; a larger request gets its own for one call. */
export const DEFAULT_CONTROL_SIZE = 0x1000;

/** Where in a header, and in the vectors it points at, the parts of a message are. */
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

/** The running platform's message header. */
export const parts = partsOf(layout);

/** The header of a message, pointing at the buffers it is prepared with. */
export class MessageHeader {
  /** The header itself, to be passed to `sendmsg` and `recvmsg`. */
  readonly bytes = new Uint8Array(parts.size);
  /** Where the control messages are. */
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
  /** Keeps the buffers alive whose addresses the header holds. */
  #pinned: readonly Uint8Array[] = [];

  /** Makes a header whose address, if it has one, is in the storage given. */
  constructor(name: Uint8Array) {
    this.#name = name;
    this.#nameAddress = addressOf(this.#name);
    this.#vectorsAddress = addressOf(this.#vectors);
  }

  /** Makes {@linkcode control} at least as large as needed. */
  reserve(controlLength: number): void {
    if (controlLength <= this.control.length) return;
    this.control = new Uint8Array(controlLength);
    this.#controlAddress = addressOf(this.control);
  }

  /**
   * Points the header at a message's parts, until {@linkcode release}.
   *
   * @param buffers the bytes to send or to fill, {@linkcode MAX_BUFFERS} at most
   * @param limit how many bytes of them at most
   * @param nameLength the length of the address's storage; 0 for no address
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
      vectors.setUint32(at + lengthField.at, length, true); // its high half stays 0
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

  /** The length of the address that came. */
  get nameLength(): number {
    return this.#fields.getUint32(parts.nameLength.at, true);
  }

  /** How many bytes of control messages came. */
  get controlLength(): number {
    return this.#fields.getUint32(parts.controlLength.at, true);
  }

  /** The `MSG_` flags that came with the message. */
  get flags(): number {
    return this.#fields.getInt32(parts.flags.at, true);
  }

  /** Lets the buffers go. */
  release(): void {
    this.#pinned = [];
    this.control = this.#usual;
    this.#controlAddress = this.#usualAddress;
  }
}
