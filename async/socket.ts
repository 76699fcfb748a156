/** The awaiting socket: the same operations, driven by the reactor. */

import { table } from "../constants/table.ts";
import { setNonBlocking } from "../ffi/descriptor.ts";
import type { Side } from "./reactor.ts";
import type {
  Address,
  AddressInput,
  InetAddress,
} from "../socket/address/types.ts";
import type {
  AncillaryInput,
  AncillaryItem,
} from "../socket/operations/ancillary.ts";
import type { Bytes } from "../errors/arguments.ts";
import { AsyncSocketBase, backOff, drive, setPeer } from "./base.ts";
import type { WaitOptions } from "./driver.ts";
import { Connections } from "./connections.ts";
import { check, OSError } from "../errors/errors.ts";
import { Handle, handleOf } from "../socket/operations/handle.ts";
import * as vectors from "../socket/message_vector.ts";
import type { MessageVector } from "../socket/message_vector.ts";
import type { AlgOptions } from "../socket/operations/messages.ts";
import * as messages from "../socket/operations/messages.ts";
import { EMFILE, ENFILE, ENOBUFS, ENOMEM } from "../errors/errno.ts";
import { duplicateDescriptor } from "../socket/operations/open.ts";
import * as connection from "../socket/operations/connection.ts";
import { type Attempt, Pending } from "../socket/operations/attempt.ts";
import * as transfer from "../socket/operations/transfer.ts";
import { whenResolved } from "./steps.ts";
import {
  type FileToSend,
  fileTransfer,
} from "../socket/operations/sendfile.ts";
import type { Socket } from "../socket/socket.ts";

// How long accepting rests once no descriptor is left: each attempt would fail again at once.
const ACCEPT_BACKOFF_MS = 50;
const exhausted = new Set<number | null>([EMFILE, ENFILE, ENOBUFS, ENOMEM]);

/**
 * A socket whose operations give promises: `Socket`'s operations, awaited.
 *
 * Several operations may wait at once; those that receive are served in the order they were asked
 * for, and so are those that send. Each rejects with `TimeoutError` when the socket's timeout runs
 * out, with the signal's reason when its signal aborts, and with `[Errno 9] Bad file descriptor` when
 * the socket is closed; with a timeout of 0, with `BlockingIOError` if it would have to wait.
 *
 * `makefile()` is the one method of `Socket` without a counterpart: the streams {@linkcode readable} and
 * {@linkcode writable} take its place.
 *
 * @typeParam A the addresses of the socket's family
 *
 * @example An echo over loopback
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AsyncSocket } from "../async.ts";
 *
 * using listener = new AsyncSocket();
 * listener.bind(["127.0.0.1", 0]);
 * listener.listen();
 * using client = new AsyncSocket();
 * const accepted = listener.accept();
 * await client.connect(listener.getsockname());
 * const [connection] = await accepted;
 * using _ = connection;
 * await client.sendall(new TextEncoder().encode("hello"));
 * assertEquals(new TextDecoder().decode(await connection.recv(1024)), "hello");
 * ```
 */
export class AsyncSocket<A extends Address = InetAddress>
  extends AsyncSocketBase<A> {
  /**
   * Takes a blocking socket over: its descriptor and timeout are this one's then, and it counts as
   * closed.
   *
   * @param socket the socket
   * @throws {OSError} if it is closed
   */
  static from<A extends Address>(socket: Socket<A>): AsyncSocket<A> {
    const { family, type, proto, timeout } = socket;
    check(setNonBlocking(socket.fileno(), true), "ioctl");
    const taken = asyncSocketOf<A>(
      new Handle(socket.detach(), family, type, proto),
    );
    taken.settimeout(timeout);
    return taken;
  }

  /**
   * Accepts a connection. Like {@linkcode Socket.accept}.
   *
   * When no descriptor is left (`EMFILE`), this rejects, and the next attempt is made a moment later:
   * a loop may just go on.
   *
   * @param options a signal
   */
  accept(
    options?: WaitOptions,
  ): Promise<[socket: AsyncSocket<A>, address: A]> {
    return drive(this, "read", options, accept<A>, this);
  }

  /**
   * Connects to an address; a host name in it is resolved on another thread. Like
   * {@linkcode Socket.connect}.
   *
   * @param address a remote address
   * @param options a signal; after it has aborted, the system goes on connecting, and connecting again
   * waits for that
   */
  async connect(
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<void> {
    await whenResolved(
      this,
      address,
      options,
      (to) =>
        drive(this, "write", options, connection.connectAttempt(true), to),
    );
  }

  /**
   * Connects, and gives an error number instead of rejecting. Like {@linkcode Socket.connect_ex}.
   *
   * @param address a remote address
   * @param options a signal
   */
  connect_ex(address: AddressInput<A>, options?: WaitOptions): Promise<number> {
    return this.connect(address, options).then(
      () => 0,
      connection.connectionErrno,
    );
  }

  /**
   * Receives bytes. Like {@linkcode Socket.recv}.
   *
   * @param bufsize how many bytes at most
   * @param flags `MSG_` flags
   * @param options a signal
   */
  recv(
    bufsize: number,
    flags = 0,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return drive(
      this,
      receivingSide(flags),
      options,
      transfer.recv,
      bufsize,
      flags,
    );
  }

  /**
   * Receives bytes into a buffer, which is not to be touched meanwhile. Like
   * {@linkcode Socket.recv_into}.
   *
   * @param buffer where they go
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @param options a signal
   */
  recv_into(
    buffer: Bytes,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<number> {
    return drive(
      this,
      receivingSide(flags),
      options,
      transfer.recv_into,
      buffer,
      nbytes,
      flags,
    );
  }

  /**
   * Receives a message and the address it came from. Like {@linkcode Socket.recvfrom}.
   *
   * @param bufsize how many bytes at most: the rest of a longer datagram is lost
   * @param flags `MSG_` flags
   * @param options a signal
   */
  recvfrom(
    bufsize: number,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[data: Uint8Array<ArrayBuffer>, address: A]> {
    return drive(
      this,
      receivingSide(flags),
      options,
      transfer.recvfrom,
      bufsize,
      flags,
    ) as Promise<
      [Uint8Array<ArrayBuffer>, A]
    >;
  }

  /**
   * Receives a message into a buffer, and the address it came from. Like
   * {@linkcode Socket.recvfrom_into}.
   *
   * @param buffer where it goes
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @param options a signal
   */
  recvfrom_into(
    buffer: Bytes,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[nbytes: number, address: A]> {
    return drive(
      this,
      receivingSide(flags),
      options,
      transfer.recvfrom_into,
      buffer,
      nbytes,
      flags,
    ) as Promise<[number, A]>;
  }

  /**
   * Sends bytes. Like {@linkcode Socket.send}.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @param options a signal
   */
  send(data: Bytes, flags = 0, options?: WaitOptions): Promise<number> {
    return drive(this, "write", options, transfer.send, data, flags);
  }

  /**
   * Sends all bytes, which are not to be touched meanwhile; no other sending comes between them. Like
   * {@linkcode Socket.sendall}.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @param options a signal; once it has aborted, some may have been sent
   */
  sendall(data: Bytes, flags = 0, options?: WaitOptions): Promise<void> {
    try { // rather than an async function: one promise less, on the hottest path
      const sending = transfer.sendallAttempt(data, flags, true);
      return drive(this, "write", options, sending);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends a message to an address; a host name in it is resolved on another thread. Like
   * {@linkcode Socket.sendto}.
   *
   * @param data the bytes
   * @param address where to
   * @param options a signal
   */
  sendto(
    data: Bytes,
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<number>;
  /**
   * Sends a message to an address; a host name in it is resolved on another thread. Like
   * {@linkcode Socket.sendto}.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @param address where to
   * @param options a signal
   */
  sendto(
    data: Bytes,
    flags: number,
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<number>;
  async sendto(data: Bytes, ...args: unknown[]): Promise<number> {
    const options = args.length > 1 && isOptions(args.at(-1))
      ? args.pop() as WaitOptions | undefined
      : undefined;
    const [flags, address] = args.length > 1 ? args : [0, ...args];
    return await whenResolved(
      this,
      address,
      options,
      (to) => drive(this, "write", options, transfer.sendto, data, flags, to),
    );
  }

  /**
   * Receives a message with its ancillary data. Like {@linkcode Socket.recvmsg}.
   *
   * @param bufsize how many bytes at most: of a longer datagram the rest is lost
   * @param ancbufsize the room for ancillary data in bytes
   * @param flags `MSG_` flags; what waits with `MSG_ERRQUEUE` does not wait behind what does without
   * @param options a signal
   */
  recvmsg(
    bufsize: number,
    ancbufsize = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<
    [
      data: Uint8Array<ArrayBuffer>,
      ancdata: AncillaryItem[],
      msg_flags: number,
      address: A,
    ]
  > {
    return drive(
      this,
      receivingSide(flags),
      options,
      messages.recvmsg,
      bufsize,
      ancbufsize,
      flags,
    ) as Promise<[Uint8Array<ArrayBuffer>, AncillaryItem[], number, A]>;
  }

  /**
   * Receives a message into buffers, which are not to be touched meanwhile, with its ancillary data.
   * Like {@linkcode Socket.recvmsg_into}.
   *
   * @param buffers where it goes: an iterable of buffers, `IOV_MAX` at most
   * @param ancbufsize the room for ancillary data in bytes
   * @param flags `MSG_` flags
   * @param options a signal
   */
  async recvmsg_into(
    buffers: Iterable<Bytes>,
    ancbufsize = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<
    [nbytes: number, ancdata: AncillaryItem[], msg_flags: number, address: A]
  > {
    return await drive(
      this,
      receivingSide(flags),
      options,
      messages.recvmsgIntoAttempt(buffers, ancbufsize, flags),
    ) as [number, AncillaryItem[], number, A];
  }

  /**
   * Sends a message gathered from buffers, with ancillary data; a host name in the address is
   * resolved on another thread. Like {@linkcode Socket.sendmsg}.
   *
   * @param buffers the bytes: an iterable of buffers, `IOV_MAX` at most
   * @param ancdata the ancillary data: an iterable of `[cmsg_level, cmsg_type, cmsg_data]`
   * @param flags `MSG_` flags
   * @param address where to, if the socket is not connected
   * @param options a signal
   */
  async sendmsg(
    buffers: Iterable<Bytes>,
    ancdata: Iterable<AncillaryInput> = [],
    flags = 0,
    address: AddressInput<A> | null = null,
    options?: WaitOptions,
  ): Promise<number> {
    const attempt = messages.sendmsgAttempt(buffers, ancdata, flags);
    return await whenResolved(
      this,
      address,
      options,
      (to) => drive(this, "write", options, attempt, to),
    );
  }

  /**
   * Receives as many messages as there are, in one call, once there is one. Like
   * {@linkcode Socket.recvmmsg}.
   *
   * @param msgvec where they go; it is not to be touched meanwhile
   * @param start the first of its messages to fill
   * @param end the first of its messages to leave as it is
   * @param flags `MSG_` flags
   * @param options a signal
   */
  recvmmsg(
    msgvec: MessageVector<A>,
    start = 0,
    end: number = msgvec.length,
    flags = 0,
    options?: WaitOptions,
  ): Promise<number> {
    return drive(
      this,
      receivingSide(flags),
      options,
      vectors.recvmmsg,
      msgvec,
      start,
      end,
      flags,
    );
  }

  /**
   * Sends many messages in one call. Like {@linkcode Socket.sendmmsg}.
   *
   * @param msgvec the messages, which are not to be touched meanwhile
   * @param start the first of its messages to send
   * @param end the first of its messages not to send
   * @param flags `MSG_` flags
   * @param options a signal
   */
  sendmmsg(
    msgvec: MessageVector<A>,
    start = 0,
    end: number = msgvec.length,
    flags = 0,
    options?: WaitOptions,
  ): Promise<number> {
    return drive(
      this,
      "write",
      options,
      vectors.sendmmsg,
      msgvec,
      start,
      end,
      flags,
    );
  }

  /**
   * Sends a message to a socket of `AF_ALG`, with the parameters of its operation. Like
   * {@linkcode Socket.sendmsg_afalg}.
   *
   * @param msg the bytes: an iterable of buffers, or `null` for none
   * @param options the operation, and what else it needs; a signal
   */
  async sendmsg_afalg(
    msg: Iterable<Bytes> | null | undefined,
    options: AlgOptions & WaitOptions,
  ): Promise<number> {
    const sending = messages.sendmsgAlgAttempt(msg, options);
    return await drive(this, "write", options, sending);
  }

  /**
   * Sends a file to its end; no other sending comes between its parts. Like
   * {@linkcode Socket.sendfile}: reading the file is not awaited.
   *
   * @param file a path, a descriptor, an object that has one as `fd`, a `Deno.FsFile`, or anything
   * with its `readSync` and `seekSync`
   * @param offset where in the file to start, in bytes
   * @param count how many bytes at most; `null` for all
   * @param options a signal; once it has aborted, the file's position tells how many bytes were sent
   */
  async sendfile(
    file: FileToSend,
    offset = 0,
    count: number | null = null,
    options?: WaitOptions,
  ): Promise<number> {
    using sending = fileTransfer(
      handleOf(this),
      this.timeout,
      file,
      offset,
      count,
      true,
    );
    return await drive(
      this,
      "write",
      options,
      (handle) => sending.attempt(handle),
    );
  }

  /**
   * A second socket object for the same socket, with a descriptor of its own.
   *
   * @throws {OSError} if the socket is closed, or no descriptor is left (`EMFILE`)
   */
  dup(): AsyncSocket<A> {
    const { family, type, proto, timeout } = this;
    const copy = asyncSocketOf<A>(
      new Handle(duplicateDescriptor(this.fileno()), family, type, proto),
    );
    copy.settimeout(timeout);
    return copy;
  }

  /**
   * Accepts connections for as long as the socket is open: `for await (const [socket, address] of
   * listener)`.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<
    [socket: AsyncSocket<A>, address: A],
    undefined
  > {
    return new Connections(this);
  }
}

/** Whether a last argument is options, and no address. */
function isOptions(value: unknown): boolean {
  return value === undefined ||
    (typeof value === "object" && value !== null && !Array.isArray(value) &&
      !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer));
}

const errorQueue = table.constants.MSG_ERRQUEUE ?? 0;

function receivingSide(flags: number): Side {
  return (flags & errorQueue) !== 0 ? "error" : "read";
}

function accept<A extends Address>(
  listening: Handle,
  listener: AsyncSocket<A>,
): Attempt<[socket: AsyncSocket<A>, address: A]> {
  try {
    const accepted = connection.accept(listening, true);
    if (accepted instanceof Pending) return accepted;
    const [handle, address] = accepted;
    const socket = asyncSocketOf<A>(handle);
    setPeer<A>(socket, address as A);
    return [socket, address as A];
  } catch (error) {
    if (error instanceof OSError && exhausted.has(error.errno)) {
      backOff(listener, ACCEPT_BACKOFF_MS);
    }
    throw error;
  }
}

/** The socket of a handle that was just opened, and is non-blocking. */
export function asyncSocketOf<A extends Address>(
  handle: Handle,
): AsyncSocket<A> {
  return new AsyncSocket<A>(null, null, null, handle as unknown as number);
}
