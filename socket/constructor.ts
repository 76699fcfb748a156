/**
 * The name `Socket` as programs see it: a constructor that knows each family's addresses, and as a
 * type a socket of any family. The class alone could not be both: one default would serve both.
 */

import type { Bytes } from "../errors/arguments.ts";
import type {
  Address,
  Family,
  InetAddress,
  NewSocketAddress,
} from "./address/types.ts";
import { Socket as SocketClass } from "./socket.ts";

/**
 * What makes blocking sockets: `new Socket(…)`.
 * @category Sockets
 */
export interface SocketConstructor {
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
  ): SocketClass<NewSocketAddress<F, D>>;
  /** The prototype of all blocking sockets. */
  readonly prototype: SocketClass;
}

/**
 * Makes blocking sockets. {@linkcode SocketConstructor} documents the parameters,
 * {@linkcode SocketType} the methods, and {@linkcode SocketBase} those that never wait.
 * @see {@link https://docs.python.org/3/library/socket.html#socket.socket}, `socket(2)`
 * @category Sockets
 */
export const Socket: SocketConstructor = SocketClass as SocketConstructor;

/**
 * A blocking socket of any family, or `Socket<InetAddress>`: of one.
 *
 * @typeParam A the addresses of the socket's family
 */
export type Socket<A extends Address = Address> = SocketClass<A>;
