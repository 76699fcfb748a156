/** The blocking socket, Python's `socket.socket`. */

import type { Bytes } from "../errors/arguments.ts";
import { check } from "../errors/errors.ts";
import { setNonBlocking } from "../ffi/descriptor.ts";
import type {
  Address,
  AddressInput,
  Family,
  InetAddress,
} from "./address/types.ts";
import { SocketBase } from "./base.ts";
import { complete, drive } from "./driver.ts";
import { makefile, type SocketFile } from "./file/makefile.ts";
import type { FileMode } from "./file/mode.ts";
import type { TextOptions } from "./file/text.ts";
import * as vectors from "./message_vector.ts";
import type { MessageVector } from "./message_vector.ts";
import type { AncillaryInput, AncillaryItem } from "./operations/ancillary.ts";
import * as connection from "./operations/connection.ts";
import { Handle, handleOf } from "./operations/handle.ts";
import type { AlgOptions } from "./operations/messages.ts";
import * as messages from "./operations/messages.ts";
import {
  asksNonBlocking,
  duplicateDescriptor,
  openHandle,
} from "./operations/open.ts";
import { type FileToSend, fileTransfer } from "./operations/sendfile.ts";
import * as transfer from "./operations/transfer.ts";

/**
 * A socket whose operations block until they are done, as Python's `socket.socket`.
 *
 * It blocks this thread: no timer and no promise of the process's other work goes on meanwhile. For
 * that, take `AsyncSocket`. Each operation that waits throws `TimeoutError` when the socket's timeout
 * runs out, and `BlockingIOError` if the socket is non-blocking and it would have to wait; a call
 * that a signal interrupts is made again.
 *
 * @typeParam A the addresses of the socket's family
 *
 * @example An echo over loopback
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Socket } from "../mod.ts";
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
 */
export class Socket<A extends Address = InetAddress> extends SocketBase<A> {
  /**
   * Makes a socket, or adopts a descriptor.
   *
   * @param family the address family, `AF_INET` if left out; of a descriptor, what the kernel says.
   * A plain number needs `new Socket<Address>(…)`
   * @param type the type, `SOCK_STREAM` if left out; `SOCK_NONBLOCK` makes the timeout 0
   * @param proto the protocol, mostly 0
   * @param fileno a descriptor to adopt: it is this socket's own from then on; on Windows also what
   * another process's `share()` gave, which then tells family, type and proto
   * @throws {OSError} if the system cannot make such a socket, or the descriptor is no socket
   * @throws {RangeError} if a constant is not available on this platform
   */
  constructor(
    family?: Family<A> | (Address extends A ? number : never) | null,
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
   * @param value seconds, 0 for non-blocking, `null` for as long as it takes
   * @throws {RangeError} if it is negative or not a number
   * @throws {OSError} if the socket is closed
   */
  override settimeout(value: number | null): void {
    super.settimeout(value);
    check(setNonBlocking(this.fileno(), value != null), "ioctl");
  }

  /**
   * Accepts a connection, waiting for one. `accept(2)`.
   *
   * @returns the connection's socket, which has the default timeout, and the address of its other end
   * @throws {OSError} if the socket is no listener, or no descriptor is left (`EMFILE`)
   */
  accept(): [socket: Socket<A>, address: A] {
    const [handle, address] = drive(this, connection.accept, false);
    return [socketOf<A>(handle), address as A];
  }

  /**
   * Connects to an address, waiting until the connection stands. `connect(2)`.
   *
   * @param address a remote address; a host name in it is resolved
   * @throws {ConnectionRefusedError} if nobody listens there
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if it is not an address of the socket's family
   * @throws {RangeError} if a part of it is out of bounds
   */
  connect(address: AddressInput<A>): void {
    drive(this, connection.connectAttempt(), address);
  }

  /**
   * Connects as {@linkcode connect} does, but gives the error number of a failed `connect(2)`
   * instead of throwing.
   *
   * @param address a remote address
   * @returns 0, or an error number: `EINPROGRESS` of a non-blocking socket that is on its way
   * @throws {gaierror} if a host name cannot be resolved
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
   * @returns what came, as long as that was; nothing at the end of a stream
   * @throws {RangeError} if `bufsize` is negative or beyond 2^31 - 1
   */
  recv(bufsize: number, flags = 0): Uint8Array<ArrayBuffer> {
    return complete(
      this,
      transfer.recv(handleOf(this), bufsize, flags),
      transfer.recv,
      bufsize,
      flags,
    );
  }

  /**
   * Receives bytes into a buffer. `recv(2)`.
   *
   * @param buffer where they go
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @returns how many came, 0 at the end of a stream; with `MSG_TRUNC`, a datagram's true length
   * @throws {RangeError} if the buffer is smaller than `nbytes`
   */
  recv_into(buffer: Bytes, nbytes = 0, flags = 0): number {
    return complete(
      this,
      transfer.recv_into(handleOf(this), buffer, nbytes, flags),
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
   * ({@linkcode recvfrom_into} with `MSG_TRUNC` tells its length)
   * @param flags `MSG_` flags
   * @returns the bytes and the address, which is `null` where the protocol gives none (TCP)
   */
  recvfrom(
    bufsize: number,
    flags = 0,
  ): [data: Uint8Array<ArrayBuffer>, address: A] {
    return complete(
      this,
      transfer.recvfrom(handleOf(this), bufsize, flags),
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
   * @param buffer where it goes
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @returns how many bytes came (with `MSG_TRUNC`, the datagram's true length) and the address,
   * which is `null` where the protocol gives none (TCP)
   * @throws {RangeError} if the buffer is smaller than `nbytes`
   */
  recvfrom_into(
    buffer: Bytes,
    nbytes = 0,
    flags = 0,
  ): [nbytes: number, address: A] {
    return complete(
      this,
      transfer.recvfrom_into(handleOf(this), buffer, nbytes, flags),
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
   * @returns how many were sent: a stream may take fewer than given
   * @throws {BrokenPipeError} if the other end no longer reads
   */
  send(data: Bytes, flags = 0): number {
    return complete(
      this,
      transfer.send(handleOf(this), data, flags),
      transfer.send,
      data,
      flags,
    );
  }

  /**
   * Sends all bytes; the socket's timeout is for the whole. When this throws, some may have been sent.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @throws {BrokenPipeError} if the other end no longer reads
   */
  sendall(data: Bytes, flags = 0): void {
    drive(this, transfer.sendallAttempt(data, flags, Boolean(this.timeout)));
  }

  /**
   * Sends a message to an address. `sendto(2)`.
   *
   * @param data the bytes
   * @param address where to; a host name in it is resolved
   * @returns how many bytes were sent
   * @throws {OSError} if it is too long for the protocol (`EMSGSIZE`)
   */
  sendto(data: Bytes, address: AddressInput<A>): number;
  /**
   * Sends a message to an address. `sendto(2)`.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @param address where to; a host name in it is resolved
   * @returns how many bytes were sent
   * @throws {OSError} if it is too long for the protocol (`EMSGSIZE`)
   */
  sendto(data: Bytes, flags: number, address: AddressInput<A>): number;
  sendto(data: Bytes, flagsOrAddress: unknown, address?: unknown): number {
    return complete(
      this,
      transfer.sendto(handleOf(this), data, flagsOrAddress, address),
      transfer.sendto,
      data,
      flagsOrAddress,
      address,
    );
  }

  /**
   * Receives a message with its ancillary data. `recvmsg(2)`.
   *
   * Unlike Python's, descriptors that come with it (`SCM_RIGHTS`) are closed on `exec`. They are the
   * caller's to close; if this throws, they are closed already.
   *
   * @param bufsize how many bytes at most: of a longer datagram the rest is lost, and `MSG_TRUNC` is
   * in `msg_flags`
   * @param ancbufsize the room for ancillary data in bytes, as `CMSG_SPACE()` and `CMSG_LEN()` tell;
   * what does not fit is cut or lost, and `MSG_CTRUNC` is in `msg_flags`
   * @param flags `MSG_` flags
   * @returns the bytes, the ancillary data, the message's flags and the sender's address, which is
   * `null` where there is none
   * @throws {RangeError} if a size is negative or beyond 2^31 - 1
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
   * Receives a message into buffers, one after the other, with its ancillary data as
   * {@linkcode recvmsg} does. `recvmsg(2)`.
   *
   * @param buffers where it goes: an iterable of buffers, `IOV_MAX` at most
   * @param ancbufsize the room for ancillary data in bytes
   * @param flags `MSG_` flags
   * @returns how many bytes came (with `MSG_TRUNC` in `flags`, a datagram's true length), the
   * ancillary data, the message's flags and the sender's address, which is `null` where there is none
   * @throws {OSError} if there are too many buffers (`EMSGSIZE`)
   * @throws {TypeError} if `buffers` is no iterable of buffers
   * @throws {RangeError} if `ancbufsize` is negative or beyond 2^31 - 1
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
   * Sends a message gathered from buffers, with ancillary data. `sendmsg(2)`.
   *
   * @param buffers the bytes: an iterable of buffers, `IOV_MAX` at most
   * @param ancdata the ancillary data: an iterable of `[cmsg_level, cmsg_type, cmsg_data]`
   * @param flags `MSG_` flags
   * @param address where to, if the socket is not connected; a host name in it is resolved
   * @returns how many bytes of the buffers were sent: a stream may take fewer than given
   * @throws {OSError} if it is too long or has too many buffers (`EMSGSIZE`), or if the system does
   * not take the ancillary data (`EINVAL`, `ENOBUFS`)
   * @throws {TypeError} if an argument has the wrong shape
   * @throws {RangeError} if a level, a type or a part of the address is out of bounds
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
   * Receives as many messages as there are, in one call; waits for the first alone. `recvmmsg(2)`, or
   * one `recvmsg(2)` after the other where there is none.
   *
   * It pays where messages come in crowds: the system is entered once for all of them, and nothing is
   * made anew for each. An error that comes after some messages is thrown by the next call.
   *
   * @param msgvec where they go: their bytes, lengths, flags, addresses and ancillary data. Descriptors
   * that come with them are closed on `exec`, and are the caller's to close
   * @param start the first of its messages to fill
   * @param end the first of its messages to leave as it is; all the rest are filled unless told
   * @param flags `MSG_` flags
   * @returns how many messages came
   * @throws {TypeError} if `msgvec` is of another address family, or an `ArrayBuffer` of it was detached
   * @throws {RangeError} if it has no such messages
   */
  recvmmsg(
    msgvec: MessageVector<A>,
    start = 0,
    end: number = msgvec.length,
    flags = 0,
  ): number {
    return complete(
      this,
      vectors.recvmmsg(handleOf(this), msgvec, start, end, flags),
      vectors.recvmmsg,
      msgvec,
      start,
      end,
      flags,
    );
  }

  /**
   * Sends many messages in one call, each to its own address. `sendmmsg(2)`, or one `sendmsg(2)` after
   * the other where there is none.
   *
   * @param msgvec the messages: their bytes, lengths, addresses and ancillary data
   * @param start the first of its messages to send
   * @param end the first of its messages not to send; all the rest are sent unless told
   * @param flags `MSG_` flags
   * @returns how many were sent: fewer than asked for if the socket takes no more, or the next one fails,
   * which it does again when it is the first
   * @throws {OSError} if the first is refused: too long (`EMSGSIZE`), without an address …
   * @throws {TypeError} if `msgvec` is of another address family, or an `ArrayBuffer` of it was detached
   * @throws {RangeError} if it has no such messages, or a length is greater than that of its buffer
   */
  sendmmsg(
    msgvec: MessageVector<A>,
    start = 0,
    end: number = msgvec.length,
    flags = 0,
  ): number {
    return complete(
      this,
      vectors.sendmmsg(handleOf(this), msgvec, start, end, flags),
      vectors.sendmmsg,
      msgvec,
      start,
      end,
      flags,
    );
  }

  /**
   * Sends a message to a socket of `AF_ALG`, with the parameters of its operation. Linux.
   *
   * @param msg the bytes: an iterable of buffers, or `null` for none
   * @param options the operation, and what else it needs
   * @returns how many bytes were sent
   * @throws {OSError} if the socket is of another family, or the kernel refuses
   * @throws {TypeError} if `op` is missing or negative, or `assoclen` is negative
   */
  sendmsg_afalg(
    msg: Iterable<Bytes> | null | undefined,
    options: AlgOptions,
  ): number {
    return drive(this, messages.sendmsgAlgAttempt(msg, options));
  }

  /**
   * Sends a file to its end, by the kernel's `sendfile(2)` where there is a descriptor and the kernel
   * takes it, else by copying. The socket's timeout is for the whole.
   *
   * However this ends, the file's position is `offset` plus the number of bytes sent; on Windows, a
   * descriptor's stays as it was. A file that has no position, such as a pipe, is sent from where it
   * is. A path needs `--allow-read`.
   *
   * @param file a path, a descriptor, an object that has one as `fd`, a `Deno.FsFile`, or anything
   * with its `readSync` and `seekSync`
   * @param offset where in the file to start, in bytes
   * @param count how many bytes at most; `null` for all
   * @returns how many bytes were sent: fewer than `count` if the file is shorter
   * @throws {RangeError} if the socket is non-blocking or not of type `SOCK_STREAM`
   * @throws {FileNotFoundError} if there is no file of that path
   * @throws {BrokenPipeError} if the other end no longer reads
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
      this.timeout !== null,
    );
    return drive(this, (handle) => sending.attempt(handle));
  }

  /**
   * Makes a file over the socket, to read and write it as one. The descriptor closes with the last of
   * the socket and its files. Once a read has timed out, the file cannot be read any more.
   *
   * @param mode `r` to read (the default), `w` to write, both, and `b` for bytes instead of text
   * @param buffering the size of the buffer in bytes; 0 for none, with bytes only; `null` or a
   * negative number for 8192
   * @param options of text: `encoding`, `errors` and `newline`. Python ignores them with `b`, here
   * they are refused
   * @returns a `TextIOWrapper` of text; of bytes a `BufferedReader`, `BufferedWriter` or
   * `BufferedRWPair`, a `SocketIO` without a buffer
   * @throws {RangeError} if the mode, the encoding or another option has no such value, or text shall
   * have no buffer
   */
  makefile<
    Mode extends FileMode = "r",
    Buffering extends number | null = null,
  >(
    mode: Mode = "r" as Mode,
    buffering: Buffering = null as Buffering,
    options: TextOptions = {},
  ): SocketFile<Mode, Buffering> {
    return makefile(this, mode, buffering, options) as SocketFile<
      Mode,
      Buffering
    >;
  }

  /**
   * A second socket object for the same socket, with a descriptor of its own.
   *
   * @throws {OSError} if the socket is closed, or no descriptor is left (`EMFILE`)
   */
  dup(): Socket<A> {
    const fd = duplicateDescriptor(this.fileno());
    const { family, type, proto } = this;
    const copy = socketOf<A>(new Handle(fd, family, type, proto));
    copy.settimeout(this.timeout);
    return copy;
  }
}

/** The socket of a handle that was just opened. */
export function socketOf<A extends Address>(handle: Handle): Socket<A> {
  return new Socket<A>(null, null, null, handle as unknown as number);
}
