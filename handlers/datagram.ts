/** Sockets of datagrams that call handlers. */

import { typeError } from "../constants/stack.ts";
import { nameClasses } from "../constants/table.ts";
import { type Bytes, callersBytes } from "../errors/arguments.ts";
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
  /** Is called first, before anything is received. */
  open?(socket: DatagramSocket<T, A>): void;
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

/** The channel of a socket of datagrams. */
export abstract class DatagramChannel
  extends Channel<AnyDatagramSocket, AnyDatagramHandlers> {
  /** Sends a datagram if there is room, and returns whether there was. */
  abstract send(data: Uint8Array<ArrayBuffer>, to: unknown): boolean;

  /** Calls `open`, then begins to receive. */
  begin(): void {
    try {
      this.handlers.open?.(this.socket);
    } catch (error) {
      return this.thrown(error);
    }
    if (this.closed) return;
    try {
      this.start();
    } catch (error) { // the system can watch no more descriptors
      this.broke(error);
    }
  }

  /** Calls `data`. */
  received(data: Uint8Array<ArrayBuffer>, from: Sender<Address>): void {
    this.activeAt = idleSweeper.now;
    try {
      this.handlers.data?.(this.socket, data, from);
    } catch (error) {
      this.thrown(error);
    }
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
