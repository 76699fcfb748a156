/**
 * Sending without a copy: `MSG_ZEROCOPY`, whose completions come by the error queue. The system reads
 * the caller's memory until then, long after `send` has returned, so the memory is held here.
 */

import { isMissing, unavailable } from "../constants/missing.ts";
import {
  MSG_ERRQUEUE,
  MSG_ZEROCOPY,
  SO_EE_CODE_ZEROCOPY_COPIED,
  SO_EE_ORIGIN_ZEROCOPY,
  SO_ZEROCOPY,
  SOL_SOCKET,
} from "../constants/mod.ts";
import {
  type Bytes,
  bytes,
  flagBits,
  MAX_TRANSFER,
} from "../errors/arguments.ts";
import { EINTR, ENOBUFS, EWOULDBLOCK } from "../errors/errno.ts";
import { osError, timedOut } from "../errors/errors.ts";
import { layout } from "../ffi/layout/mod.ts";
import { errno, libc } from "../ffi/libc.ts";
import { Deadline } from "../poll/deadline.ts";
import { waitReady } from "../poll/ready.ts";
import type { Address } from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import { drive } from "./driver.ts";
import { type Attempt, Pending, waitOrRetry } from "./operations/attempt.ts";
import { type Handle, handleOf } from "./operations/handle.ts";
import { recvmsg } from "./operations/messages.ts";
import { MAX_STEP } from "./operations/transfer.ts";
import type { Socket } from "./socket.ts";
import { decodeExtendedError } from "./structures/extended_error.ts";

const waits = { send: new Pending("write", "send") } as const;

/** A buffer that the system may still read. */
export interface ZeroCopySend {
  /** The buffer. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** How many of its sends are not complete. */
  left: number;
  /** Called when the last one is. */
  done?(): void;
}

/** The buffers of all senders that are not complete: held here, whoever forgets the sender. */
const pinned = new Set<ZeroCopySend>();

/** A socket's sends, by the numbers that the system gives them. */
export class ZeroCopySends {
  /** How many completed ones the system had copied after all. */
  copied = 0;
  /** The number of the next. */
  #next = 0;
  readonly #sends = new Map<number, ZeroCopySend>();

  /**
   * Has a socket allow such sends.
   *
   * @throws {RangeError} if the platform has none
   * @throws {OSError} if the socket's protocol has none
   */
  constructor(socket: SocketBase<Address>) {
    if (isMissing(MSG_ZEROCOPY)) throw unavailable("MSG_ZEROCOPY");
    socket.setsockopt(SOL_SOCKET, SO_ZEROCOPY, 1);
  }

  /** How many are not complete. */
  get pending(): number {
    return this.#sends.size;
  }

  /** Begins to send all of a buffer: what is sent, and the attempt that sends it. */
  sending(
    data: Bytes,
    flags: number,
    stepwise: boolean,
  ): [sending: ZeroCopySend, attempt: (handle: Handle) => Attempt<undefined>] {
    const bits = flagBits(flags);
    const given = bytes("data", data);
    // Seen by its ArrayBuffer, as a short array may lie where the collector moves it.
    const view = new Uint8Array(
      given.buffer,
      given.byteOffset,
      given.byteLength,
    );
    const sending: ZeroCopySend = { data: view, left: 0 };
    const maxChunk = stepwise ? MAX_STEP : MAX_TRANSFER;
    let sent = 0;
    return [sending, (handle) => {
      do {
        const part = view.subarray(sent, sent + maxChunk);
        const count = this.#send(handle, sending, part, bits);
        if (count instanceof Pending) return count;
        sent += count;
        if (stepwise && sent < view.length) return more;
      } while (sent < view.length);
    }];
  }

  #send(
    handle: Handle,
    sending: ZeroCopySend,
    data: Uint8Array<ArrayBuffer>,
    flags: number,
  ): Attempt<number> {
    let zeroCopy = data.length > 0 ? MSG_ZEROCOPY : 0;
    for (;;) {
      const count = libc.send(handle.fd, data, data.length, flags | zeroCopy);
      if (count >= 0) {
        if (zeroCopy !== 0) this.#hold(sending);
        return count;
      }
      const code = errno();
      if (code === ENOBUFS && zeroCopy !== 0) {
        zeroCopy = 0; // no more memory may be locked now: this part is copied
        continue;
      }
      const wait = waitOrRetry(waits.send, code);
      if (wait !== undefined) return wait;
    }
  }

  #hold(sending: ZeroCopySend): void {
    pinned.add(sending);
    sending.left++;
    this.#sends.set(this.#next, sending);
    this.#next = (this.#next + 1) >>> 0;
  }

  /** Reads a message of the error queue, and lets go of what it says is complete. */
  readonly read = (handle: Handle): Attempt<undefined> => {
    const received = recvmsg(handle, 1, ROOM, MSG_ERRQUEUE);
    if (received instanceof Pending) return received;
    for (const [, , data] of received[1]) {
      if (data.length < layout.sock_extended_err.size) continue;
      const { origin, code, info, data: last } = decodeExtendedError(data);
      if (origin !== SO_EE_ORIGIN_ZEROCOPY) continue;
      const isCopied = (code & SO_EE_CODE_ZEROCOPY_COPIED) !== 0;
      for (let number = info;; number = (number + 1) >>> 0) {
        this.#complete(number, isCopied);
        if (number === last) break;
      }
    }
  };

  #complete(number: number, isCopied: boolean): void {
    const sending = this.#sends.get(number);
    if (sending === undefined) return;
    this.#sends.delete(number);
    if (isCopied) this.copied++;
    if (--sending.left > 0) return;
    pinned.delete(sending);
    sending.done?.();
  }
}

/** Room for the message of a completion, with the address that may come with it. */
const ROOM = 256;
const more = new Pending("write", "send", { more: true });

/**
 * Sends over a socket without copying: the system reads the bytes where they are, until it says that
 * it is done (`MSG_ZEROCOPY`). Linux; TCP and UDP.
 *
 * It pays for large sends, of some 10 KiB and more, over a true network: locking the memory and hearing
 * of each completion costs more than copying a little. Over loopback the bytes are copied all the same,
 * as {@linkcode copied} tells.
 *
 * Bytes that are sent must be left alone until their send is complete: not changed, not transferred. They
 * are kept from being collected until then, and for good if the socket is closed before: so
 * {@linkcode wait} first.
 *
 * Of a socket, only one sender may exist, and nothing else may send with `MSG_ZEROCOPY` or read the
 * error queue.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { create_connection, create_server, hasattr, ZeroCopySender } from "../mod.ts";
 *
 * if (hasattr("MSG_ZEROCOPY")) {
 *   using listener = create_server(["127.0.0.1", 0]);
 *   using socket = create_connection(listener.getsockname());
 *   const [other] = listener.accept();
 *   using _ = other;
 *   const sender = new ZeroCopySender(socket);
 *   sender.sendall(new Uint8Array(50_000));
 *   let count = 0;
 *   while (count < 50_000) count += other.recv(50_000).length;
 *   sender.wait();
 *   assertEquals(sender.pending, 0); // the buffer may be used again
 * }
 * ```
 */
export class ZeroCopySender {
  readonly #socket: Socket<Address>;
  readonly #sends: ZeroCopySends;

  /**
   * Makes a sender, and has the socket allow it (`SO_ZEROCOPY`).
   *
   * @param socket a connected socket
   * @throws {RangeError} if the platform has no `MSG_ZEROCOPY`
   * @throws {OSError} if the socket's protocol has none, or it is closed
   */
  constructor(socket: Socket<Address>) {
    this.#sends = new ZeroCopySends(socket);
    this.#socket = socket;
  }

  /** How many sends are not complete; a `sendall()` may be several. */
  get pending(): number {
    if (this.#socket.fileno() >= 0) this.#readAll();
    return this.#sends.pending;
  }

  /** How many of those that are complete were copied after all. */
  get copied(): number {
    return this.#sends.copied;
  }

  /**
   * Sends all bytes, as `Socket.sendall()` does: when this returns, the system has taken them, but may
   * still read them where they are. The socket's timeout is for the whole.
   *
   * @param data the bytes, to be left alone until {@linkcode wait} has returned
   * @param flags `MSG_` flags
   * @throws {BrokenPipeError} if the other end no longer reads
   */
  sendall(data: Bytes, flags = 0): void {
    const { timeout } = this.#socket;
    const [, attempt] = this.#sends.sending(data, flags, Boolean(timeout));
    drive(this.#socket, attempt);
    this.#readAll(); // lest the error queue fills
  }

  /**
   * Waits until all sends are complete, and the bytes may be used again.
   *
   * @throws {TimeoutError} if the socket's timeout runs out before
   * @throws {BlockingIOError} if the socket is non-blocking, and some are not complete
   * @throws {OSError} if the socket is closed
   */
  wait(): void {
    const { timeout } = this.#socket;
    const deadline = new Deadline(timeout);
    for (let before = NaN;;) {
      this.#readAll();
      const { pending } = this.#sends;
      if (pending === 0) return;
      if (timeout === 0) throw osError(EWOULDBLOCK, "recvmsg");
      const left = deadline.seconds;
      if (left === 0) throw timedOut("recvmsg");
      // A connection that was ended shows as failed all the time: then a little rest is due.
      const ready = pending === before
        ? waitReady(-1, "error", Math.min(left ?? 1, 0.001))
        : waitReady(this.#socket.fileno(), "error", left);
      if (ready < 0 && errno() !== EINTR) throw osError(errno(), "poll");
      before = pending === before ? NaN : pending;
    }
  }

  /** Reads what is in the error queue. */
  #readAll(): void {
    const handle = handleOf(this.#socket);
    while (this.#sends.pending > 0) {
      if (this.#sends.read(handle) instanceof Pending) return;
    }
  }
}
