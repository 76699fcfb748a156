/** `struct msghdr` with its `struct iovec`s: filled anew for every message, allocated once. */

import { layout } from "./layout/mod.ts";
import { addressOf } from "./memory.ts";
import { table } from "../constants/table.ts";

/** How many buffers one message may have; POSIX names it, and every platform has this or more. */
export const MAX_BUFFERS = table.constants.IOV_MAX ?? 1024;

/** Room for the control messages of all usual requests; a larger request gets its own for one call. */
export const USUAL_CONTROL = 0x1000;

/** The header of a message, pointing at the buffers it is prepared with. */
export class MessageHeader {
  /** The header itself, to be passed to `sendmsg` and `recvmsg`. */
  readonly bytes = new Uint8Array(layout.msghdr.size);
  /** Where the control messages are. */
  control = new Uint8Array(USUAL_CONTROL);

  readonly #fields = new DataView(this.bytes.buffer);
  readonly #vectors = new Uint8Array(layout.iovec.size * MAX_BUFFERS);
  readonly #vectorFields = new DataView(this.#vectors.buffer);
  readonly #name: Uint8Array;
  readonly #nameAddress: bigint;
  readonly #vectorsAddress: bigint;
  readonly #usual = this.control;
  readonly #usualAddress = addressOf(this.control);
  #controlAddress = this.#usualAddress;
  /** Keeps the buffers alive whose addresses the header holds. */
  #held: readonly Uint8Array[] = [];

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
    this.#held = buffers;
    const { iov_base, iov_len } = layout.iovec;
    const vectors = this.#vectorFields;
    let left = limit;
    for (let i = 0, at = 0; i < buffers.length; i++, at += layout.iovec.size) {
      const buffer = buffers[i];
      const length = Math.min(buffer.byteLength, left);
      left -= length;
      vectors.setBigUint64(at + iov_base.at, addressOf(buffer), true);
      vectors.setUint32(at + iov_len.at, length, true); // its high half stays 0
    }
    const h = layout.msghdr;
    const nameAddress = nameLength === 0 ? 0n : this.#nameAddress;
    const controlAddress = controlLength === 0 ? 0n : this.#controlAddress;
    this.#fields.setBigUint64(h.msg_name.at, nameAddress, true);
    this.#fields.setUint32(h.msg_namelen.at, nameLength, true);
    this.#fields.setBigUint64(h.msg_iov.at, this.#vectorsAddress, true);
    this.#fields.setUint32(h.msg_iovlen.at, buffers.length, true);
    this.#fields.setBigUint64(h.msg_control.at, controlAddress, true);
    this.#fields.setUint32(h.msg_controllen.at, controlLength, true);
    this.#fields.setInt32(h.msg_flags.at, 0, true);
  }

  /** The length of the address that came. */
  get nameLength(): number {
    return this.#fields.getUint32(layout.msghdr.msg_namelen.at, true);
  }

  /** How many bytes of control messages came. */
  get controlLength(): number {
    return this.#fields.getUint32(layout.msghdr.msg_controllen.at, true);
  }

  /** The `MSG_` flags that came with the message. */
  get flags(): number {
    return this.#fields.getInt32(layout.msghdr.msg_flags.at, true);
  }

  /** Lets the buffers go. */
  release(): void {
    this.#held = [];
    this.control = this.#usual;
    this.#controlAddress = this.#usualAddress;
  }
}
