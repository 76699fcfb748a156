/** The awaiting socket: `Socket`'s operations, driven by the reactor. */

import { nameClasses, table } from "../constants/table.ts";
import {
  type Bytes,
  instance,
  isEmpty,
  isOptions,
  optionsLast,
} from "../errors/arguments.ts";
import { check, exhausted, OSError } from "../errors/errors.ts";
import { setNonBlocking } from "../ffi/descriptor.ts";
import type { Address, AddressInput } from "../socket/address/types.ts";
import * as vectors from "../socket/message_vector.ts";
import type { MessageVector } from "../socket/message_vector.ts";
import type {
  AncillaryInput,
  AncillaryItem,
} from "../socket/operations/ancillary.ts";
import {
  type Attempt,
  Handle,
  handleOf,
  newHandle,
  Pending,
} from "../socket/operations/attempt.ts";
import * as connection from "../socket/operations/connection.ts";
import type { AlgOptions } from "../socket/operations/messages.ts";
import * as messages from "../socket/operations/messages.ts";
import { duplicateDescriptor } from "../socket/operations/open.ts";
import {
  type FileToSend,
  fileTransfer,
} from "../socket/operations/sendfile.ts";
import * as transfer from "../socket/operations/transfer.ts";
import {
  mustAccumulate,
  recvAllAttempt,
  recvfromAllAttempt,
  recvfromIntoAllAttempt,
  recvIntoAllAttempt,
} from "../socket/operations/transfer.ts";
import {
  opensFast,
  sendtoFastOpenAttempt,
} from "../socket/operations/connection.ts";
import { tracedSocket } from "../socket/open_sockets.ts";
import { Socket } from "../socket/socket.ts";
import {
  AsyncSocketBase,
  backOff,
  drive,
  driveAtOnce,
  driveFlagged,
  setPeer,
} from "./base.ts";
import { Connections, type ConnectionsOptions } from "./connections.ts";
import { EXHAUSTED_MS, type WaitOptions } from "./driver.ts";
import type { Side } from "./reactor.ts";
import { whenResolved } from "./steps.ts";

/**
 * A socket whose operations return promises: `Socket`'s operations, awaited.
 *
 * Several operations may be pending at once. Those that receive or accept are served in the order
 * of their calls, and so are those that send or connect. Each rejects with `TimeoutError` when the
 * socket's timeout runs out, with the signal's reason when its signal aborts, and with
 * `[Errno 9] Bad file descriptor` when the socket is closed. With a timeout of 0 an operation that
 * would have to wait rejects with `BlockingIOError`.
 *
 * `shutdown()` ends operations that are pending in its direction. On a connection, receiving
 * resolves to no bytes (the end of the stream), and sending rejects with `BrokenPipeError`. On
 * Linux, shutting down a listener makes `accept()` reject with `EINVAL`, while a datagram socket
 * that is receiving keeps waiting.
 *
 * What is said at {@linkcode Socket} about closing is true here too. While sockets are open that
 * have waited, a thread has a poller, of three descriptors on Linux. A Worker's closes with the
 * last of these sockets, so a Worker that closes its sockets leaves nothing; one that is ended
 * while a socket waits leaves the poller too, until the process ends, and a system thread for up to
 * a second.
 *
 * If a descriptor that an operation waits for is closed by other means than this library, that
 * operation rejects with `EBADF` once a new socket gets the number.
 *
 * `makefile()` is the one method of `Socket` without a counterpart: the streams
 * {@linkcode readable} and {@linkcode writable} take its place.
 *
 * @typeParam A the addresses of the socket's family
 *
 * @example An echo over loopback
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AsyncSocket } from "@libc/socket/async";
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
 * @category Awaiting
 */
export class AsyncSocket<out A extends Address = Address>
  extends AsyncSocketBase<A> {
  /**
   * Makes an awaiting socket of a blocking one. The new socket takes over the descriptor and the
   * timeout; the blocking one then counts as closed.
   *
   * @param socket the blocking socket
   * @returns the awaiting socket
   * @throws {OSError} if the blocking socket is closed (`EBADF`)
   */
  static from<A extends Address>(socket: Socket<A>): AsyncSocket<A> {
    instance("socket", socket, Socket, "a Socket");
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
   * When no descriptor or no memory is left (`EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`), this rejects
   * and the next attempt is made 50 ms later, so that a loop may simply continue. `for await` over
   * the socket does that by itself.
   *
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns the connection's socket, which has the default timeout, and the address of its peer
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if the socket is not a listener (`EINVAL`) or is closed (`EBADF`), or no
   * descriptor is left (`EMFILE`)
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.accept}, `accept(2)`
   */
  accept(
    options?: WaitOptions,
  ): Promise<[socket: AsyncSocket<A>, address: A]> {
    return tracedSocket(drive(this, "read", options, accept<A>, this));
  }

  /**
   * Connects to an address; a host name in it is resolved on another thread. Like
   * {@linkcode Socket.connect}.
   *
   * @param address a remote address
   * @param options `{ signal }`: aborting it rejects with its reason; the system continues to
   * connect, and connecting again waits for that connection
   * @throws {ConnectionRefusedError} if no socket listens there
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if connecting fails otherwise, or the socket is closed (`EBADF`)
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if it is not an address of the socket's family
   * @throws {RangeError} if a part of it is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.connect}, `connect(2)`
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
   * Connects, and resolves to the error number if `connect(2)` fails. Like
   * {@linkcode Socket.connect_ex}.
   *
   * @param address a remote address
   * @param options `{ signal }`: aborting it rejects with its reason, as in {@linkcode connect}
   * @returns 0, or an error number: `EWOULDBLOCK` if the socket's timeout runs out, `EINPROGRESS`
   * if it is 0, `EBADF` if the socket is closed
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if it is not an address of the socket's family
   * @throws {RangeError} if a part of it is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.connect_ex}
   */
  connect_ex(address: AddressInput<A>, options?: WaitOptions): Promise<number> {
    return this.connect(address, options).then(() => 0, (error) => {
      const { signal } = options ?? {};
      // The signal's reason may be an error like those of connecting.
      if (signal?.aborted && error === signal.reason) throw error;
      return connection.connectionErrno(error);
    });
  }

  /**
   * Receives bytes. Like {@linkcode Socket.recv}.
   *
   * @param bufsize how many bytes at most
   * @param flags `MSG_` flags
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns the bytes received, none at the end of a stream
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if receiving fails, or the socket is closed (`EBADF`)
   * @throws {RangeError} if `bufsize` is negative or beyond 2^31 - 1
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recv}, `recv(2)`
   */
  recv(
    bufsize: number,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (typeof flags === "object") {
      [flags = 0, options] = optionsLast(flags, options);
    }
    if (bufsize === 0) {
      return driveAtOnce(this, options, transfer.recv, 0, flags);
    }
    if (flags !== 0 && mustAccumulate(handleOf(this), flags)) {
      return promised(() =>
        drive(this, "read", options, recvAllAttempt(bufsize, flags))
      );
    }
    return driveFlagged(
      this,
      receivingSide(flags),
      flags,
      options,
      transfer.recv,
      bufsize,
      flags,
    );
  }

  /**
   * Receives bytes into a buffer. Like {@linkcode Socket.recv_into}.
   *
   * @param buffer where the bytes go; do not use it until the promise settles
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many bytes were received, 0 at the end of a stream; with `MSG_TRUNC`, a datagram's
   * true length
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if receiving fails, or the socket is closed (`EBADF`)
   * @throws {TypeError} if `buffer` is not bytes, or was transferred while this waited
   * @throws {RangeError} if the buffer is smaller than `nbytes`
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recv_into}, `recv(2)`
   */
  recv_into(
    buffer: Bytes,
    nbytes: number | WaitOptions = 0,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<number> {
    if (typeof nbytes === "object" || typeof flags === "object") {
      [nbytes = 0, flags = 0, options] = optionsLast(nbytes, flags, options);
    }
    if (isEmpty(buffer)) {
      return driveAtOnce(
        this,
        options,
        transfer.recv_into,
        buffer,
        nbytes,
        flags,
      );
    }
    if (flags !== 0 && mustAccumulate(handleOf(this), flags)) {
      return promised(() =>
        drive(this, "read", options, recvIntoAllAttempt(buffer, nbytes, flags))
      );
    }
    return driveFlagged(
      this,
      receivingSide(flags),
      flags,
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
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns the bytes and the address, which is `null` where the protocol reports none (TCP)
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if receiving fails, or the socket is closed (`EBADF`)
   * @throws {RangeError} if `bufsize` is negative or beyond 2^31 - 1
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recvfrom}
   * @see `recvfrom(2)`
   */
  recvfrom(
    bufsize: number,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<[data: Uint8Array<ArrayBuffer>, address: A]> {
    if (typeof flags === "object") {
      [flags = 0, options] = optionsLast(flags, options);
    }
    if (flags !== 0 && mustAccumulate(handleOf(this), flags)) {
      return promised(() =>
        drive(this, "read", options, recvfromAllAttempt(bufsize, flags))
      ) as Promise<[Uint8Array<ArrayBuffer>, A]>;
    }
    return driveFlagged(
      this,
      receivingSide(flags),
      flags,
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
   * @param buffer where the bytes go; do not use it until the promise settles
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many bytes were received (with `MSG_TRUNC`, the datagram's true length) and the
   * address, which is `null` where the protocol reports none (TCP)
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if receiving fails, or the socket is closed (`EBADF`)
   * @throws {TypeError} if `buffer` is not bytes, or was transferred while this waited
   * @throws {RangeError} if the buffer is smaller than `nbytes`
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recvfrom_into}
   * @see `recvfrom(2)`
   */
  recvfrom_into(
    buffer: Bytes,
    nbytes: number | WaitOptions = 0,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<[nbytes: number, address: A]> {
    if (typeof nbytes === "object" || typeof flags === "object") {
      [nbytes = 0, flags = 0, options] = optionsLast(nbytes, flags, options);
    }
    if (flags !== 0 && mustAccumulate(handleOf(this), flags)) {
      return promised(() =>
        drive(
          this,
          "read",
          options,
          recvfromIntoAllAttempt(buffer, nbytes, flags),
        )
      ) as Promise<[number, A]>;
    }
    return driveFlagged(
      this,
      receivingSide(flags),
      flags,
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
   * @param data the bytes; do not change them until the promise settles
   * @param flags `MSG_` flags
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many bytes were sent: a stream may take fewer than given
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {BrokenPipeError} if the peer no longer reads
   * @throws {OSError} if sending fails, or the socket is closed (`EBADF`)
   * @throws {TypeError} if `data` is not bytes, or was transferred while this waited
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.send}, `send(2)`
   */
  send(
    data: Bytes,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<number> {
    if (typeof flags === "object") {
      [flags = 0, options] = optionsLast(flags, options);
    }
    return driveFlagged(
      this,
      "write",
      flags,
      options,
      transfer.send,
      data,
      flags,
    );
  }

  /**
   * Sends all bytes; other sends of this socket wait until these are sent. Like
   * {@linkcode Socket.sendall}.
   *
   * If this rejects, some of the bytes may have been sent.
   *
   * @param data the bytes; do not change them until the promise settles
   * @param flags `MSG_` flags
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {BrokenPipeError} if the peer no longer reads
   * @throws {OSError} if sending fails, or the socket is closed (`EBADF`)
   * @throws {TypeError} if `data` is not bytes, or was transferred while this waited
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendall}, `send(2)`
   */
  sendall(
    data: Bytes,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<void> {
    if (typeof flags === "object") {
      [flags = 0, options] = optionsLast(flags, options);
    }
    try { // not an async function: that saves a promise on the hottest path
      const sending = transfer.sendallAttempt(data, flags, true);
      return driveFlagged(this, "write", flags, options, sending);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends a message to an address; a host name in it is resolved on another thread. Like
   * {@linkcode Socket.sendto}.
   *
   * @param data the bytes; do not change them until the promise settles
   * @param address where to
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many bytes were sent
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if the message is too long for the protocol (`EMSGSIZE`), sending fails
   * otherwise, or the socket is closed (`EBADF`)
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if `data` is not bytes, or the address is not one of the socket's family
   * @throws {RangeError} if a part of the address is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendto}, `sendto(2)`
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
   * @param data the bytes; do not change them until the promise settles
   * @param flags `MSG_` flags
   * @param address where to
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many bytes were sent
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if the message is too long for the protocol (`EMSGSIZE`), sending fails
   * otherwise, or the socket is closed (`EBADF`)
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if `data` is not bytes, or the address is not one of the socket's family
   * @throws {RangeError} if a part of the address is out of bounds
   */
  sendto(
    data: Bytes,
    flags: number,
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<number>;
  async sendto(data: Bytes, ...args: unknown[]): Promise<number> {
    const last = args.at(-1);
    const options = args.length > 1 && (last === undefined || isOptions(last))
      ? args.pop() as WaitOptions | undefined
      : undefined;
    const [flags, address] = args.length > 1 ? args : [0, ...args];
    return await whenResolved(
      this,
      address,
      options,
      (to) =>
        opensFast(flags)
          ? driveFlagged(
            this,
            "write",
            flags,
            options,
            sendtoFastOpenAttempt(data, flags),
            to,
          )
          : driveFlagged(
            this,
            "write",
            flags as number,
            options,
            transfer.sendto,
            data,
            flags,
            to,
          ),
    );
  }

  /**
   * Receives a message with its ancillary data. Like {@linkcode Socket.recvmsg}.
   *
   * Received descriptors (`SCM_RIGHTS`) are closed on `exec`, and the caller must close them.
   *
   * @param bufsize how many bytes at most: the rest of a longer datagram is lost, and `MSG_TRUNC`
   * is in `msg_flags`
   * @param ancbufsize the room for ancillary data in bytes; data that does not fit is truncated or
   * lost, and `MSG_CTRUNC` is in `msg_flags`
   * @param flags `MSG_` flags; with `MSG_ERRQUEUE`, this does not wait behind calls without it
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns the bytes, the ancillary data, the message's flags and the sender's address, which is
   * `null` if there is none
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if receiving fails, or the socket is closed (`EBADF`)
   * @throws {RangeError} if a size is negative or beyond 2^31 - 1
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recvmsg}, `recvmsg(2)`
   */
  recvmsg(
    bufsize: number,
    ancbufsize: number | WaitOptions = 0,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<
    [
      data: Uint8Array<ArrayBuffer>,
      ancdata: AncillaryItem[],
      msg_flags: number,
      address: A,
    ]
  > {
    if (typeof ancbufsize === "object" || typeof flags === "object") {
      [ancbufsize = 0, flags = 0, options] = optionsLast(
        ancbufsize,
        flags,
        options,
      );
    }
    return driveFlagged(
      this,
      receivingSide(flags),
      flags,
      options,
      messages.recvmsg,
      bufsize,
      ancbufsize,
      flags,
    ) as Promise<[Uint8Array<ArrayBuffer>, AncillaryItem[], number, A]>;
  }

  /**
   * Receives a message into buffers, one after the other, with its ancillary data. Like
   * {@linkcode Socket.recvmsg_into}.
   *
   * @param buffers where the bytes go: an iterable of buffers, `IOV_MAX` at most; do not use them
   * until the promise settles
   * @param ancbufsize the room for ancillary data in bytes, as in {@linkcode recvmsg}
   * @param flags `MSG_` flags, as in {@linkcode recvmsg}
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many bytes were received (with `MSG_TRUNC` in `flags`, a datagram's true length),
   * the ancillary data, the message's flags and the sender's address, which is `null` if there is
   * none
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if there are too many buffers (`EMSGSIZE`), receiving fails otherwise, or the
   * socket is closed (`EBADF`)
   * @throws {TypeError} if `buffers` is not an iterable of buffers
   * @throws {RangeError} if `ancbufsize` is negative or beyond 2^31 - 1
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recvmsg_into}
   * @see `recvmsg(2)`
   */
  async recvmsg_into(
    buffers: Iterable<Bytes>,
    ancbufsize: number | WaitOptions = 0,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<
    [nbytes: number, ancdata: AncillaryItem[], msg_flags: number, address: A]
  > {
    if (typeof ancbufsize === "object" || typeof flags === "object") {
      [ancbufsize = 0, flags = 0, options] = optionsLast(
        ancbufsize,
        flags,
        options,
      );
    }
    return await driveFlagged(
      this,
      receivingSide(flags),
      flags,
      options,
      messages.recvmsgIntoAttempt(buffers, ancbufsize, flags),
    ) as [number, AncillaryItem[], number, A];
  }

  /**
   * Sends a message gathered from buffers, with ancillary data; a host name in the address is
   * resolved on another thread. Like {@linkcode Socket.sendmsg}.
   *
   * @param buffers the bytes: an iterable of buffers, `IOV_MAX` at most; do not change them until
   * the promise settles
   * @param ancdata the ancillary data: an iterable of `[cmsg_level, cmsg_type, cmsg_data]`
   * @param flags `MSG_` flags
   * @param address where to, if the socket is not connected
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many bytes of the buffers were sent: a stream may take fewer than given
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if the message is too long or has too many buffers (`EMSGSIZE`), the system
   * rejects the ancillary data (`EINVAL`, `ENOBUFS`), sending fails otherwise, or the socket is
   * closed (`EBADF`)
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if an argument has the wrong type or shape
   * @throws {RangeError} if a level, a type or a part of the address is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendmsg}, `sendmsg(2)`
   */
  async sendmsg(
    buffers: Iterable<Bytes>,
    ancdata: Iterable<AncillaryInput> | WaitOptions = [],
    flags: number | WaitOptions = 0,
    address: AddressInput<A> | null | WaitOptions = null,
    options?: WaitOptions,
  ): Promise<number> {
    const [items = [], bits = 0, destination, given] = optionsLast(
      ancdata,
      flags,
      address,
      options,
    );
    const attempt = messages.sendmsgAttempt(buffers, items, bits);
    return await whenResolved(
      this,
      destination,
      given,
      (to) => driveFlagged(this, "write", bits, given, attempt, to),
    );
  }

  /**
   * Waits for a message, then receives all that have arrived in one call. Like
   * {@linkcode Socket.recvmmsg}.
   *
   * @param msgvec where the messages go; do not use it until the promise settles
   * @param start the index of the first message to fill
   * @param end the index after the last message to fill
   * @param flags `MSG_` flags
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many messages were received
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if receiving fails, or the socket is closed (`EBADF`)
   * @throws {TypeError} if `msgvec` is of another address family, or one of its `ArrayBuffer`s was
   * detached
   * @throws {RangeError} if it has no such messages
   * @see `recvmmsg(2)`
   */
  recvmmsg(
    msgvec: MessageVector<A>,
    start: number | WaitOptions = 0,
    end?: number | WaitOptions,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<number> {
    if (
      typeof start === "object" || typeof end === "object" ||
      typeof flags === "object"
    ) {
      [start = 0, end, flags = 0, options] = optionsLast(
        start,
        end,
        flags,
        options,
      );
    }
    return driveFlagged(
      this,
      receivingSide(flags),
      flags,
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
   * @param msgvec the messages; do not change them until the promise settles
   * @param start the index of the first message to send
   * @param end the index after the last message to send
   * @param flags `MSG_` flags
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many messages were sent: fewer than given if the socket takes no more, or the next
   * one fails
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if the first message is refused (`EMSGSIZE` if it is too long), or the socket
   * is closed (`EBADF`)
   * @throws {TypeError} if `msgvec` is of another address family, or one of its `ArrayBuffer`s was
   * detached
   * @throws {RangeError} if it has no such messages, or a length is greater than that of its buffer
   * @see `sendmmsg(2)`
   */
  sendmmsg(
    msgvec: MessageVector<A>,
    start: number | WaitOptions = 0,
    end?: number | WaitOptions,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<number> {
    if (
      typeof start === "object" || typeof end === "object" ||
      typeof flags === "object"
    ) {
      [start = 0, end, flags = 0, options] = optionsLast(
        start,
        end,
        flags,
        options,
      );
    }
    return driveFlagged(
      this,
      "write",
      flags,
      options,
      vectors.sendmmsg,
      msgvec,
      start,
      end,
      flags,
    );
  }

  /**
   * Sends a message to a socket of `AF_ALG`, with the parameters of its operation. Linux. Like
   * {@linkcode Socket.sendmsg_afalg}.
   *
   * @param msg the bytes: an iterable of buffers, or `null` for none
   * @param options the operation and its parameters; `signal`: aborting it rejects with the
   * signal's reason
   * @returns how many bytes were sent
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if the socket is of another family, the kernel refuses, or the socket is
   * closed (`EBADF`)
   * @throws {TypeError} if `op` is missing or negative, or `assoclen` is negative
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendmsg_afalg}
   * @see `sendmsg(2)`
   */
  async sendmsg_afalg(
    msg: Iterable<Bytes> | null | undefined,
    options: AlgOptions & WaitOptions,
  ): Promise<number> {
    const sending = messages.sendmsgAlgAttempt(msg, options);
    return await driveFlagged(
      this,
      "write",
      options.flags ?? 0,
      options,
      sending,
    );
  }

  /**
   * Sends a file to its end; other sends of this socket wait until it is sent. Like
   * {@linkcode Socket.sendfile}; reading the file blocks the thread.
   *
   * However this ends, the file's position is `offset` plus the number of bytes sent; on Windows, a
   * descriptor's position does not change.
   *
   * @param file a path, a descriptor, an object with a descriptor as `fd`, a `Deno.FsFile`, or any
   * object with its `readSync` and `seekSync`
   * @param offset where in the file to start, in bytes
   * @param count how many bytes at most; `null` for all
   * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
   * @returns how many bytes were sent: fewer than `count` if the file is shorter
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {FileNotFoundError} if there is no file at that path
   * @throws {BrokenPipeError} if the peer no longer reads
   * @throws {OSError} if reading or sending fails, or the socket is closed (`EBADF`)
   * @throws {RangeError} if the socket's timeout is 0, or its type is not `SOCK_STREAM`
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendfile}
   * @see `sendfile(2)`
   */
  async sendfile(
    file: FileToSend,
    offset: number | WaitOptions = 0,
    count: number | null | WaitOptions = null,
    options?: WaitOptions,
  ): Promise<number> {
    if (typeof offset === "object" || typeof count === "object") {
      [offset = 0, count = null, options] = optionsLast(offset, count, options);
    }
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
   * Makes a second socket object for the same socket, with its own descriptor.
   *
   * @returns the second socket object, with the same timeout
   * @throws {OSError} if the socket is closed (`EBADF`), or no descriptor is left (`EMFILE`)
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.dup}, `dup(2)`
   */
  dup(): AsyncSocket<A> {
    const { family, type, proto, timeout } = this;
    const copy = asyncSocketOf<A>(
      newHandle(duplicateDescriptor(this.fileno()), family, type, proto),
    );
    copy.settimeout(timeout);
    return copy;
  }

  /**
   * Accepts connections until the socket is closed, as {@linkcode [Symbol.asyncIterator]} does, and
   * calls a function with each error after which it goes on.
   *
   * @param options `{ onError }`: the function. If it throws, the iteration rejects with that
   * @returns an iterator of what {@linkcode accept} resolves to
   *
   * @example Stop when descriptors run out
   * ```ts
   * import { create_server, errno } from "@libc/socket/async";
   *
   * await using listener = await create_server(["127.0.0.1", 0]);
   * const connections = listener.connections({
   *   onError(error) {
   *     if (error.errno === errno.EMFILE) throw error;
   *     console.warn(error.message);
   *   },
   * });
   * listener.close(); // ends the loop
   * for await (const [connection] of connections) connection.close();
   * ```
   */
  connections(
    options?: ConnectionsOptions,
  ): AsyncIterableIterator<
    [socket: AsyncSocket<A>, address: A],
    undefined
  > {
    return new Connections(this, options);
  }

  /**
   * Accepts connections until the socket is closed:
   * `for await (const [socket, address] of listener)`.
   *
   * It goes on after errors that pass, where {@linkcode accept} would reject: if a connection is
   * lost before it is accepted (`ECONNABORTED`, `EPROTO`, `EPERM`, and errors of the network such
   * as `ENETDOWN`), and, after 50 ms, if no descriptor or no memory is left (`EMFILE`, `ENFILE`,
   * `ENOBUFS`, `ENOMEM`). {@linkcode connections} reports them. After any other error, such as a
   * timeout, it rejects.
   *
   * Leaving the loop, or calling the iterator's `return()`, does not close the listener. A
   * `next()` that waits then takes no connection any more: later ones wait for another `accept()`.
   *
   * @returns an iterator of what {@linkcode accept} resolves to
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<
    [socket: AsyncSocket<A>, address: A],
    undefined
  > {
    return new Connections(this);
  }
}

nameClasses({ AsyncSocket });

/** The promise that a function returns; if it throws, one that rejects. */
function promised<T>(call: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => resolve(call()));
}

const { MSG_ERRQUEUE = 0, MSG_OOB = 0 } = table.constants;

/** The side of a receive; flags that are none make its attempt fail. */
function receivingSide(flags: unknown): Side {
  const bits = typeof flags === "bigint" ? Number(flags) : flags;
  if (typeof bits !== "number") return "read";
  if ((bits & MSG_ERRQUEUE) !== 0) return "error";
  return (bits & MSG_OOB) !== 0 ? "urgent" : "read";
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
      backOff(listener, EXHAUSTED_MS);
    }
    throw error;
  }
}
accept.syscall = "accept";

/** Makes the socket of a handle that was just opened and is non-blocking. */
export function asyncSocketOf<A extends Address>(
  handle: Handle,
): AsyncSocket<A> {
  return new AsyncSocket<A>(null, null, null, handle as unknown as number);
}
