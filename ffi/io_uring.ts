/**
 * Linux's `io_uring`: calls that are submitted many at a time, and complete in a ring of memory.
 *
 * All memory that the kernel reads and writes is JavaScript's (`IORING_SETUP_NO_MMAP`): it needs no
 * mapping, and the permission for libc's path is enough. It belongs to a `WebAssembly.Memory`,
 * whose memory begins at a page, cannot be detached, and is unmapped when it is freed, not used for
 * something else: a Worker may be ended while the kernel still holds its pages.
 *
 * With `IORING_SETUP_DEFER_TASKRUN`, the kernel writes to this memory only while
 * {@linkcode Ring.enter} runs.
 */

import { platform } from "../constants/platform.ts";
import {
  Buffers,
  BYTES_PAGES,
  groups,
  LARGE,
  SCRATCH_AT,
  setAddress,
  SMALL,
} from "./io_uring_buffers.ts";
import {
  EFD_CLOEXEC_NONBLOCK,
  ENOSYS,
  ENTER,
  ETIME,
  opened,
  REGISTER,
  SETUP,
  type Symbols,
} from "./io_uring_calls.ts";
import { errno, load } from "./libc.ts";
import { addressOf } from "./memory.ts";

// IORING_SETUP_ flags, each with the kernel that it came with.
const SETUP_FLAGS = 1 << 3 | // CQSIZE
  1 << 7 | // SUBMIT_ALL, 5.18
  1 << 12 | // SINGLE_ISSUER, 6.0
  1 << 13 | // DEFER_TASKRUN, 6.1
  1 << 14 | // NO_MMAP, 6.5; of memory that is not contiguous, 6.10
  1 << 16; // NO_SQARRAY, 6.6
const GETEVENTS = 1 << 0;
const EXT_ARG = 1 << 3;
const REGISTER_EVENTFD = 4;
const REGISTER_PBUF_RING = 22;
const REGISTER_SYNC_CANCEL = 24;

const OP_NOP = 0;
const OP_POLL_ADD = 6;
const OP_RECVMSG = 10;
const OP_ACCEPT = 13;
const OP_ASYNC_CANCEL = 14;
const OP_SEND = 26;
const OP_RECV = 27;

// Of the first word of an entry: flags in its second byte, `ioprio` in its upper half.
const BUFFER_SELECT = 1 << 5 << 8;
const CQE_SKIP_SUCCESS = 1 << 6 << 8;
const ACCEPT_MULTISHOT = 1 << 0 << 16;
const RECV_MULTISHOT = 1 << 1 << 16;

/** The completion has a buffer, whose number is in the upper half of its flags. */
export const CQE_BUFFER = 1 << 0;
/** More completions of the same call will follow. */
export const CQE_MORE = 1 << 1;
const CQ_EVENTFD_DISABLED = 1;

const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
const MSG_NOSIGNAL = 0x4000;
const SOCK_CLOEXEC_NONBLOCK = 0o2004000;
/** `POLLIN` and `POLLRDHUP`. */
export const POLL_IN = 0x2001;
/** `POLLOUT`. */
export const POLL_OUT = 4;

const SQ_ENTRIES = 1024;
const CQ_ENTRIES = 4096;
const SQE_WORDS = 16;
const CQE_WORDS = 4;

// Where the rings lie in their block, each at a multiple of the largest page, 64 KiB.
const RING_AT = 0;
const SQES_AT = 0x20000;
const GROUP_RINGS_AT = [0x30000, 0x40000];
// An `io_uring_getevents_arg`, and the `timespec` that it points at.
const ARG_AT = 0x48000;
const ARG_SIZE = 24;
const TIMEOUT_AT = ARG_AT + ARG_SIZE;
// The `msghdr` of datagrams to receive, which says how much room the address has.
const HEADER_AT = ARG_AT + 64;
/** The room for a datagram's address, in bytes. */
export const NAME_ROOM = 128;
/** What precedes a datagram in its buffer: an `io_uring_recvmsg_out`, then the address. */
const NAME_OFFSET = 16;
const DATA_OFFSET = NAME_OFFSET + NAME_ROOM;
const RING_PAGES = 5;

/** Rings for calls and completions, and buffers to receive into. */
export class Ring {
  /** The descriptor that becomes readable with a completion, while {@linkcode signals}. */
  readonly eventFd: number;
  /** The memory of all bytes that are received, and of those that are sent. */
  readonly block: ArrayBuffer;
  /** The same memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the memory for bytes to send begins in the block. */
  readonly scratchAt = SCRATCH_AT;
  /** What the last completion of {@linkcode next} was for: the slot … */
  slot = 0;
  /** … the tag that its call was submitted with … */
  tag = 0;
  /** … the result, or a negated error number … */
  result = 0;
  /** … and its `CQE_` flags. */
  flags = 0;
  readonly #fd: number;
  readonly #calls: Symbols;
  readonly #words: Int32Array;
  /** The block, in words. */
  readonly #data: Uint32Array;
  /** The addresses of the rings and of the block. */
  readonly #start: number;
  readonly #base: number;
  readonly #buffers: readonly Buffers[];
  readonly #sqTail: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  readonly #cqFlags: number;
  readonly #cqes: number;
  readonly #arg: Deno.PointerValue;
  readonly #argSize: Deno.PointerValue;
  // These count on: an old index must not look as if it were queued again.
  #tail = 0;
  #submitted = 0;
  #signals = true;
  #closed = false;

  /**
   * Opens the rings.
   *
   * @returns the error number if the kernel cannot, or may not
   */
  static open(): Ring | number {
    if (!platform.startsWith("linux")) return ENOSYS;
    let rings: ArrayBuffer;
    let block: ArrayBuffer;
    try {
      rings = mapped(RING_PAGES);
      block = mapped(BYTES_PAGES);
    } catch { // no address space is left
      return ENOSYS;
    }
    const calls = opened();
    const start = Number(addressOf(new Uint8Array(rings)));
    const base = Number(addressOf(new Uint8Array(block)));
    const params = new Uint32Array(30);
    params[0] = SQ_ENTRIES;
    params[1] = CQ_ENTRIES;
    params[2] = SETUP_FLAGS;
    setAddress(params, 18, start + SQES_AT); // sq_off.user_addr
    setAddress(params, 28, start + RING_AT); // cq_off.user_addr
    const fd = calls.io_uring_setup(
      SETUP,
      SQ_ENTRIES,
      new Uint8Array(params.buffer),
    );
    if (fd < 0) return errno();
    const eventFd = calls.eventfd(0, EFD_CLOEXEC_NONBLOCK);
    const event = new Int32Array([eventFd]);
    let failed = eventFd < 0 ||
      calls.io_uring_register(REGISTER, fd, REGISTER_EVENTFD, event, 1) < 0;
    const buffers = groups.map((group, i) =>
      new Buffers(group, rings, GROUP_RINGS_AT[i])
    );
    for (const [i, { count }] of groups.entries()) {
      buffers[i].fill(base);
      const arg = new Uint32Array(10); // io_uring_buf_reg
      setAddress(arg, 0, start + GROUP_RINGS_AT[i]);
      arg[2] = count;
      arg[3] = i;
      failed ||= calls.io_uring_register(
        REGISTER,
        fd,
        REGISTER_PBUF_RING,
        arg,
        1,
      ) < 0;
    }
    if (failed) {
      const code = errno();
      load().close(fd);
      if (eventFd >= 0) load().close(eventFd);
      return code;
    }
    const words = new Uint32Array(rings);
    setAddress(words, ARG_AT / 4 + 4, start + TIMEOUT_AT);
    words[HEADER_AT / 4 + 2] = NAME_ROOM; // msg_namelen
    return new Ring(
      calls,
      fd,
      eventFd,
      rings,
      block,
      start,
      base,
      buffers,
      params,
    );
  }

  private constructor(
    calls: Symbols,
    fd: number,
    eventFd: number,
    rings: ArrayBuffer,
    block: ArrayBuffer,
    start: number,
    base: number,
    buffers: readonly Buffers[],
    params: Uint32Array,
  ) {
    this.#calls = calls;
    this.#fd = fd;
    this.eventFd = eventFd;
    this.block = block;
    this.bytes = new Uint8Array(block);
    this.#words = new Int32Array(rings);
    this.#start = start;
    this.#base = base;
    this.#data = new Uint32Array(block);
    const arg = addressOf(new Uint8Array(rings, ARG_AT, ARG_SIZE));
    this.#arg = calls.memcpy_pointer(arg, 0n, 0);
    this.#argSize = calls.memcpy_pointer(BigInt(ARG_SIZE), 0n, 0);
    this.#buffers = buffers;
    this.#sqTail = (RING_AT + params[11]) / 4;
    this.#cqHead = (RING_AT + params[20]) / 4;
    this.#cqTail = (RING_AT + params[21]) / 4;
    this.#cqes = (RING_AT + params[25]) / 4;
    this.#cqFlags = (RING_AT + params[26]) / 4;
  }

  /** How many calls wait to be submitted. */
  get queued(): number {
    return this.#tail - this.#submitted;
  }

  /** Whether completions make {@linkcode eventFd} readable. Signalling costs something. */
  get signals(): boolean {
    return this.#signals;
  }

  set signals(signals: boolean) {
    if (signals === this.#signals) return;
    this.#signals = signals;
    this.#words[this.#cqFlags] = signals ? 0 : CQ_EVENTFD_DISABLED;
  }

  /** Where the next completions will be, for {@linkcode takeTagged}. */
  get completionTail(): number {
    return this.#words[this.#cqTail];
  }

  /** Whether {@linkcode next} has a completion. */
  get hasCompletions(): boolean {
    return this.#words[this.#cqHead] !== this.#words[this.#cqTail];
  }

  /** Takes the next completion, and sets {@linkcode slot} and what follows it. */
  next(): boolean {
    const words = this.#words;
    const head = words[this.#cqHead];
    if (head === words[this.#cqTail]) return false;
    this.#read(head);
    words[this.#cqHead] = head + 1;
    return true;
  }

  #read(index: number): void {
    const at = this.#cqes + (index & (CQ_ENTRIES - 1)) * CQE_WORDS;
    this.slot = this.#words[at];
    this.tag = this.#words[at + 1];
    this.result = this.#words[at + 2];
    this.flags = this.#words[at + 3];
  }

  /**
   * Takes a completion out of its turn, if it has a tag of the kind.
   *
   * @param index where it is, between {@linkcode completionTail} before the call that made it and
   * the same after that
   * @param kind the lower byte of the tag
   */
  takeTagged(index: number, kind: number): boolean {
    const at = this.#cqes + (index & (CQ_ENTRIES - 1)) * CQE_WORDS;
    if ((this.#words[at + 1] & 0xff) !== kind) return false;
    this.#read(index);
    this.#words[at + 1] = 0;
    return true;
  }

  /**
   * Submits what is queued, and has the kernel complete what it can.
   *
   * @param wanted how many completions to wait for, blocking the thread; 0 not to wait
   * @param microseconds for how long at most
   * @returns 0, or an error number
   */
  enter(wanted = 0, microseconds = 0): number {
    this.#words[this.#sqTail] = this.#tail;
    const count = this.queued;
    if (wanted > 0) this.#words[TIMEOUT_AT / 4 + 2] = microseconds * 1000;
    const done = this.#calls.io_uring_enter(
      ENTER,
      this.#fd,
      count,
      wanted,
      wanted > 0 ? GETEVENTS | EXT_ARG : GETEVENTS,
      wanted > 0 ? this.#arg : null,
      wanted > 0 ? this.#argSize : null,
    );
    if (done < 0) {
      const code = errno();
      return code === ETIME ? 0 : code;
    }
    this.#submitted += done;
    return 0;
  }

  /** Whether another call can be queued before the next {@linkcode enter}. */
  get hasRoom(): boolean {
    return this.queued < SQ_ENTRIES;
  }

  /** Writes an entry, and returns its index. The caller has seen that there is room. */
  #queue(
    first: number,
    fd: number,
    address: number,
    length: number,
    flags: number,
    slot: number,
    tag: number,
    group = 0,
    offset = 0,
    last = 0,
  ): number {
    const words = this.#words;
    const index = this.#tail;
    const at = SQES_AT / 4 + (index & (SQ_ENTRIES - 1)) * SQE_WORDS;
    words[at] = first;
    words[at + 1] = fd;
    setAddress(words, at + 2, offset);
    setAddress(words, at + 4, address);
    words[at + 6] = length;
    words[at + 7] = flags;
    words[at + 8] = slot;
    words[at + 9] = tag;
    words[at + 10] = group;
    words[at + 11] = last;
    words[at + 12] = 0;
    words[at + 13] = 0;
    this.#tail = index + 1;
    return index;
  }

  /** Receives again and again, into buffers of the group `SMALL`. */
  recv(fd: number, slot: number, tag: number): void {
    const first = OP_RECV | BUFFER_SELECT | RECV_MULTISHOT;
    this.#queue(first, fd, 0, 0, 0, slot, tag, SMALL);
  }

  /** Receives datagrams again and again, into buffers of the group `LARGE`. */
  recvmsg(fd: number, slot: number, tag: number): void {
    const first = OP_RECVMSG | BUFFER_SELECT | RECV_MULTISHOT;
    this.#queue(first, fd, this.#start + HEADER_AT, 1, 0, slot, tag, LARGE);
  }

  /** Where in the block the address of a received datagram is. */
  nameAt(buffer: number): number {
    return this.#buffers[LARGE].at(buffer) + NAME_OFFSET;
  }

  /** How long that address is, in bytes. */
  nameLength(buffer: number): number {
    return Math.min(this.#data[this.#buffers[LARGE].at(buffer) / 4], NAME_ROOM);
  }

  /** Where in the block a received datagram is. */
  datagramAt(buffer: number): number {
    return this.#buffers[LARGE].at(buffer) + DATA_OFFSET;
  }

  /** How long it is, of a completion's result. */
  datagramLength(result: number): number {
    return result - DATA_OFFSET;
  }

  /** Accepts again and again. */
  accept(fd: number, slot: number, tag: number): void {
    this.#queue(
      OP_ACCEPT | ACCEPT_MULTISHOT,
      fd,
      0,
      0,
      SOCK_CLOEXEC_NONBLOCK,
      slot,
      tag,
    );
  }

  /** Waits once for events. */
  poll(fd: number, events: number, slot: number, tag: number): void {
    this.#queue(OP_POLL_ADD, fd, 0, 0, events, slot, tag);
  }

  /**
   * Sends bytes of the block, as many as there is room for. This completes only if that is not all
   * of them, and always before {@linkcode enter} returns.
   *
   * @param at where they begin in the block
   * @param kind the lower byte of the tag. The rest of it is what {@linkcode sentBy} takes
   * @param address where in the block the address to send to begins
   * @returns the index of the entry, for {@linkcode resize} and {@linkcode withdraw}
   */
  send(
    fd: number,
    at: number,
    length: number,
    slot: number,
    kind: number,
    address: number,
    addressLength: number,
  ): number {
    const tag = kind | (this.#tail & (SQ_ENTRIES - 1)) << 8;
    return this.#queue(
      OP_SEND | CQE_SKIP_SUCCESS,
      fd,
      this.#base + at,
      length,
      MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL,
      slot,
      tag,
      0,
      addressLength === 0 ? 0 : this.#base + address,
      addressLength,
    );
  }

  /**
   * The bytes and the address of a call of {@linkcode send} that has just completed.
   *
   * @param call the tag of the completion, without its lower byte
   */
  sentBy(
    call: number,
  ): [data: Uint8Array<ArrayBuffer>, address: Uint8Array<ArrayBuffer>] {
    const entry = SQES_AT / 4 + call * SQE_WORDS;
    const words = this.#words;
    return [
      this.#bytesAt(entry + 4, words[entry + 6]),
      this.#bytesAt(entry + 2, words[entry + 11]),
    ];
  }

  /** The bytes of the block whose address two words of an entry hold. */
  #bytesAt(word: number, length: number): Uint8Array<ArrayBuffer> {
    if (length === 0) return new Uint8Array(0);
    const high = this.#words[word + 1] >>> 0;
    const at = high * 2 ** 32 + (this.#words[word] >>> 0) - this.#base;
    return this.bytes.subarray(at, at + length);
  }

  /** Changes which bytes a queued call sends. */
  resize(index: number, at: number, length: number): void {
    const entry = SQES_AT / 4 + (index & (SQ_ENTRIES - 1)) * SQE_WORDS;
    setAddress(this.#words, entry + 4, this.#base + at);
    this.#words[entry + 6] = length;
  }

  /** Makes a queued call do nothing. */
  withdraw(index: number): void {
    const entry = SQES_AT / 4 + (index & (SQ_ENTRIES - 1)) * SQE_WORDS;
    this.#words.fill(0, entry, entry + SQE_WORDS);
    this.#words[entry] = OP_NOP | CQE_SKIP_SUCCESS;
  }

  /** Whether a queued call was not submitted yet. */
  isQueued(index: number): boolean {
    return index >= this.#submitted;
  }

  /** Cancels the call that was submitted with a slot and a tag; it completes at once. */
  cancel(slot: number, tag: number): void {
    const index = this.#queue(
      OP_ASYNC_CANCEL | CQE_SKIP_SUCCESS,
      -1,
      0,
      0,
      0,
      0,
      0,
    );
    const entry = SQES_AT / 4 + (index & (SQ_ENTRIES - 1)) * SQE_WORDS;
    this.#words[entry + 4] = slot;
    this.#words[entry + 5] = tag;
  }

  /** Where a buffer begins in the block. */
  bufferAt(group: number, buffer: number): number {
    return this.#buffers[group].at(buffer);
  }

  /** Gives a buffer back to the kernel, at the next {@linkcode publish}. */
  provide(group: number, buffer: number): void {
    this.#buffers[group].provide(buffer);
  }

  /** Lets the kernel use the buffers that were given back. */
  publish(): void {
    for (const group of this.#buffers) group.publish();
  }

  /** Cancels everything, and closes the rings. Nothing writes to their memory any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const arg = new Uint32Array(16); // io_uring_sync_cancel_reg
    arg[2] = 0xffffffff; // fd: any
    arg[3] = 1 << 0 | 1 << 2; // IORING_ASYNC_CANCEL_ALL and _ANY
    arg[4] =
      arg[5] =
      arg[6] =
      arg[7] =
        0xffffffff; // without a limit of time
    this.#submitted = this.#tail; // what is only queued is dropped
    this.#calls.io_uring_register(
      REGISTER,
      this.#fd,
      REGISTER_SYNC_CANCEL,
      arg,
      1,
    );
    this.enter();
    load().close(this.#fd);
    load().close(this.eventFd);
  }
}

/** Returns memory that begins at a page. Throws if there is none. */
function mapped(pages: number): ArrayBuffer {
  return new WebAssembly.Memory({ initial: pages }).buffer as ArrayBuffer;
}
