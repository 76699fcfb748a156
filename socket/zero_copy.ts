/**
 * Sending without a copy: `MSG_ZEROCOPY`. The system reads the caller's memory after `send` has
 * returned and reports each completion on the error queue, so the memory is pinned here until then.
 */

import {
  isMissing,
  nameClasses,
  table,
  unavailable,
} from "../constants/table.ts";
import {
  IPPROTO_IP,
  IPPROTO_IPV6,
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
  instance,
  MAX_TRANSFER,
} from "../errors/arguments.ts";
import {
  EINTR,
  ENOBUFS,
  EWOULDBLOCK,
  osError,
  timedOut,
} from "../errors/errors.ts";
import { layout } from "../ffi/layout/mod.ts";
import { errno, libc } from "../ffi/libc.ts";
import {
  Deadline,
  interruptible,
  throwIfInterrupted,
  waitReady,
} from "../poll/ready.ts";
import type { Address } from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import { drive, isStepwise } from "./driver.ts";
import {
  type Attempt,
  type Handle,
  handleOf,
  Pending,
  waitOrRetry,
} from "./operations/attempt.ts";
import { recvmsg } from "./operations/messages.ts";
import { MAX_STEP } from "./operations/transfer.ts";
import { Socket } from "./socket.ts";
import { decodeExtendedError } from "./structures/ancillary.ts";

const waits = { send: new Pending("write", "send") } as const;

/** A buffer that the system may still read. */
export interface ZeroCopySend {
  /** The buffer. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** How many of its sends are pending. */
  left: number;
  /** Called when the last of its sends completes. */
  done?(): void;
}

/** All buffers with pending sends: they stay alive even if their sender is collected. */
const pinned = new Set<ZeroCopySend>();

/** A socket's pending sends, by the numbers that the system assigns to them. */
export class ZeroCopySends {
  /** How many of the completed sends the system copied after all. */
  copied = 0;
  /** The number that the system will assign to the next send. */
  #next = 0;
  readonly #sends = new Map<number, ZeroCopySend>();

  /**
   * Enables such sends on a socket (`SO_ZEROCOPY`).
   *
   * @throws {RangeError} if the platform does not support them
   * @throws {OSError} if the socket's protocol does not support them
   */
  constructor(socket: SocketBase<Address>) {
    if (isMissing(MSG_ZEROCOPY)) throw unavailable("MSG_ZEROCOPY");
    socket.setsockopt(SOL_SOCKET, SO_ZEROCOPY, 1);
  }

  /** How many sends are pending. */
  get pending(): number {
    return this.#sends.size;
  }

  /** Prepares sending all of a buffer: returns its record and the attempt that sends it. */
  sending(
    data: Bytes,
    flags: number,
    stepwise: boolean,
  ): [sending: ZeroCopySend, attempt: (handle: Handle) => Attempt<undefined>] {
    const bits = flagBits(flags);
    // A new view: making it moves a short array's bytes out of the heap, where the collector could
    // move them during the send.
    const view = bytes("data", data);
    const { length } = view;
    const sending: ZeroCopySend = { data: view, left: 0 };
    const maxChunk = stepwise ? MAX_STEP : MAX_TRANSFER;
    let sent = 0;
    return [sending, (handle) => {
      do {
        // While this waited, the buffer may have been transferred or have shrunk.
        if (view.length < length) bytes("data", view);
        const part = view.subarray(sent, sent + maxChunk);
        const count = this.#send(handle, sending, part, bits);
        if (count instanceof Pending) return count;
        sent += count;
        if (stepwise && sent < length) return more;
      } while (sent < length);
      return undefined;
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
      const bits = flags | zeroCopy | handle.dontWait;
      const count = libc.send(handle.fd, data, data.length, bits);
      if (count >= 0) {
        if (zeroCopy !== 0) this.#hold(sending);
        return count;
      }
      const code = errno();
      if (code === ENOBUFS && zeroCopy !== 0) {
        zeroCopy = 0; // the limit of locked memory is reached: this part is copied
        continue;
      }
      const wait = waitOrRetry(waits.send, code, flags);
      if (wait !== undefined) return wait;
    }
  }

  #hold(sending: ZeroCopySend): void {
    pinned.add(sending);
    sending.left++;
    this.#sends.set(this.#next, sending);
    this.#next = (this.#next + 1) >>> 0;
  }

  /** Reads one message from the error queue, and releases the sends that it reports as complete. */
  readonly read = (handle: Handle): Attempt<undefined> => {
    const received = recvmsg(handle, 1, ROOM, MSG_ERRQUEUE);
    if (received instanceof Pending) return received;
    for (const [level, type, data] of received[1]) {
      if (!isReport(level, type)) continue;
      if (data.length < layout.sock_extended_err.size) continue;
      const { origin, code, info, data: last } = decodeExtendedError(data);
      if (origin !== SO_EE_ORIGIN_ZEROCOPY) continue;
      const isCopied = (code & SO_EE_CODE_ZEROCOPY_COPIED) !== 0;
      for (let number = info;; number = (number + 1) >>> 0) {
        this.#complete(number, isCopied);
        if (number === last) break;
      }
    }
    return undefined;
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

/**
 * Room for the ancillary data of a completion in bytes. The completion is the last item, after
 * timestamps and addresses, if the socket's options ask for such.
 */
const ROOM = 512;
const more = new Pending("write", "send", { yielded: true });

const { IP_RECVERR, IPV6_RECVERR } = table.constants;

/** Whether ancillary data of the error queue is a report, and not what accompanies one. */
function isReport(level: number, type: number): boolean {
  return level === IPPROTO_IP && type === IP_RECVERR ||
    level === IPPROTO_IPV6 && type === IPV6_RECVERR;
}

/**
 * Sends over a socket without copying: the system reads the bytes from the caller's buffer until it
 * reports that it is done (`MSG_ZEROCOPY`). Linux; TCP and UDP.
 *
 * It pays off for sends of about 10 KiB and more over a real network: locking the memory and
 * reading each completion costs more than copying a few bytes. Over loopback the system copies the
 * bytes anyway, as {@linkcode copied} shows.
 *
 * Do not change or transfer a buffer until its sends are complete. It is not collected until then,
 * and never if the socket is closed first, so call {@linkcode wait} before closing.
 *
 * A socket may have only one sender, and nothing else may send with `MSG_ZEROCOPY` over it or read
 * its error queue.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { create_connection, create_server, hasattr, ZeroCopySender } from "@libc/socket";
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
 * @see `send(2)`
 * @category Sockets
 */
export class ZeroCopySender {
  readonly #socket: Socket<Address>;
  readonly #sends: ZeroCopySends;

  /**
   * Makes a sender and enables it on the socket (`SO_ZEROCOPY`).
   *
   * @param socket a connected socket
   * @throws {RangeError} if the platform has no `MSG_ZEROCOPY`
   * @throws {OSError} if the socket's protocol does not support it, or the socket is closed
   */
  constructor(socket: Socket<Address>) {
    instance("socket", socket, Socket, "a Socket");
    this.#sends = new ZeroCopySends(socket);
    this.#socket = socket;
  }

  /** How many sends are pending; one `sendall()` may count as several. */
  get pending(): number {
    if (this.#socket.fileno() >= 0) this.#readAll();
    return this.#sends.pending;
  }

  /** How many of the completed sends the system copied after all. */
  get copied(): number {
    return this.#sends.copied;
  }

  /**
   * Sends all bytes, as `Socket.sendall()` does. When this returns, the system has accepted them
   * but may still read them from the buffer. The socket's timeout covers the whole call.
   *
   * @param data the bytes, not to be changed until {@linkcode wait} has returned
   * @param flags `MSG_` flags
   * @throws {BrokenPipeError} if the peer no longer reads
   */
  sendall(data: Bytes, flags = 0): void {
    const { timeout } = this.#socket;
    const [, attempt] = this.#sends.sending(data, flags, isStepwise(timeout));
    drive(this.#socket, attempt);
    this.#readAll(); // so that the error queue does not fill up
  }

  /**
   * Waits until all sends are complete and their buffers may be used again.
   *
   * @throws {TimeoutError} if the socket's timeout runs out first
   * @throws {BlockingIOError} if the socket is non-blocking and sends are pending
   * @throws {OSError} if the socket is closed
   */
  wait(): void {
    const { timeout } = this.#socket;
    const deadline = new Deadline(timeout);
    for (let before = NaN;;) {
      if (interruptible) throwIfInterrupted();
      this.#readAll();
      const { pending } = this.#sends;
      if (pending === 0) return;
      if (timeout === 0) throw osError(EWOULDBLOCK, "recvmsg");
      const left = deadline.seconds;
      if (left === 0) throw timedOut("recvmsg");
      // A shut-down connection polls as failed continuously: sleep a little instead of spinning.
      const ready = pending === before
        ? waitReady(-1, "error", Math.min(left ?? 1, 0.001))
        : waitReady(this.#socket.fileno(), "error", left);
      if (ready < 0 && errno() !== EINTR) throw osError(errno(), "poll");
      before = pending === before ? NaN : pending;
    }
  }

  /** Reads the error queue until it is empty or no send is pending. */
  #readAll(): void {
    const handle = handleOf(this.#socket);
    while (this.#sends.pending > 0) {
      if (this.#sends.read(handle) instanceof Pending) return;
    }
  }
}

nameClasses({ ZeroCopySender });
