/**
 * Many messages in one call: the attempts of `recvmmsg` and `sendmmsg`, and `MessageVector`, their
 * storage, which is allocated once.
 */

import { nameClasses } from "../constants/table.ts";
import { MSG_CTRUNC } from "../constants/mod.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import {
  byteLengthOf,
  type Bytes,
  describe,
  flagBits,
  instance,
  integer,
} from "../errors/arguments.ts";
import { MessageHeaders } from "../ffi/msghdr.ts";
import type { Sockaddr } from "./address/codec.ts";
import type { Address, AddressInput } from "./address/types.ts";
import { SocketBase } from "./base.ts";
import type { AncillaryInput, AncillaryItem } from "./operations/ancillary.ts";
import {
  addressGuard,
  type Attempt,
  type Handle,
  handleOf,
  Pending,
  waitOrRetry,
} from "./operations/attempt.ts";
import {
  adoptDescriptors,
  closeOnExecFor,
  controlRoom,
  returnedFlags,
} from "./operations/messages.ts";
import {
  given,
  memoryOf,
  owned,
  vectorCalls,
  VectorControl,
} from "./vector_parts.ts";
import { context } from "./resolver/addrinfo.ts";
import type { ControlKind, ControlMessageOf } from "./structures/control.ts";
import { segments } from "./segments.ts";

const waits = {
  recvmmsg: new Pending("read", "recvmmsg"),
  sendmmsg: new Pending("write", "sendmmsg"),
} as const;

/** Receives messages into a vector, from `start` to before `end`; returns how many there were. */
export let recvmmsg: (
  handle: Handle,
  msgvec: MessageVector,
  start: number,
  end: number | undefined,
  flags: number,
) => Attempt<number>;

/** Sends messages of a vector, from `start` to before `end`; returns how many were sent. */
export let sendmmsg: typeof recvmmsg;

/**
 * The messages that one call of `recvmmsg()` fills, or `sendmmsg()` sends: for each a buffer, a
 * length, an address, flags, and room for ancillary data. A loop reuses one vector and allocates
 * only what it asks for: an address is decoded when {@linkcode address} is called, ancillary data
 * when {@linkcode ancdata} is.
 *
 * Received messages can be sent without changes: each goes back to the address it came from, and a
 * message that `UDP_GRO` merged goes back as the datagrams it was made of. Ancillary data that was
 * received is not sent; what {@linkcode setAncdata} sets is, until it is set again.
 *
 * A vector belongs to an address family, not to a socket: any socket of that family may fill and
 * send it.
 *
 * @typeParam A the addresses of the family
 *
 * @example An echo, many datagrams at a time
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AF_INET, MessageVector, SOCK_DGRAM, Socket } from "@libc/socket";
 *
 * using server = new Socket(AF_INET, SOCK_DGRAM);
 * server.bind(["127.0.0.1", 0]);
 * using client = new Socket(AF_INET, SOCK_DGRAM);
 * client.connect(server.getsockname());
 * for (const word of ["one", "two"]) client.send(new TextEncoder().encode(word));
 *
 * const messages = new MessageVector(server, 64, 1500);
 * const count = server.recvmmsg(messages);
 * assertEquals(count, 2);
 * assertEquals(messages.address(0), client.getsockname());
 * assertEquals(server.sendmmsg(messages, 0, count), 2);
 *
 * assertEquals(new TextDecoder().decode(client.recv(1500)), "one");
 * assertEquals(new TextDecoder().decode(client.recv(1500)), "two");
 * ```
 * @see `recvmmsg(2)`
 * @category Messages
 */
export class MessageVector<A extends Address = Address> {
  readonly #buffers: readonly Uint8Array<ArrayBuffer>[];
  readonly #lengths: Uint32Array<ArrayBuffer>;
  readonly #flags: Int32Array<ArrayBuffer>;
  readonly #ancbufsize: number;
  readonly #handle: Handle;
  readonly #headers: MessageHeaders;
  readonly #addresses: readonly Sockaddr[];
  readonly #addressLengths: Uint32Array;
  readonly #control: VectorControl;
  readonly #memory: readonly Uint8Array[];

  static {
    recvmmsg = (handle, msgvec, start, end, flags) => {
      const bits = flagBits(flags);
      MessageVector.#check(handle, msgvec);
      const { length } = msgvec.#buffers; // a subclass may report another length
      const first = integer("start", start, 0, length);
      const last = integer("end", end ?? length, first, length);
      return msgvec.#receive(handle, first, last, bits);
    };
    sendmmsg = (handle, msgvec, start, end, flags) => {
      const bits = flagBits(flags);
      MessageVector.#check(handle, msgvec);
      const { length } = msgvec.#buffers;
      const first = integer("start", start, 0, length);
      const last = integer("end", end ?? length, first, length);
      return msgvec.#send(handle, first, last, bits);
    };
  }

  /**
   * Makes a vector with buffers of its own.
   *
   * @param socket a socket of the address family
   * @param vlen how many messages, 1 to 1024
   * @param bufsize the size of each message's buffer in bytes
   * @param ancbufsize the room for each message's ancillary data in bytes, as `CMSG_SPACE()`
   * computes it; 0 if left out
   * @throws {RangeError} if a number is out of bounds
   */
  constructor(
    socket: SocketBase<A>,
    vlen: number,
    bufsize: number,
    ancbufsize?: number,
  );
  /**
   * Makes a vector with the caller's buffers.
   *
   * @param socket a socket of the address family
   * @param buffers a buffer for each message, 1 to 1024 of them. None may be resizable or be
   * detached later
   * @param ancbufsize the room for each message's ancillary data in bytes, as `CMSG_SPACE()`
   * computes it; 0 if left out
   * @throws {TypeError} if `buffers` is not an iterable of buffers, or one is resizable
   * @throws {RangeError} if a number is out of bounds
   */
  constructor(
    socket: SocketBase<A>,
    buffers: Iterable<Bytes>,
    ancbufsize?: number,
  );
  constructor(
    socket: SocketBase<A>,
    buffers: number | Iterable<Bytes>,
    size = 0,
    ancbufsize = 0,
  ) {
    instance("socket", socket, SocketBase, "a socket");
    const areGiven = typeof buffers === "object" && buffers !== null;
    this.#buffers = Object.freeze(
      areGiven ? given(buffers) : owned(buffers, size),
    );
    this.#ancbufsize = integer(
      "ancbufsize",
      areGiven ? size : ancbufsize,
      0,
      0x7fffffff,
    );
    this.#handle = handleOf(socket);
    const headers = new MessageHeaders(
      this.#buffers,
      controlRoom(this.#handle, this.#ancbufsize),
    );
    const { length } = this.#buffers;
    this.#headers = headers;
    this.#lengths = Uint32Array.from(this.#buffers, (view) => view.byteLength);
    this.#flags = new Int32Array(length);
    this.#addresses = headers.names.map((bytes) => ({
      bytes,
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    }));
    this.#addressLengths = new Uint32Array(length);
    this.#control = new VectorControl(headers, this.#ancbufsize);
    this.#memory = memoryOf(this.#buffers);
  }

  /** The number of messages. */
  get length(): number {
    return this.#buffers.length;
  }

  /** The buffer of each message: receiving fills it, sending reads it. */
  get buffers(): readonly Uint8Array<ArrayBuffer>[] {
    return this.#buffers;
  }

  /**
   * The length of each message in bytes. Receiving sets it (with `MSG_TRUNC`, to a longer
   * datagram's true length); set it for sending. Initially the size of the buffer.
   */
  get lengths(): Uint32Array<ArrayBuffer> {
    return this.#lengths;
  }

  /** The `MSG_` flags that each message was received with. */
  get msg_flags(): Int32Array<ArrayBuffer> {
    return this.#flags;
  }

  /** The room for each message's ancillary data in bytes. */
  get ancbufsize(): number {
    return this.#ancbufsize;
  }

  /**
   * Returns the bytes of a message: a view of its buffer that has the message's length.
   *
   * @param index which message
   * @throws {RangeError} if there is no such message
   */
  data(index: number): Uint8Array<ArrayBuffer> {
    const at = this.#index(index);
    return this.#buffers[at].subarray(0, this.#lengths[at]);
  }

  /**
   * Returns the address that a message came from or is to be sent to; `null` if there is none.
   *
   * @param index which message
   * @throws {RangeError} if there is no such message
   */
  address(index: number): A | null {
    const at = this.#index(index);
    const length = this.#addressLengths[at];
    if (length === 0) return null;
    const { codec } = this.#handle;
    const address = this.#addresses[at];
    return codec.decode(address, length, this.#handle, context) as A;
  }

  /**
   * Sets the address that a message is to be sent to.
   *
   * @param index which message
   * @param address the address; a host name in it is resolved at once, which blocks. `null` for
   * none, as on a connected socket
   * @throws {TypeError} if it is not an address of the family
   * @throws {RangeError} if there is no such message, or a part of the address is out of bounds
   * @throws {gaierror} if a host name cannot be resolved
   */
  setAddress(index: number, address: AddressInput<A> | null): void {
    const at = this.#index(index);
    this.#addressLengths[at] = 0;
    if (address === null) return;
    const { codec } = this.#handle;
    const into = this.#addresses[at];
    this.#addressLengths[at] = codec.encode(
      address,
      into,
      this.#handle,
      context,
    );
  }

  /**
   * Sets the address that all messages are to be sent to, as {@linkcode setAddress} does for one.
   *
   * @param address the address, or `null` for none
   * @throws {TypeError} if it is not an address of the family
   * @throws {RangeError} if a part of the address is out of bounds
   * @throws {gaierror} if a host name cannot be resolved
   */
  setAddresses(address: AddressInput<A> | null): void {
    this.setAddress(0, address);
    const [{ bytes }] = this.#addresses;
    for (const other of this.#addresses) other.bytes.set(bytes);
    this.#addressLengths.fill(this.#addressLengths[0]);
  }

  /**
   * Returns the ancillary data that a message was received with. The caller must close received
   * descriptors, whether it calls this or not.
   *
   * @param index which message
   * @throws {RangeError} if there is no such message
   */
  ancdata(index: number): AncillaryItem[] {
    return this.#control.ancdata(this.#index(index));
  }

  /**
   * Sets the ancillary data that a message is to be sent with, each time until it is set again:
   * receiving does not change it. A received message then counts as changed: one that `UDP_GRO`
   * merged is sent as one datagram unless this sets `UDP_SEGMENT`.
   *
   * @param index which message
   * @param ancdata the ancillary data: an iterable of `[cmsg_level, cmsg_type, cmsg_data]`
   * @throws {TypeError} if it is not such an iterable
   * @throws {RangeError} if there is no such message, or `ancbufsize` is too small for the data
   */
  setAncdata(index: number, ancdata: Iterable<AncillaryInput>): void {
    this.#control.set(this.#index(index), ancdata);
  }

  /**
   * Returns the length of each datagram in a message that `UDP_GRO` merged from several; only the
   * last may be shorter. Needs an `ancbufsize` of `CMSG_SPACE(4)`. If the message is sent with the
   * length that it was received with, it is cut into these datagrams again (`UDP_SEGMENT`).
   *
   * @param index which message
   * @returns the length in bytes that the ancillary data reports, or else the message's own length
   * @throws {RangeError} if there is no such message
   */
  segmentSize(index: number): number {
    const at = this.#index(index);
    return this.#control.segmentSize(at) || this.#lengths[at];
  }

  /**
   * Returns the first control message of a kind that a message was received with, and decodes no
   * other: what is not asked for costs nothing. For all of them, `decodeControl(ancdata(index))`.
   *
   * The descriptors of `"rights"` and `"pidfd"` are returned once, with an owner that closes what
   * is not taken.
   *
   * @param index which message
   * @param kind the kind, such as `"pktinfo"`
   * @returns the control message, or `undefined` if there is none
   * @throws {RangeError} if there is no such message
   */
  control<K extends ControlKind>(
    index: number,
    kind: K,
  ): ControlMessageOf<K> | undefined {
    return this.#control.find(this.#index(index), kind);
  }

  /**
   * Returns the datagrams in a message, which `UDP_GRO` merged from several: views of its buffer,
   * in the order in which they came. Needs an `ancbufsize` of `controlSize("gro")`.
   *
   * @param index which message
   * @returns the datagrams; one if the message was not merged
   * @throws {RangeError} if there is no such message
   */
  segments(index: number): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
    const data = this.data(index);
    return segments(data, Math.max(1, this.segmentSize(index)));
  }

  #index(index: number): number {
    // The fast path of a valid index; `integer` throws for all others.
    return typeof index === "number" && index >>> 0 === index &&
        index < this.#buffers.length
      ? index
      : integer("index", index, 0, this.#buffers.length - 1);
  }

  static #check(
    handle: Handle,
    msgvec: unknown,
  ): asserts msgvec is MessageVector {
    if (
      typeof msgvec !== "object" || msgvec === null || !(#memory in msgvec)
    ) {
      throw typeError(
        `msgvec must be a MessageVector, not ${describe(msgvec)}`,
      );
    }
    if (msgvec.#handle.codec !== handle.codec) {
      throw typeError("msgvec was made for another address family");
    }
    for (const view of msgvec.#memory) {
      if (view.byteLength === 0) {
        throw typeError("msgvec: an ArrayBuffer of it was detached");
      }
    }
  }

  #receive(
    handle: Handle,
    start: number,
    end: number,
    flags: number,
  ): Attempt<number> {
    const headers = this.#headers;
    for (let i = start; i < end; i++) headers.expect(i);
    const { recvmmsg } = vectorCalls();
    for (;;) {
      const bits = flags | closeOnExecFor(handle) | handle.dontWait;
      const count = recvmmsg(handle, headers, start, end - start, bits);
      if (count >= 0) {
        this.#received(start, start + count, flags);
        return count;
      }
      const wait = waitOrRetry(waits.recvmmsg, -count, flags);
      if (wait !== undefined) return wait;
    }
  }

  /** Copies lengths and flags out of the headers, which the next call overwrites. */
  #received(start: number, end: number, flags: number): void {
    const headers = this.#headers;
    const room = this.#ancbufsize;
    for (let i = start; i < end; i++) {
      this.#lengths[i] = headers.length(i);
      this.#addressLengths[i] = headers.nameLength(i);
      this.#flags[i] = returnedFlags(this.#handle, headers.flags(i), flags);
      const length = headers.controlLength(i);
      this.#control.received(i, this.#lengths[i], length);
      if (length > 0 && adoptDescriptors(headers.controls[i], length, room)) {
        this.#flags[i] |= MSG_CTRUNC;
      }
    }
  }

  /** Asks for the addresses of messages, which may also be those that they were received from. */
  #checkAddresses(handle: Handle, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const length = this.#addressLengths[i];
      if (length === 0) continue;
      addressGuard!.checkAddress(handle, this.#addresses[i], length, false);
    }
  }

  #send(
    handle: Handle,
    start: number,
    end: number,
    flags: number,
  ): Attempt<number> {
    const headers = this.#headers;
    for (let i = start; i < end; i++) {
      const length = this.#lengths[i];
      const room = byteLengthOf(this.#buffers[i]);
      if (length > room) {
        throw rangeError(
          `lengths[${i}] is greater than the length of its buffer (${length} > ${room})`,
        );
      }
      headers.offer(
        i,
        length,
        this.#addressLengths[i],
        this.#control.offer(i, length),
      );
    }
    if (addressGuard !== undefined) this.#checkAddresses(handle, start, end);
    const { sendmmsg } = vectorCalls();
    for (;;) {
      const count = sendmmsg(
        handle,
        headers,
        start,
        end - start,
        flags | handle.dontWait,
      );
      if (count >= 0) return count;
      const wait = waitOrRetry(waits.sendmmsg, -count, flags);
      if (wait !== undefined) return wait;
    }
  }
}

nameClasses({ MessageVector });
