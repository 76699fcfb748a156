/** The blocking socket: Python's `socket.socket`. */

import { nameClasses } from "../constants/table.ts";
import { type Bytes, optionsLast } from "../errors/arguments.ts";
import { check } from "../errors/errors.ts";
import { setNonBlocking } from "../ffi/descriptor.ts";
import type { Address, AddressInput } from "./address/types.ts";
import { SocketBase } from "./base.ts";
import { begin, complete, drive, isStepwise } from "./driver.ts";
import {
  makefile,
  type MakefileOptions,
  type SocketFile,
  type TextOptions,
} from "./file/makefile.ts";
import type { FileMode } from "./file/raw.ts";
import * as vectors from "./message_vector.ts";
import type { MessageVector } from "./message_vector.ts";
import type { AncillaryInput, AncillaryItem } from "./operations/ancillary.ts";
import * as connection from "./operations/connection.ts";
import { type Handle, handleOf, newHandle } from "./operations/attempt.ts";
import type { AlgOptions } from "./operations/messages.ts";
import { opensFast, sendtoFastOpenAttempt } from "./operations/connection.ts";
import * as messages from "./operations/messages.ts";
import {
  asksNonBlocking,
  duplicateDescriptor,
  openHandle,
} from "./operations/open.ts";
import { type FileToSend, fileTransfer } from "./operations/sendfile.ts";
import * as transfer from "./operations/transfer.ts";
import {
  mustAccumulate,
  recvAllAttempt,
  recvfromAllAttempt,
  recvfromIntoAllAttempt,
  recvIntoAllAttempt,
} from "./operations/transfer.ts";

/**
 * A socket whose operations block until they are done, like Python's `socket.socket`.
 *
 * It blocks the whole thread: while an operation waits, no timer fires and no promise resolves. Use
 * `AsyncSocket` where they must. Every operation that waits throws `TimeoutError` when the socket's
 * timeout runs out, and `BlockingIOError` if the socket is non-blocking and would have to wait. A
 * call that a signal interrupts is retried.
 *
 * A socket is closed by `close()` and by `using`; or when it is garbage-collected; or when the
 * program ends, even if the process goes on, as under `deno run --watch` and from file to file of
 * `deno test`. A descriptor that was detached, or is only a number, stays open. A listener of
 * `unload` that still uses a socket must be added before the program makes its first socket.
 *
 * What is open stays open, until the process ends, where Deno does not announce the end:
 *
 * - when a run under `--watch` ends by an uncaught error, and under `--watch-hmr`;
 * - when a Worker ends by `terminate()`, `self.close()` or an uncaught error. `Deno.exit()` ends
 *   only the Worker that calls it, and closes its sockets. Have a Worker close its sockets before
 *   you call `terminate()`.
 *
 * If a descriptor is closed by other means than this library, and a new socket gets its number, the
 * old socket object counts as closed. That cannot be known if something else gets the number.
 *
 * @typeParam A the addresses of the socket's family
 *
 * @example An echo over loopback
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Socket } from "@libc/socket";
 *
 * using listener = new Socket();
 * listener.bind(["127.0.0.1", 0]);
 * listener.listen();
 * using client = new Socket();
 * client.connect(listener.getsockname());
 * const [connection] = listener.accept();
 * using _ = connection;
 * client.sendall(new TextEncoder().encode("hello"));
 * assertEquals(new TextDecoder().decode(connection.recv(1024)), "hello");
 * ```
 * @category Sockets
 */
export class Socket<out A extends Address = Address> extends SocketBase<A> {
  /**
   * Creates a socket, or adopts a descriptor.
   *
   * @param family the address family. If left out: `AF_INET`, or the family of the adopted
   * descriptor
   * @param type the type. If left out: `SOCK_STREAM`, or the type of the adopted descriptor.
   * `SOCK_NONBLOCK` sets the timeout to 0
   * @param proto the protocol, usually 0. If left out: 0, or the protocol of the adopted descriptor
   * @param fileno a descriptor to adopt: this socket owns it from then on. On Windows also the
   * bytes that another process's `share()` returned, which determine family, type and proto
   * @throws {OSError} if the system cannot create such a socket, or the descriptor is not a socket
   * @throws {RangeError} if a constant is not available on this platform
   */
  constructor(
    family?: number | null,
    type?: number | null,
    proto?: number | null,
    fileno?: number | Bytes | null,
  ) {
    super(openHandle(family, type, proto, fileno), asksNonBlocking(type));
    if (this.timeout !== null) this.settimeout(this.timeout);
  }

  /**
   * Sets how long each operation may wait.
   *
   * @param value seconds, 0 for non-blocking, `null` for no limit
   * @throws {TypeError} if it is neither a number nor `null`
   * @throws {RangeError} if it is negative, too large or NaN
   * @throws {OSError} if the socket is closed
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.settimeout}
   */
  override settimeout(value: number | null): void {
    super.settimeout(value);
    check(setNonBlocking(this.fileno(), value != null), "ioctl");
    handleOf(this).nonBlocking = value != null;
  }

  /**
   * Accepts a connection, waiting for one. `accept(2)`.
   *
   * @returns the connection's socket, which has the default timeout, and the peer's address
   * @throws {OSError} if the socket is not a listener (`EINVAL`), or no descriptor is left
   * (`EMFILE`)
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.accept}
   */
  accept(): [socket: Socket<A>, address: A] {
    const [handle, address] = drive(this, connection.accept, false);
    return [socketOf<A>(handle), address as A];
  }

  /**
   * Connects to an address, waiting until the connection is established, and for room in the queue
   * of a Unix listener (Python waits there only without a timeout). `connect(2)`.
   *
   * @param address a remote address; a host name in it is resolved
   * @throws {ConnectionRefusedError} if no socket listens there
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if it is not an address of the socket's family
   * @throws {RangeError} if a part of it is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.connect}
   */
  connect(address: AddressInput<A>): void {
    drive(this, connection.connectAttempt(), address);
  }

  /**
   * Connects as {@linkcode connect} does, but returns the error number of a failed `connect(2)`
   * instead of throwing.
   *
   * @param address a remote address
   * @returns 0 or an error number: `EINPROGRESS` if the socket is non-blocking and the connection
   * is under way (`EWOULDBLOCK` on Windows)
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if it is not an address of the socket's family
   * @throws {RangeError} if a part of it is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.connect_ex}
   */
  connect_ex(address: AddressInput<A>): number {
    try {
      this.connect(address);
      return 0;
    } catch (error) {
      return connection.connectionErrno(error);
    }
  }

  /**
   * Receives bytes. `recv(2)`.
   *
   * @param bufsize how many bytes at most
   * @param flags `MSG_` flags
   * @returns the bytes received, as many as there are; empty at the end of a stream
   * @throws {RangeError} if `bufsize` is negative or beyond 2^31 - 1
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recv}
   */
  recv(bufsize: number, flags = 0): Uint8Array<ArrayBuffer> {
    if (flags !== 0 && mustAccumulate(handleOf(this), flags)) {
      return drive(this, recvAllAttempt(bufsize, flags));
    }
    return complete(
      this,
      transfer.recv(begin(this), bufsize, flags),
      transfer.recv,
      bufsize,
      flags,
    );
  }

  /**
   * Receives bytes into a buffer. `recv(2)`.
   *
   * @param buffer where the bytes go
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @returns how many bytes were received, 0 at the end of a stream; with `MSG_TRUNC`, a datagram's
   * true length
   * @throws {RangeError} if the buffer is smaller than `nbytes`
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recv_into}
   */
  recv_into(buffer: Bytes, nbytes = 0, flags = 0): number {
    if (flags !== 0 && mustAccumulate(handleOf(this), flags)) {
      return drive(this, recvIntoAllAttempt(buffer, nbytes, flags));
    }
    return complete(
      this,
      transfer.recv_into(begin(this), buffer, nbytes, flags),
      transfer.recv_into,
      buffer,
      nbytes,
      flags,
    );
  }

  /**
   * Receives a message and the address it came from. `recvfrom(2)`.
   *
   * @param bufsize how many bytes at most: the rest of a longer datagram is lost
   * ({@linkcode recvfrom_into} with `MSG_TRUNC` returns its length)
   * @param flags `MSG_` flags
   * @returns the bytes and the address, which is `null` where the protocol has none (TCP)
   * @throws {RangeError} if `bufsize` is negative or beyond 2^31 - 1
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recvfrom}
   */
  recvfrom(
    bufsize: number,
    flags = 0,
  ): [data: Uint8Array<ArrayBuffer>, address: A] {
    if (flags !== 0 && mustAccumulate(handleOf(this), flags)) {
      return drive(this, recvfromAllAttempt(bufsize, flags)) as [
        Uint8Array<ArrayBuffer>,
        A,
      ];
    }
    return complete(
      this,
      transfer.recvfrom(begin(this), bufsize, flags),
      transfer.recvfrom,
      bufsize,
      flags,
    ) as [
      Uint8Array<ArrayBuffer>,
      A,
    ];
  }

  /**
   * Receives a message into a buffer, and the address it came from. `recvfrom(2)`.
   *
   * @param buffer where the bytes go
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @returns how many bytes were received (with `MSG_TRUNC`, the datagram's true length) and the
   * address, which is `null` where the protocol has none (TCP)
   * @throws {RangeError} if the buffer is smaller than `nbytes`
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recvfrom_into}
   */
  recvfrom_into(
    buffer: Bytes,
    nbytes = 0,
    flags = 0,
  ): [nbytes: number, address: A] {
    if (flags !== 0 && mustAccumulate(handleOf(this), flags)) {
      return drive(this, recvfromIntoAllAttempt(buffer, nbytes, flags)) as [
        number,
        A,
      ];
    }
    return complete(
      this,
      transfer.recvfrom_into(begin(this), buffer, nbytes, flags),
      transfer.recvfrom_into,
      buffer,
      nbytes,
      flags,
    ) as [
      number,
      A,
    ];
  }

  /**
   * Sends bytes. `send(2)`.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @returns how many bytes were sent: a stream may take fewer than all
   * @throws {BrokenPipeError} if the peer no longer reads
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.send}
   */
  send(data: Bytes, flags = 0): number {
    return complete(
      this,
      transfer.send(begin(this), data, flags),
      transfer.send,
      data,
      flags,
    );
  }

  /**
   * Sends all bytes. The socket's timeout covers the whole call. If this throws, some bytes may
   * have been sent.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @throws {BrokenPipeError} if the peer no longer reads
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendall}, `send(2)`
   */
  sendall(data: Bytes, flags = 0): void {
    drive(this, transfer.sendallAttempt(data, flags, isStepwise(this.timeout)));
  }

  /**
   * Sends a message to an address. `sendto(2)`.
   *
   * @param data the bytes
   * @param address the destination; a host name in it is resolved
   * @returns how many bytes were sent
   * @throws {OSError} if the message is too long for the protocol (`EMSGSIZE`)
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if `address` is not an address of the socket's family
   * @throws {RangeError} if a part of the address is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendto}
   */
  sendto(data: Bytes, address: AddressInput<A>): number;
  /**
   * Sends a message to an address. `sendto(2)`.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @param address the destination; a host name in it is resolved
   * @returns how many bytes were sent
   * @throws {OSError} if the message is too long for the protocol (`EMSGSIZE`)
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if `address` is not an address of the socket's family
   * @throws {RangeError} if a part of the address is out of bounds
   */
  sendto(data: Bytes, flags: number, address: AddressInput<A>): number;
  sendto(
    data: Bytes,
    flagsOrAddress: number | AddressInput<A>,
    address?: AddressInput<A>,
  ): number {
    if (address !== undefined && opensFast(flagsOrAddress)) {
      return drive(this, sendtoFastOpenAttempt(data, flagsOrAddress), address);
    }
    return complete(
      this,
      transfer.sendto(begin(this), data, flagsOrAddress, address),
      transfer.sendto,
      data,
      flagsOrAddress,
      address,
    );
  }

  /**
   * Receives a message with its ancillary data. `recvmsg(2)`.
   *
   * Unlike in Python, received descriptors (`SCM_RIGHTS`) are closed on `exec`. The caller must
   * close them; if this throws, they are closed already.
   *
   * @param bufsize how many bytes at most: the rest of a longer datagram is lost, and `msg_flags`
   * has `MSG_TRUNC`
   * @param ancbufsize the room for ancillary data in bytes, as `CMSG_SPACE()` and `CMSG_LEN()`
   * compute it; items that do not fit are cut or lost, and `msg_flags` has `MSG_CTRUNC`
   * @param flags `MSG_` flags
   * @returns the bytes, the ancillary data, the message's flags and the sender's address, which is
   * `null` if there is none
   * @throws {RangeError} if a size is negative or beyond 2^31 - 1
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recvmsg}
   */
  recvmsg(
    bufsize: number,
    ancbufsize = 0,
    flags = 0,
  ): [
    data: Uint8Array<ArrayBuffer>,
    ancdata: AncillaryItem[],
    msg_flags: number,
    address: A,
  ] {
    return drive(this, messages.recvmsg, bufsize, ancbufsize, flags) as [
      Uint8Array<ArrayBuffer>,
      AncillaryItem[],
      number,
      A,
    ];
  }

  /**
   * Receives a message into several buffers, filling one after the other, with its ancillary data
   * as {@linkcode recvmsg} does. `recvmsg(2)`.
   *
   * @param buffers where the bytes go: an iterable of buffers, `IOV_MAX` at most
   * @param ancbufsize the room for ancillary data in bytes
   * @param flags `MSG_` flags
   * @returns how many bytes were received (with `MSG_TRUNC` in `flags`, a datagram's true length),
   * the ancillary data, the message's flags and the sender's address, which is `null` if there is
   * none
   * @throws {OSError} if there are too many buffers (`EMSGSIZE`)
   * @throws {TypeError} if `buffers` is not an iterable of buffers
   * @throws {RangeError} if `ancbufsize` is negative or beyond 2^31 - 1
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recvmsg_into}
   */
  recvmsg_into(
    buffers: Iterable<Bytes>,
    ancbufsize = 0,
    flags = 0,
  ): [
    nbytes: number,
    ancdata: AncillaryItem[],
    msg_flags: number,
    address: A,
  ] {
    return drive(
      this,
      messages.recvmsgIntoAttempt(buffers, ancbufsize, flags),
    ) as [number, AncillaryItem[], number, A];
  }

  /**
   * Sends a message gathered from several buffers, with ancillary data. `sendmsg(2)`.
   *
   * @param buffers the bytes: an iterable of buffers, `IOV_MAX` at most
   * @param ancdata the ancillary data: an iterable of `[cmsg_level, cmsg_type, cmsg_data]`
   * @param flags `MSG_` flags
   * @param address the destination, if the socket is not connected; a host name in it is resolved
   * @returns how many bytes of the buffers were sent: a stream may take fewer than all
   * @throws {OSError} if the message is too long or has too many buffers (`EMSGSIZE`), or if the
   * system rejects the ancillary data (`EINVAL`, `ENOBUFS`)
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if an argument has the wrong shape
   * @throws {RangeError} if a level, a type or a part of the address is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendmsg}
   */
  sendmsg(
    buffers: Iterable<Bytes>,
    ancdata: Iterable<AncillaryInput> = [],
    flags = 0,
    address: AddressInput<A> | null = null,
  ): number {
    return drive(
      this,
      messages.sendmsgAttempt(buffers, ancdata, flags),
      address,
    );
  }

  /**
   * Receives all available messages in one call, waiting for the first only. `recvmmsg(2)`, or a
   * series of `recvmsg(2)` where the platform lacks it.
   *
   * It pays off when many messages arrive at once: one system call receives them all, and nothing
   * is allocated for each. If an error follows some messages, the next call throws it.
   *
   * @param msgvec where the messages go: their bytes, lengths, flags, addresses and ancillary data.
   * Received descriptors are closed on `exec`; the caller must close them
   * @param start the index of the first message to fill
   * @param end the index after the last message to fill; if left out, the vector's length
   * @param flags `MSG_` flags
   * @returns how many messages were received
   * @throws {TypeError} if `msgvec` is for another address family, or one of its `ArrayBuffer`s was
   * detached
   * @throws {RangeError} if `start` or `end` is out of bounds
   */
  recvmmsg(
    msgvec: MessageVector<A>,
    start = 0,
    end?: number,
    flags = 0,
  ): number {
    return complete(
      this,
      vectors.recvmmsg(begin(this), msgvec, start, end, flags),
      vectors.recvmmsg,
      msgvec,
      start,
      end,
      flags,
    );
  }

  /**
   * Sends many messages in one call, each to its own address. `sendmmsg(2)`, or a series of
   * `sendmsg(2)` where the platform lacks it.
   *
   * @param msgvec the messages: their bytes, lengths, addresses and ancillary data
   * @param start the index of the first message to send
   * @param end the index after the last message to send; if left out, the vector's length
   * @param flags `MSG_` flags
   * @returns how many messages were sent. It is fewer than requested if the socket takes no more,
   * or if the next message fails; a call that starts with that message throws its error
   * @throws {OSError} if the first message fails: too long (`EMSGSIZE`), without an address …
   * @throws {TypeError} if `msgvec` is for another address family, or one of its `ArrayBuffer`s was
   * detached
   * @throws {RangeError} if `start` or `end` is out of bounds, or a message's length exceeds its
   * buffer
   */
  sendmmsg(
    msgvec: MessageVector<A>,
    start = 0,
    end?: number,
    flags = 0,
  ): number {
    return complete(
      this,
      vectors.sendmmsg(begin(this), msgvec, start, end, flags),
      vectors.sendmmsg,
      msgvec,
      start,
      end,
      flags,
    );
  }

  /**
   * Sends a message over an `AF_ALG` socket, with the parameters of the cipher operation. Linux.
   *
   * @param msg the bytes: an iterable of buffers, or `null` for none
   * @param options the operation and its parameters
   * @returns how many bytes were sent
   * @throws {OSError} if the socket is of another family, or the kernel rejects the message
   * @throws {TypeError} if `op` is missing or negative, or `assoclen` is negative
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendmsg_afalg}
   * @see `sendmsg(2)`
   */
  sendmsg_afalg(
    msg: Iterable<Bytes> | null | undefined,
    options: AlgOptions,
  ): number {
    return drive(this, messages.sendmsgAlgAttempt(msg, options));
  }

  /**
   * Sends a file to its end: with the kernel's `sendfile(2)` if the file has a descriptor that the
   * kernel accepts, otherwise by copying. The socket's timeout covers the whole call.
   *
   * Whether this returns or throws, the file's position is then `offset` plus the number of bytes
   * sent; on Windows, a descriptor keeps its position. A file without a position, such as a pipe,
   * is sent from where it is.
   *
   * A path is opened by Deno's rules: it needs `--allow-read`, and `--allow-all` if it leads to
   * what Deno protects beyond that, such as most of `/proc`.
   *
   * @param file a path, a descriptor, an object that has one as `fd`, a `Deno.FsFile`, or any
   * object with the same `readSync` and `seekSync` methods
   * @param offset where in the file to start, in bytes
   * @param count how many bytes at most; `null` for all
   * @returns how many bytes were sent: fewer than `count` if the file is shorter
   * @throws {RangeError} if the socket is non-blocking or not of type `SOCK_STREAM`, `offset` is
   * negative, or `count` is less than 1
   * @throws {TypeError} if `file` is none of these
   * @throws {FileNotFoundError} if no file has that path
   * @throws {BrokenPipeError} if the peer no longer reads
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendfile}
   */
  sendfile(
    file: FileToSend,
    offset = 0,
    count: number | null = null,
  ): number {
    const handle = handleOf(this);
    using sending = fileTransfer(
      handle,
      this.timeout,
      file,
      offset,
      count,
      isStepwise(this.timeout),
    );
    return drive(this, (handle) => sending.attempt(handle));
  }

  /**
   * Makes a file object that reads and writes the socket. The descriptor stays open until the
   * socket and all its files are closed. Once a read has timed out, the file cannot be read any
   * more.
   *
   * @param mode `r` to read (the default), `w` to write, both, and `b` for bytes instead of text
   * @param buffering the size of the buffer in bytes; 0 for none, which requires `b`; `null` or a
   * negative number for 8192
   * @param options for text: `encoding`, `errors` and `newline`; ignored with `b`. They may stand
   * in place of the parameters before them, and have `buffering` by its name:
   * `makefile("rw", { encoding: "latin-1" })`
   * @returns a `TextIOWrapper` for text; for bytes a `BufferedReader`, `BufferedWriter` or
   * `BufferedRWPair`, or a `SocketIO` if `buffering` is 0
   * @throws {RangeError} if the mode or an option is invalid, or a text file is to have no buffer
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.makefile}
   */
  makefile<
    Mode extends FileMode | undefined = undefined,
    Buffering extends number | null | undefined = undefined,
  >(
    mode?: Mode | MakefileOptions<Buffering>,
    buffering?: Buffering | MakefileOptions<Buffering>,
    options?: TextOptions,
  ): SocketFile<Mode, Buffering> {
    const [letters, size, given] = optionsLast(
      mode as FileMode | undefined,
      buffering as number | null | undefined,
      options,
    );
    return makefile(this, letters, size, given) as SocketFile<Mode, Buffering>;
  }

  /**
   * Returns a second socket object for the same socket, with a duplicate of the descriptor and the
   * same timeout.
   *
   * @throws {OSError} if the socket is closed, or no descriptor is left (`EMFILE`)
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.dup}, `dup(2)`
   */
  dup(): Socket<A> {
    const fd = duplicateDescriptor(this.fileno());
    const { family, type, proto } = this;
    const copy = socketOf<A>(newHandle(fd, family, type, proto));
    copy.settimeout(this.timeout);
    return copy;
  }
}

nameClasses({ Socket });

/** Wraps a handle that was just opened in a `Socket`. */
export function socketOf<A extends Address>(handle: Handle): Socket<A> {
  return new Socket<A>(null, null, null, handle as unknown as number);
}
