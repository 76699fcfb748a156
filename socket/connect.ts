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
  optionalFunction,
  optionsLast,
  optionsOf,
  passedOnce,
  string,
  timeoutSeconds,
} from "../errors/arguments.ts";
import { exhausted, OSError } from "../errors/errors.ts";
import { addressText } from "../errors/text.ts";
import type {
  Address,
  AddressInput,
  AddressOf,
  Inet6Address,
  InetAddress,
} from "./address/types.ts";
import { SocketBase } from "./base.ts";
import { driveSteps, resolved, type Steps } from "./driver.ts";
import { getaddrinfo } from "./lookup.ts";
import type { AddressInfoTuple } from "./resolver/addrinfo.ts";
import { Socket } from "./socket.ts";

type InternetSocket = Socket<InetAddress | Inet6Address>;

/**
 * Makes the socket for an address, and sets what has to be set before it connects or listens:
 * `SO_MARK`, a device, DSCP, `TCP_FASTOPEN_CONNECT`, or the protocol (`IPPROTO_MPTCP`). asyncio's
 * and aiohttp's `socket_factory`.
 *
 * The socket belongs to the caller of the factory, which closes it if anything fails. If the
 * factory itself throws, it closes what it made. An `OSError` of the factory counts as a failure to
 * connect to that address; other errors end the call.
 *
 * @typeParam S the class of socket: `Socket`, or `AsyncSocket` for the functions that await
 * @category Sockets
 */
export type SocketFactory<
  S extends SocketBase<InetAddress | Inet6Address> = Socket<
    InetAddress | Inet6Address
  >,
> = (info: AddressInfoTuple) => S;

/**
 * What happens to one attempt to connect, as {@linkcode CreateConnectionOptions} reports it.
 * @category Sockets
 */
export interface AttemptEvent {
  /**
   * `"start"`, before the socket is made; then `"success"`, `"failure"`, or `"abandon"` if another
   * attempt was faster, the signal aborted, or the call ended by another error.
   */
  readonly type: "start" | "success" | "failure" | "abandon";
  /** The address. */
  readonly address: InetAddress | Inet6Address;
  /** The address with all that `getaddrinfo` says of it. */
  readonly info: AddressInfoTuple;
  /** Why it failed, in a `"failure"`. */
  readonly error?: OSError | undefined;
}

/**
 * Options of {@linkcode create_connection}.
 *
 * @typeParam S the class of socket that `socket_factory` makes
 * @category Sockets
 */
export interface CreateConnectionOptions<
  S extends SocketBase<InetAddress | Inet6Address> = Socket<
    InetAddress | Inet6Address
  >,
> {
  /** The parameter `timeout`, if these options stand in its place. */
  readonly timeout?: number | null | undefined;
  /** The parameter `source_address`, if these options stand in its place. */
  readonly source_address?:
    | readonly [host: string, port: number]
    | null
    | undefined;
  /** Throws an `AggregateError` of all attempts' errors instead of the last error. */
  readonly all_errors?: boolean | undefined;
  /** Makes the socket of each attempt. If left out, `new Socket(family, type, proto)` does. */
  readonly socket_factory?: SocketFactory<S> | null | undefined;
  /**
   * Is called as each attempt starts, succeeds, fails or is abandoned. If it throws,
   * `create_connection` throws that and closes all sockets.
   */
  readonly onAttempt?: ((event: AttemptEvent) => void) | null | undefined;
}

/**
 * Connects to a TCP service, trying the host's addresses one after the other.
 *
 * @param address host and port; the host is resolved for IPv4 and IPv6
 * @param timeout seconds for each attempt, `null` for none; the default timeout if left out. The
 * returned socket keeps it
 * @param source_address the address to connect from; `""` and 0 let the system choose
 * @param options `{ all_errors, socket_factory, onAttempt }`. They may stand in place of the
 * parameters before them, and have these by name: `create_connection(address, { timeout: 5 })`
 * @returns the connected socket
 * @throws {OSError} the last attempt's error, if none succeeds
 * @throws {AggregateError} the errors of all attempts, with `all_errors`
 * @throws {gaierror} if the host cannot be resolved
 * @throws {TypeError} if an address is not `[host, port]`, the timeout is not a number, or
 * `socket_factory` returns no `Socket`
 * @throws {RangeError} if a port or the timeout is out of bounds
 *
 * @example Set options before it connects, and see each attempt
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "@libc/socket";
 *
 * using listener = socket.create_server(["127.0.0.1", 0]);
 * const events: string[] = [];
 * using client = socket.create_connection(listener.getsockname(), 5, null, {
 *   socket_factory([family, type, proto]) {
 *     const made = new socket.Socket(family, type, proto);
 *     made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0x10000); // how the window scales
 *     return made;
 *   },
 *   onAttempt: ({ type, address }) => events.push(`${type} ${address[0]}`),
 * });
 * assertEquals(events, ["start 127.0.0.1", "success 127.0.0.1"]);
 * ```
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
  const { seconds, source, all_errors, socket_factory, onAttempt } =
    connectionParameters(
      address,
      ...optionsLast(timeout, source_address, options),
    );
  const [host, port] = address;
  const errors: OSError[] = [];
  for (const info of getaddrinfo(host, port, 0, SOCK_STREAM)) {
    const report = reporter(onAttempt, info);
    report?.("start");
    let socket: InternetSocket | undefined;
    try {
      socket = makeSocket(
        Socket<InetAddress | Inet6Address>,
        "a Socket",
        info,
        socket_factory,
      );
      if (seconds !== undefined) socket.settimeout(seconds);
      if (source) socket.bind(source);
      socket.connect(info[4]);
    } catch (error) {
      socket?.close();
      if (!(error instanceof OSError)) {
        report?.("abandon");
        throw error;
      }
      errors.push(error);
      report?.("failure", error);
      continue;
    }
    try {
      report?.("success");
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }
  throw connectionError(errors, all_errors);
}

/** The parameters of `create_connection()` beside the address. */
export interface ConnectionParameters<
  S extends SocketBase<InetAddress | Inet6Address>,
> {
  /** The timeout; `undefined` for the default. */
  readonly seconds: number | null | undefined;
  /** The address to connect from. */
  readonly source: readonly [host: string, port: number] | undefined;
  /** Whether to throw the errors of all attempts. */
  readonly all_errors: boolean;
  /** Makes the socket of each attempt. */
  readonly socket_factory: SocketFactory<S> | null | undefined;
  /** Is called with what happens to each attempt. */
  readonly onAttempt: ((event: AttemptEvent) => void) | null | undefined;
}

/** Returns the function that reports what happens to one attempt; `undefined` if nobody asks. */
export function reporter(
  onAttempt: ((event: AttemptEvent) => void) | null | undefined,
  info: AddressInfoTuple,
): ((type: AttemptEvent["type"], error?: OSError) => void) | undefined {
  return onAttempt
    ? (type, error) =>
      onAttempt({
        type,
        address: info[4],
        info,
        ...(error !== undefined && { error }),
      })
    : undefined;
}

/** A class of sockets. */
export type SocketClass<S> = new (
  family: number,
  type: number,
  proto: number,
) => S;

/** Makes the socket for an address. What a factory returns in its place is closed. */
export function makeSocket<S extends SocketBase<Address>>(
  Class: SocketClass<S>,
  what: string,
  info: AddressInfoTuple,
  factory: ((info: AddressInfoTuple) => unknown) | null | undefined,
): S {
  if (!factory) return new Class(info[0], info[1], info[2]);
  const made = factory(info);
  const ofClass = made instanceof Class;
  if (ofClass && made.family === info[0]) return made;
  discard(made);
  throw typeError(
    ofClass
      ? `socket_factory must return ${what} of family ${
        info[0]
      }, not ${made.family}`
      : `socket_factory must return ${what}, not ${describe(made)}`,
  );
}

/** Closes a socket of the wrong class, or one that an `async` function made. */
function discard(made: unknown): void {
  if (made instanceof SocketBase) made.close();
  else if (made instanceof Promise) made.then(discard, () => {});
}

/** Checks the arguments of `create_connection()` before the first attempt. */
export function connectionParameters<
  S extends SocketBase<InetAddress | Inet6Address>,
>(
  address: unknown,
  timeout: number | null | undefined,
  source_address: readonly [host: string, port: number] | null | undefined,
  given: CreateConnectionOptions<S> | undefined,
): ConnectionParameters<S> {
  const options = optionsOf(given);
  const { socket_factory, onAttempt } = options;
  optionalFunction("socket_factory", socket_factory);
  optionalFunction("onAttempt", onAttempt);
  const [host, to] = pair("address", address);
  if (host === undefined) {
    throw typeError("address: host must be a string or null, not undefined");
  }
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
  return {
    seconds,
    source,
    all_errors: Boolean(options.all_errors),
    socket_factory,
    onAttempt,
  };
}

/** Checks an address of host and port. */
export function pair(name: string, value: unknown): readonly unknown[] {
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
 *
 * @typeParam F the type of the family, of which that of the addresses follows
 * @typeParam S the class of socket that `socket_factory` makes
 * @category Sockets
 */
export interface CreateServerOptions<
  F extends number | undefined = number | undefined,
  S extends SocketBase<InetAddress | Inet6Address> = Socket<
    InetAddress | Inet6Address
  >,
> {
  /** `AF_INET` (if left out) or `AF_INET6`. */
  readonly family?: F;
  /** How many connections may wait to be accepted; the default of `listen()` if left out. */
  readonly backlog?: number | null | undefined;
  /** Sets `SO_REUSEPORT`: several listeners share the port. */
  readonly reuse_port?: boolean | undefined;
  /** Makes an `AF_INET6` socket accept IPv4 connections too; by default it explicitly does not. */
  readonly dualstack_ipv6?: boolean | undefined;
  /**
   * Makes the socket, before it is bound; the address that it gets has no host name. If left out,
   * `new Socket(family, type)` does.
   */
  readonly socket_factory?: SocketFactory<S> | null | undefined;
}

/**
 * Makes a TCP listener. Its address may be one whose last listener has just ended: the connections
 * left in `TIME_WAIT` do not block it (`SO_REUSEADDR`).
 *
 * @param address host (`""` for all interfaces) and port (0 lets the system choose)
 * @param options `{ family, backlog, reuse_port, dualstack_ipv6, socket_factory }`
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
    serving(Socket<AddressOf<F>>, "a Socket", address, options),
  );
}

/** The steps of `create_server()`, for one class of socket and what messages call it. */
export function* serving<S extends SocketBase>(
  Class: SocketClass<S>,
  what: string,
  address: unknown,
  given:
    | CreateServerOptions<
      number | undefined,
      SocketBase<InetAddress | Inet6Address>
    >
    | undefined,
): Steps<S> {
  if (typeof address === "string" && typeof given === "number") {
    throw typeError("address must be [host, port], not two arguments");
  }
  const options = optionsOf(given);
  optionalFunction("socket_factory", options.socket_factory);
  checkServerOptions(options);
  const family = integer("family", options.family ?? AF_INET);
  const numeric = yield* resolved(family, address);
  const info = [family, SOCK_STREAM, 0, "", numeric];
  const socket = makeSocket(
    Class,
    what,
    info as AddressInfoTuple,
    options.socket_factory,
  );
  try {
    listenOn(socket, numeric as Address, options, address);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Rejects options that the platform or the family does not support. */
export function checkServerOptions(
  options: {
    readonly family?: unknown;
    readonly reuse_port?: boolean | undefined;
    readonly dualstack_ipv6?: boolean | undefined;
  },
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
  if (options.family !== AF_INET6) {
    throw rangeError("dualstack_ipv6 requires the family AF_INET6");
  }
}

/** Binds and listens as {@linkcode create_server} documents; errors show `given` as the address. */
export function listenOn(
  socket: SocketBase,
  address: Address,
  { backlog, reuse_port = false, dualstack_ipv6 = false }: {
    readonly backlog?: number | null | undefined;
    readonly reuse_port?: boolean | undefined;
    readonly dualstack_ipv6?: boolean | undefined;
  },
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
    const where = addressText(given);
    const text =
      `${error.strerror} (while attempting to bind on address ${where})`;
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
