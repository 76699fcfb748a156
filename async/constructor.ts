/**
 * The name `AsyncSocket` as programs see it: a constructor that knows each family's addresses, and
 * as a type a socket of any family.
 */

import type { Bytes } from "../errors/arguments.ts";
import type {
  Address,
  Family,
  InetAddress,
  NewSocketAddress,
} from "../socket/address/types.ts";
import type { Socket } from "../socket/socket.ts";
import { AsyncSocket as AsyncSocketClass } from "./socket.ts";

/**
 * What makes awaiting sockets: `new AsyncSocket(…)` and `AsyncSocket.from()`.
 * @category Awaiting
 */
export interface AsyncSocketConstructor {
  /**
   * Makes a socket, or adopts a descriptor. An adopted descriptor becomes non-blocking; this
   * process may have inherited it, received it, or opened it by other means.
   *
   * @param family the address family. If left out: `AF_INET`, or for a descriptor what the kernel
   * reports
   * @param type the type, `SOCK_STREAM` if left out; `SOCK_NONBLOCK` makes the timeout 0
   * @param proto the protocol, usually 0
   * @param fileno a descriptor to adopt: the socket owns it from then on. On Windows also the bytes
   * that `share()` returned in another process, which then determine family, type and protocol
   * @throws {OSError} if the system cannot make such a socket, or the descriptor is not a socket
   * @throws {RangeError} if a constant is not available on this platform
   */
  new <
    A extends Address = InetAddress,
    F extends number | null | undefined = Family<A> | null | undefined,
    D extends number | Bytes | null | undefined =
      | number
      | Bytes
      | null
      | undefined,
  >(
    family?: F | (Address extends A ? number : never),
    type?: number | null,
    proto?: number | null,
    fileno?: D,
  ): AsyncSocketClass<NewSocketAddress<F, D>>;
  /**
   * Makes an awaiting socket of a blocking one. The new socket takes over the descriptor and the
   * timeout; the blocking one then counts as closed.
   *
   * @param socket the blocking socket
   * @returns the awaiting socket
   * @throws {OSError} if the blocking socket is closed (`EBADF`)
   */
  from<A extends Address>(socket: Socket<A>): AsyncSocketClass<A>;
  /** The prototype of all awaiting sockets. */
  readonly prototype: AsyncSocketClass;
}

/**
 * Makes awaiting sockets. {@linkcode AsyncSocketConstructor} documents the parameters,
 * {@linkcode SocketType} the methods, {@linkcode AsyncSocketBase} and {@linkcode SocketBase} the
 * others.
 * @see {@link https://docs.python.org/3/library/socket.html#socket.socket}, `socket(2)`
 * @category Awaiting
 */
export const AsyncSocket: AsyncSocketConstructor =
  AsyncSocketClass as AsyncSocketConstructor;

/**
 * An awaiting socket of any family, or `AsyncSocket<InetAddress>`: of one.
 *
 * @typeParam A the addresses of the socket's family
 */
export type AsyncSocket<A extends Address = Address> = AsyncSocketClass<A>;
