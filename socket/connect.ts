/** `create_connection` and `create_server`: a TCP connection or listener in one call. */

import {
  AF_INET,
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  isMissing,
  SO_EXCLUSIVEADDRUSE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../constants/mod.ts";
import {
  fromCaller,
  rangeError,
  recaptured,
  typeError,
} from "../constants/stack.ts";
import {
  describe,
  integer,
  optionsOf,
  string,
  timeoutSeconds,
} from "../errors/arguments.ts";
import { exhausted } from "../errors/errno.ts";
import { OSError } from "../errors/errors.ts";
import type {
  Address,
  AddressInput,
  Family,
  Inet6Address,
  InetAddress,
} from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import { driveSteps } from "./driver.ts";
import { getaddrinfo } from "./lookup.ts";
import { Socket } from "./socket.ts";
import { resolved, type Steps } from "./steps.ts";

/** Options of {@linkcode create_connection}. */
export interface CreateConnectionOptions {
  /** Throws an `AggregateError` of all attempts' errors instead of the last error. */
  readonly all_errors?: boolean;
}

/**
 * Connects to a TCP service, trying the host's addresses one after the other.
 *
 * @param address host and port; the host is resolved for IPv4 and IPv6
 * @param timeout seconds for each attempt, `null` for none; the default timeout if left out. The
 * returned socket keeps it
 * @param source_address the address to connect from; `""` and 0 let the system choose
 * @param options `{ all_errors }`
 * @returns the connected socket
 * @throws {OSError} the last attempt's error, if none succeeds
 * @throws {AggregateError} the errors of all attempts, with `all_errors`
 * @throws {gaierror} if the host cannot be resolved
 * @throws {TypeError} if an address is not `[host, port]`, or the timeout is not a number
 * @throws {RangeError} if a port or the timeout is out of bounds
 */
export function create_connection(
  address: readonly [host: string | null, port: number | string],
  timeout?: number | null,
  source_address?: readonly [host: string, port: number] | null,
  options?: CreateConnectionOptions,
): Socket<InetAddress | Inet6Address> {
  checkConnection(address, timeout, source_address);
  optionsOf(options);
  const [host, port] = address;
  const errors: OSError[] = [];
  for (
    const [family, type, proto, , sockaddr] of getaddrinfo(
      host,
      port,
      0,
      SOCK_STREAM,
    )
  ) {
    let socket: Socket<InetAddress | Inet6Address> | undefined;
    try {
      socket = new Socket(family, type, proto);
      if (timeout !== undefined) socket.settimeout(timeout);
      if (source_address) socket.bind(source_address);
      socket.connect(sockaddr);
      return socket;
    } catch (error) {
      socket?.close();
      if (!(error instanceof OSError)) throw error;
      errors.push(error);
    }
  }
  throw connectionError(errors, options);
}

/** Checks the arguments of `create_connection()` before the first attempt. */
export function checkConnection(
  address: unknown,
  timeout: unknown,
  source_address: unknown,
): void {
  const [, to] = pair("address", address);
  if (typeof to === "number") integer("port", to, 0, 0xffff);
  timeoutSeconds(timeout);
  if (source_address === undefined || source_address === null) return;
  const [host, port] = pair("source_address", source_address);
  string("source_address: host", host);
  integer("source_address: port", port, 0, 0xffff);
}

function pair(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length === 2) return value;
  throw typeError(
    `${name} must be [host, port], not ${
      Array.isArray(value) ? `an array of ${value.length}` : describe(value)
    }`,
  );
}

/** Returns the error to throw when no attempt succeeded. */
export function connectionError(
  errors: OSError[],
  options: CreateConnectionOptions | undefined,
): Error {
  const { all_errors = false } = optionsOf(options);
  const last = errors.at(-1);
  if (last === undefined) {
    return new OSError(null, "getaddrinfo returns an empty list");
  }
  if (all_errors) {
    return fromCaller(new AggregateError(errors, "create_connection failed"));
  }
  // The errors of the other addresses, each the cause of the next.
  errors.reduce((value, error) => {
    const cause = { value, writable: true, configurable: true };
    return Object.defineProperty(error, "cause", cause);
  });
  return recaptured(last, connectionError);
}

/** Options of {@linkcode create_server}. */
export interface CreateServerOptions<A extends Address = InetAddress> {
  /** `AF_INET` (if left out) or `AF_INET6`. */
  readonly family?: Family<A>;
  /** How many connections may wait to be accepted; the default of `listen()` if left out. */
  readonly backlog?: number | null;
  /** Sets `SO_REUSEPORT`: several listeners share the port. */
  readonly reuse_port?: boolean;
  /** Makes an `AF_INET6` socket accept IPv4 connections too; by default it explicitly does not. */
  readonly dualstack_ipv6?: boolean;
}

/**
 * Makes a TCP listener. Its address may be one whose last listener has just ended: the connections
 * left in `TIME_WAIT` do not block it (`SO_REUSEADDR`).
 *
 * @param address host (`""` for all interfaces) and port (0 lets the system choose)
 * @param options `{ family, backlog, reuse_port, dualstack_ipv6 }`
 * @returns the listening socket
 * @throws {OSError} if the address is in use or not local: the message names it
 * @throws {gaierror} if a host name cannot be resolved
 * @throws {TypeError} if it is not an address of the family
 * @throws {RangeError} if an option is not available on this platform, or `dualstack_ipv6` is set
 * for another family than `AF_INET6`
 */
export function create_server<A extends Address = InetAddress>(
  address: AddressInput<NoInfer<A>>,
  options?: CreateServerOptions<A>,
): Socket<A> {
  return driveSteps(
    serving((family) => new Socket<A>(family, SOCK_STREAM), address, options),
  );
}

/** The steps of `create_server()`; `make` creates the socket. */
export function* serving<A extends Address, S extends SocketBase<A>>(
  make: (family: Family<A>) => S,
  address: AddressInput<NoInfer<A>>,
  given: CreateServerOptions<A> | undefined,
): Steps<S> {
  const options = optionsOf(given);
  checkServerOptions(options);
  const socket = make(options.family ?? AF_INET as unknown as Family<A>);
  try {
    const numeric = yield* resolved(socket, address);
    listenOn(socket, numeric as AddressInput<A>, options, address);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Rejects options that the platform or the family does not support. */
function checkServerOptions<A extends Address>(
  options: CreateServerOptions<A>,
): void {
  if (options.reuse_port && isMissing(SO_REUSEPORT)) {
    throw rangeError(
      "reuse_port: SO_REUSEPORT is not available on this platform",
    );
  }
  if (!options.dualstack_ipv6) return;
  if (!has_dualstack_ipv6()) {
    throw rangeError("dualstack_ipv6 is not available on this platform");
  }
  if (options.family as number !== AF_INET6) {
    throw rangeError("dualstack_ipv6 requires the family AF_INET6");
  }
}

/** Binds and listens as {@linkcode create_server} documents; errors show `given` as the address. */
function listenOn<A extends Address>(
  socket: SocketBase<A>,
  address: AddressInput<A>,
  { backlog, reuse_port = false, dualstack_ipv6 = false }: CreateServerOptions<
    A
  >,
  given: unknown,
): void {
  // On Windows, which has SO_EXCLUSIVEADDRUSE, SO_REUSEADDR is not needed and would let other
  // processes steal the port.
  const option = isMissing(SO_EXCLUSIVEADDRUSE)
    ? SO_REUSEADDR
    : SO_EXCLUSIVEADDRUSE;
  socket.setsockopt(SOL_SOCKET, option, 1);
  if (reuse_port) socket.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
  if (socket.family as number === AF_INET6) {
    socket.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, dualstack_ipv6 ? 0 : 1);
  }
  try {
    socket.bind(address);
  } catch (error) {
    if (!(error instanceof OSError) || error.syscall !== "bind") throw error;
    const text = `${error.strerror} (while attempting to bind on address ${
      JSON.stringify(given)
    })`;
    throw new OSError(error.errno, text, {
      syscall: "bind",
      address: given,
      winerror: error.winerror,
    });
  }
  socket.listen(backlog ?? undefined);
}

/**
 * Returns whether one `AF_INET6` socket can serve IPv4 connections too.
 *
 * @returns whether it can
 * @throws {OSError} if no descriptor or no memory is left to find out (Python returns false)
 */
export function has_dualstack_ipv6(): boolean {
  try {
    using socket = new Socket(AF_INET6, SOCK_STREAM);
    socket.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 0);
    return true;
  } catch (error) {
    if (error instanceof OSError && !exhausted.has(error.errno)) return false;
    throw error;
  }
}

/** Whether the library supports IPv6: true on every platform. */
export const has_ipv6 = true;
