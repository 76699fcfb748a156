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
  optionsLast,
  optionsOf,
  passedOnce,
  string,
  timeoutSeconds,
} from "../errors/arguments.ts";
import { exhausted, OSError } from "../errors/errors.ts";
import type {
  Address,
  AddressInput,
  AddressOf,
  Inet6Address,
  InetAddress,
} from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import { driveSteps, resolved, type Steps } from "./driver.ts";
import { getaddrinfo } from "./lookup.ts";
import { Socket } from "./socket.ts";

/**
 * Options of {@linkcode create_connection}.
 * @category Sockets
 */
export interface CreateConnectionOptions {
  /** The parameter `timeout`, if these options stand in its place. */
  readonly timeout?: number | null | undefined;
  /** The parameter `source_address`, if these options stand in its place. */
  readonly source_address?:
    | readonly [host: string, port: number]
    | null
    | undefined;
  /** Throws an `AggregateError` of all attempts' errors instead of the last error. */
  readonly all_errors?: boolean | undefined;
}

/**
 * Connects to a TCP service, trying the host's addresses one after the other.
 *
 * @param address host and port; the host is resolved for IPv4 and IPv6
 * @param timeout seconds for each attempt, `null` for none; the default timeout if left out. The
 * returned socket keeps it
 * @param source_address the address to connect from; `""` and 0 let the system choose
 * @param options `{ all_errors }`. They may stand in place of the parameters before them, and have
 * these by name: `create_connection(address, { timeout: 5 })`
 * @returns the connected socket
 * @throws {OSError} the last attempt's error, if none succeeds
 * @throws {AggregateError} the errors of all attempts, with `all_errors`
 * @throws {gaierror} if the host cannot be resolved
 * @throws {TypeError} if an address is not `[host, port]`, or the timeout is not a number
 * @throws {RangeError} if a port or the timeout is out of bounds
 * @see {@link https://docs.python.org/3/library/socket.html#socket.create_connection}, `connect(2)`
 * @category Sockets
 */
export function create_connection(
  address: readonly [host: string | null, port: number | string],
  timeout?: number | null | CreateConnectionOptions,
  source_address?:
    | readonly [host: string, port: number]
    | null
    | CreateConnectionOptions,
  options?: CreateConnectionOptions,
): Socket<InetAddress | Inet6Address> {
  const { seconds, source, all_errors } = connectionParameters(
    address,
    ...optionsLast(timeout, source_address, options),
  );
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
      if (seconds !== undefined) socket.settimeout(seconds);
      if (source) socket.bind(source);
      socket.connect(sockaddr);
      return socket;
    } catch (error) {
      socket?.close();
      if (!(error instanceof OSError)) throw error;
      errors.push(error);
    }
  }
  throw connectionError(errors, all_errors);
}

/** The parameters of `create_connection()` beside the address. */
export interface ConnectionParameters {
  /** The timeout; `undefined` for the default. */
  readonly seconds: number | null | undefined;
  /** The address to connect from. */
  readonly source: readonly [host: string, port: number] | undefined;
  /** Whether to throw the errors of all attempts. */
  readonly all_errors: boolean;
}

/** Checks the arguments of `create_connection()` before the first attempt. */
export function connectionParameters(
  address: unknown,
  timeout: number | null | undefined,
  source_address: readonly [host: string, port: number] | null | undefined,
  given: CreateConnectionOptions | undefined,
): ConnectionParameters {
  const options = optionsOf(given);
  const [, to] = pair("address", address);
  if (typeof to === "number") integer("port", to, 0, 0xffff);
  const seconds = passedOnce("timeout", timeout, options.timeout);
  timeoutSeconds(seconds);
  const source = passedOnce(
    "source_address",
    source_address,
    options.source_address,
  ) ?? undefined;
  if (source !== undefined) {
    const [host, port] = pair("source_address", source);
    string("source_address: host", host);
    integer("source_address: port", port, 0, 0xffff);
  }
  return { seconds, source, all_errors: Boolean(options.all_errors) };
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
  all_errors: boolean,
): Error {
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

/**
 * Options of {@linkcode create_server}.
 * @category Sockets
 */
export interface CreateServerOptions<
  F extends number | undefined = number | undefined,
> {
  /** `AF_INET` (if left out) or `AF_INET6`. */
  readonly family?: F;
  /** How many connections may wait to be accepted; the default of `listen()` if left out. */
  readonly backlog?: number | null | undefined;
  /** Sets `SO_REUSEPORT`: several listeners share the port. */
  readonly reuse_port?: boolean | undefined;
  /** Makes an `AF_INET6` socket accept IPv4 connections too; by default it explicitly does not. */
  readonly dualstack_ipv6?: boolean | undefined;
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
 * @see {@link https://docs.python.org/3/library/socket.html#socket.create_server}, `listen(2)`
 * @category Sockets
 */
export function create_server<F extends number | undefined = undefined>(
  address: AddressInput<AddressOf<NoInfer<F>>>,
  options?: CreateServerOptions<F>,
): Socket<AddressOf<F>> {
  return driveSteps(
    serving(
      (family) => new Socket<AddressOf<F>>(family, SOCK_STREAM),
      address,
      options,
    ),
  );
}

/** The steps of `create_server()`; `make` creates the socket. */
export function* serving<S extends SocketBase>(
  make: (family: number) => S,
  address: unknown,
  given: CreateServerOptions | undefined,
): Steps<S> {
  const options = optionsOf(given);
  checkServerOptions(options);
  const socket = make(options.family ?? AF_INET);
  try {
    const numeric = yield* resolved(socket, address);
    listenOn(socket, numeric as Address, options, address);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Rejects options that the platform or the family does not support. */
function checkServerOptions(options: CreateServerOptions): void {
  if (options.reuse_port && isMissing(SO_REUSEPORT)) {
    throw rangeError(
      "reuse_port: SO_REUSEPORT is not available on this platform",
    );
  }
  if (!options.dualstack_ipv6) return;
  if (!has_dualstack_ipv6()) {
    throw rangeError("dualstack_ipv6 is not available on this platform");
  }
  if (options.family !== AF_INET6) {
    throw rangeError("dualstack_ipv6 requires the family AF_INET6");
  }
}

/** Binds and listens as {@linkcode create_server} documents; errors show `given` as the address. */
function listenOn(
  socket: SocketBase,
  address: Address,
  { backlog, reuse_port = false, dualstack_ipv6 = false }: CreateServerOptions,
  given: unknown,
): void {
  // On Windows, which has SO_EXCLUSIVEADDRUSE, SO_REUSEADDR is not needed and would let other
  // processes steal the port.
  const option = isMissing(SO_EXCLUSIVEADDRUSE)
    ? SO_REUSEADDR
    : SO_EXCLUSIVEADDRUSE;
  socket.setsockopt(SOL_SOCKET, option, 1);
  if (reuse_port) socket.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
  if (socket.family === AF_INET6) {
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
 * @see {@link https://docs.python.org/3/library/socket.html#socket.has_dualstack_ipv6}, `ipv6(7)`
 * @category Sockets
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

/**
 * Whether the library supports IPv6: true on every platform.
 * @category Sockets
 */
export const has_ipv6 = true;
