/** Sockets of datagrams that call handlers. */

import { passing } from "../async/connections.ts";
import { errno as E } from "../constants/lookup.ts";
import { typeError } from "../constants/stack.ts";
import { nameClasses } from "../constants/table.ts";
import { byteLengthOf, type Bytes, callersBytes } from "../errors/arguments.ts";
import {
  EAGAIN,
  EINTR,
  ENOBUFS,
  EWOULDBLOCK,
  osError,
} from "../errors/errors.ts";
import { errno, libc } from "../ffi/libc.ts";
import type {
  Address,
  AddressInput,
  InetAddress,
} from "../socket/address/types.ts";
import { type Sockaddr, sockaddrStorage } from "../socket/address/codec.ts";
import { encodeAddress, type Handle } from "../socket/operations/attempt.ts";
import { context } from "../socket/resolver/addrinfo.ts";
import { Channel, type Handlers } from "./channel.ts";
import { idleSweeper } from "./idle.ts";
import { HandlerSocket } from "./socket.ts";

/**
 * Who sent a datagram. It is valid until the handler returns, and costs nothing unless it is asked
 * for its address.
 *
 * @typeParam A the addresses of the socket's family
 * @category Handlers
 */
export interface Sender<A extends Address = InetAddress> {
  /** The address, decoded when it is asked for; `null` if the sender has none. */
  readonly address: A;
}

/**
 * The handlers of a socket of datagrams. They are called as methods of this object.
 *
 * @typeParam T the program's state of each socket, `socket.data`
 * @typeParam A the addresses of the sockets' family
 * @category Handlers
 */
export interface DatagramHandlers<
  T = undefined,
  A extends Address = InetAddress,
> extends Handlers<DatagramSocket<T, A>> {
  /**
   * Is called with each datagram.
   *
   * @param data its bytes, in a buffer that the library uses again once the handler has returned:
   * `data.slice()` is a copy to keep. What is beyond 64 KiB is cut
   * @param from who sent it, until the handler returns: an argument for `send()`
   */
  data?(
    socket: DatagramSocket<T, A>,
    data: Uint8Array<ArrayBuffer>,
    from: Sender<A>,
  ): void;
}

/** The socket and the handlers of a channel, whatever the program's types. */
export type AnyDatagramSocket = DatagramSocket<unknown, Address>;
/** As {@linkcode AnyDatagramSocket}. */
export type AnyDatagramHandlers = DatagramHandlers<unknown, Address>;

/** The sender of the datagram that a handler is called with. */
export class CurrentSender implements Sender<Address> {
  readonly #handle: Handle;
  /** Where the address is. */
  storage: Sockaddr = sockaddrStorage();
  /** How long it is, in bytes. */
  length = 0;

  /** Makes the sender of the datagrams of a socket. */
  constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** As {@linkcode Sender.address}. */
  get address(): Address {
    const { storage, length } = this;
    if (length === 0) return null as unknown as Address;
    return this.#handle.codec.decode(storage, length, this.#handle, context);
  }
}

/** Whether an error of receiving or sending is of one datagram, so that the next may succeed. */
function isOfDatagram(code: number): boolean {
  return passing.has(code) || code === E.ECONNREFUSED || code === E.EMSGSIZE ||
    code === E.EACCES || code === E.EINVAL || code === E.EDESTADDRREQ ||
    code === E.EADDRNOTAVAIL || code === E.ENOTCONN || code === E.ENOENT ||
    code === E.ENETRESET; // on Windows, a datagram's time to live ran out
}

/** The channel of a socket of datagrams. */
export abstract class DatagramChannel
  extends Channel<AnyDatagramSocket, AnyDatagramHandlers> {
  /** Sends a datagram if there is room, and returns whether there was. */
  abstract send(data: Uint8Array<ArrayBuffer>, to: unknown): boolean;

  /** Calls `data`. */
  received(data: Uint8Array<ArrayBuffer>, from: Sender<Address>): void {
    this.activeAt = idleSweeper.now;
    try {
      this.handlers.data?.(this.socket, data, from);
    } catch (error) {
      this.thrown(error);
    }
  }

  /**
   * Sends a datagram by a call of its own.
   *
   * @param name the address to send to, if its length is not 0
   * @returns whether there was room. If sending fails, the handler `error` is called soon
   */
  protected sendNow(
    { fd, dontWait }: Handle,
    data: Uint8Array<ArrayBuffer>,
    name: Uint8Array<ArrayBuffer>,
    nameLength: number,
  ): boolean {
    const length = byteLengthOf(data);
    for (;;) {
      const count = nameLength === 0
        ? libc.send(fd, data, length, dontWait)
        : libc.sendto(fd, data, length, dontWait, name, nameLength);
      if (count >= 0) return true;
      const code = errno();
      if (code === EINTR) continue;
      if (code === EAGAIN || code === EWOULDBLOCK || code === ENOBUFS) {
        return false;
      }
      this.failedSoon(code, "sendto");
      return true;
    }
  }

  /** Handles an error of receiving or sending. */
  protected failed(code: number, syscall: string): void {
    if (this.closed) return;
    const error = osError(code, syscall);
    if (isOfDatagram(error.errno!)) this.report(error);
    else this.broke(error);
  }

  /** The same, but not now: the caller may be a handler. */
  protected failedSoon(code: number, syscall: string): void {
    queueMicrotask(() => this.failed(code, syscall));
  }

  /** Encodes the address to send to into the shared storage, and returns its length. */
  protected encode(to: unknown): number {
    const { codec } = this.handle;
    if (codec.hostname?.(to) !== undefined) {
      throw typeError(
        "to must be a numeric address: resolve a host name with getaddrinfo()",
      );
    }
    return encodeAddress(this.handle, to);
  }
}

/** Makes the channel of a socket of datagrams in an engine. */
export type MakeDatagrams = (
  handle: Handle,
  socket: AnyDatagramSocket,
  handlers: AnyDatagramHandlers,
) => DatagramChannel;

/** Makes a socket, and returns its channel. */
export let openDatagrams: (
  make: MakeDatagrams,
  handle: Handle,
  handlers: AnyDatagramHandlers,
) => DatagramChannel;

/**
 * A socket of datagrams whose events call handlers: made by `serveDatagrams()`.
 *
 * @typeParam T the program's state of the socket, {@linkcode data}
 * @typeParam A the addresses of the socket's family
 * @category Handlers
 */
export class DatagramSocket<T = undefined, A extends Address = InetAddress>
  extends HandlerSocket<T, A> {
  readonly #channel: DatagramChannel;

  static {
    openDatagrams = (make, handle, handlers) => {
      const socket: AnyDatagramSocket = new DatagramSocket((socket) =>
        make(handle, socket, handlers)
      );
      return socket.#channel;
    };
  }

  /** For the library: `serveDatagrams()` makes sockets. */
  private constructor(
    makeChannel: (socket: AnyDatagramSocket) => DatagramChannel,
  ) {
    let made!: DatagramChannel;
    super((socket) => made = makeChannel(socket as AnyDatagramSocket));
    this.#channel = made;
  }

  /**
   * Sends a datagram if there is room: it never waits. If there is none, the handler `drain` is
   * called once there is.
   *
   * What fails later (nobody listens there, or it is too long) is passed to the handler `error`,
   * and the socket stays open.
   *
   * @param data the bytes, which may be changed as soon as this returns; but the view that the
   * handler `data` received must stay as it is until that handler returns
   * @param to where to: the sender that `data` received, or a numeric address; left out if the
   * socket is connected
   * @returns whether the datagram was taken: false if there is no room, or the socket is closed
   * @throws {TypeError} if `data` is not bytes, or `to` is not an address of the family
   * @throws {RangeError} if a part of the address is out of bounds
   */
  send(data: Bytes, to?: Sender<A> | AddressInput<A>): boolean {
    return this.#channel.send(callersBytes("data", data), to);
  }
}

nameClasses({ DatagramSocket });
