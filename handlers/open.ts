/** `serve`, `connect` and `attach`: where sockets that call handlers come from. */

import { AsyncSocket } from "../async/socket.ts";
import { create_connection, create_server } from "../async/connect.ts";
import { signalOf, type WaitOptions } from "../async/driver.ts";
import { whenResolved } from "../async/steps.ts";
import {
  AF_INET,
  AF_UNIX,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../constants/mod.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import { describe, optionsOf } from "../errors/arguments.ts";
import type {
  Address,
  AddressInput,
  Family,
  Inet6Address,
  InetAddress,
  UnixAddress,
} from "../socket/address/types.ts";
import type { CreateServerOptions } from "../socket/connect.ts";
import { type Handle, handleOf } from "../socket/operations/attempt.ts";
import { Socket } from "../socket/socket.ts";
import { moved } from "./channel.ts";
import {
  type AnyDatagramHandlers,
  type DatagramHandlers,
  type DatagramSocket,
  openDatagrams,
} from "./datagram.ts";
import { engineOf } from "./engine.ts";
import {
  type ConnectionOptions,
  openServer,
  type Server,
  type ServerOptions,
} from "./server.ts";
import { idleSeconds } from "./socket.ts";
import {
  type AnyStreamHandlers,
  checkHandlers,
  openStream,
  type StreamHandlers,
  type StreamSocket,
} from "./stream.ts";

/**
 * A socket of the other two modules, whose descriptor a function here takes over.
 * @category Handlers
 */
export type Given<A extends Address> = AsyncSocket<A> | Socket<A>;

/**
 * Options of {@linkcode serve}: those of `create_server()`, and of the connections.
 * @category Handlers
 */
export interface ServeOptions<A extends Address = InetAddress> extends
  Omit<
    CreateServerOptions<
      number | undefined,
      AsyncSocket<InetAddress | Inet6Address>
    >,
    "family"
  >,
  ServerOptions,
  WaitOptions {
  /** The address family; if left out, `AF_UNIX` for a path, else `AF_INET`. */
  readonly family?: Family<A> | undefined;
}

/**
 * Options of {@linkcode connect}.
 * @category Handlers
 */
export interface ConnectOptions<A extends Address = InetAddress>
  extends ConnectionOptions, WaitOptions {
  /** The address family; if left out, `AF_UNIX` for a path, else the one the host resolves to. */
  readonly family?: Family<A> | undefined;
}

/**
 * Listens, and calls handlers with what happens on each connection.
 *
 * @param address host and port, or a path for `AF_UNIX`; with `family` also another address. Or a
 * listening socket, whose descriptor the server takes over: it then counts as closed
 * @param handlers what is called, for all connections
 * @param options `{ idleTimeout, engine, onError }`; `{ family, backlog, reuse_port,
 * dualstack_ipv6 }` as in `create_server()`; `{ signal }`, which ends resolving a host name
 * @returns the server, once it listens
 * @throws {OSError} if the address is in use or not local, or a given socket is closed (`EBADF`)
 * @throws {gaierror} if a host name cannot be resolved
 * @throws {TypeError} if an argument is of a wrong type
 * @throws {RangeError} if an option is out of bounds, or not available on this platform
 * @category Handlers
 */
export function serve<T = undefined>(
  address: UnixAddress,
  handlers: StreamHandlers<T, UnixAddress>,
  options?: ServeOptions<UnixAddress>,
): Promise<Server<UnixAddress>>;
/** Listens on an address, or takes over a listening socket. */
export function serve<T = undefined, A extends Address = InetAddress>(
  address: AddressInput<NoInfer<A>> | Given<A>,
  handlers: StreamHandlers<T, NoInfer<A>>,
  options?: ServeOptions<A>,
): Promise<Server<A>>;
export async function serve(
  address: unknown,
  handlers: unknown,
  options?: ServeOptions<Address>,
): Promise<Server<Address>> {
  checkHandlers(handlers);
  const given = optionsOf(options);
  const idleTimeout = idleSeconds(given.idleTimeout);
  const engine = engineOf(given.engine);
  const listener = isGiven(address)
    ? address
    : await create_server(address as never, {
      ...given,
      family: given.family ?? familyOf(address),
    });
  return openServer(
    engine,
    handleTaken(listener),
    handlers as AnyStreamHandlers,
    { ...given, idleTimeout },
  );
}

/**
 * Connects, and calls handlers with what happens on the connection.
 *
 * @param address host and port, by Happy Eyeballs as `create_connection()` does, or a path for
 * `AF_UNIX`; with `family` also another address
 * @param handlers what is called
 * @param options `{ idleTimeout, engine, family }`; `{ signal }`: aborting it ends the attempt
 * @returns the socket, once it is connected and the handler `open` has run
 * @throws {OSError} if connecting fails
 * @throws {gaierror} if the host cannot be resolved
 * @throws {TypeError} if an argument is of a wrong type
 * @throws {RangeError} if an option is out of bounds
 * @category Handlers
 */
export function connect<T = undefined>(
  address: UnixAddress,
  handlers: StreamHandlers<T, UnixAddress>,
  options?: ConnectOptions<UnixAddress>,
): Promise<StreamSocket<T, UnixAddress>>;
/** Connects to a host and port. */
export function connect<T = undefined>(
  address: readonly [host: string | null, port: number | string],
  handlers: StreamHandlers<T, InetAddress | Inet6Address>,
  options?: ConnectOptions<never>,
): Promise<StreamSocket<T, InetAddress | Inet6Address>>;
/** Connects to an address of a family. */
export function connect<T = undefined, A extends Address = InetAddress>(
  address: AddressInput<NoInfer<A>>,
  handlers: StreamHandlers<T, NoInfer<A>>,
  options: ConnectOptions<A> & { readonly family: Family<A> },
): Promise<StreamSocket<T, A>>;
export async function connect(
  address: unknown,
  handlers: unknown,
  options?: ConnectOptions<Address>,
): Promise<unknown> {
  checkHandlers(handlers);
  const given = optionsOf(options);
  idleSeconds(given.idleTimeout);
  engineOf(given.engine);
  const signal = signalOf(given);
  const family = given.family ?? familyOf(address);
  const socket = family === undefined
    ? await create_connection(address as [string, number], null, null, {
      signal,
    })
    : await connectedTo(address, family, signal);
  return attach<unknown, Address>(
    socket as AsyncSocket<Address>,
    handlers as AnyStreamHandlers,
    given,
  );
}

async function connectedTo(
  address: unknown,
  family: Family,
  signal: AbortSignal | undefined,
): Promise<AsyncSocket<Address>> {
  const socket = new AsyncSocket<Address>(family, SOCK_STREAM);
  try {
    socket.settimeout(null);
    await socket.connect(address as AddressInput<Address>, { signal });
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/**
 * Gives a connected socket to handlers: the new socket takes over its descriptor, and the given one
 * then counts as closed. The handler `open` runs before this returns.
 *
 * @param socket a connected socket of a stream
 * @param handlers what is called
 * @param options `{ idleTimeout, engine }`
 * @returns the new socket
 * @throws {OSError} if the socket is closed (`EBADF`)
 * @throws {TypeError} if an argument is of a wrong type
 * @throws {RangeError} if the socket is not of the type `SOCK_STREAM`, or the timeout is not
 * above 0
 * @category Handlers
 */
export function attach<T = undefined, A extends Address = InetAddress>(
  socket: Given<A>,
  handlers: StreamHandlers<T, NoInfer<A>>,
  options?: ConnectionOptions,
): StreamSocket<T, A> {
  if (!isGiven(socket)) {
    throw typeError(
      `socket must be a Socket or an AsyncSocket, not ${describe(socket)}`,
    );
  }
  checkHandlers(handlers);
  const given = optionsOf(options);
  const seconds = idleSeconds(given.idleTimeout);
  const { makeStream } = engineOf(given.engine);
  if (socket.type !== SOCK_STREAM) {
    throw rangeError("socket must be of the type SOCK_STREAM");
  }
  const channel = openStream(
    makeStream,
    handleTaken(socket),
    handlers as unknown as AnyStreamHandlers,
  );
  if (seconds !== null) channel.setIdleTimeout(seconds);
  channel.begin();
  return channel.socket as unknown as StreamSocket<T, A>;
}

/** Takes the descriptor out of a socket. */
function handleTaken(socket: Given<Address>): Handle {
  return moved(
    handleOf(socket instanceof Socket ? AsyncSocket.from(socket) : socket),
  );
}

/**
 * Options of {@linkcode serveDatagrams}.
 * @category Handlers
 */
export interface DatagramOptions<A extends Address = InetAddress>
  extends ConnectionOptions, WaitOptions {
  /** The address family; if left out, `AF_UNIX` for a path, else `AF_INET`. */
  readonly family?: Family<A> | undefined;
  /** Sets `SO_REUSEADDR`, as receivers of multicast need it. */
  readonly reuse_address?: boolean | undefined;
  /** Sets `SO_REUSEPORT`: several sockets share the port. */
  readonly reuse_port?: boolean | undefined;
}

/**
 * Receives datagrams at an address, and calls handlers with them.
 *
 * @param address host and port, or a path for `AF_UNIX`; with `family` also another address. Or a
 * socket of datagrams, bound or connected, whose descriptor the new socket takes over: it then
 * counts as closed
 * @param handlers what is called
 * @param options `{ idleTimeout, engine, family, reuse_address, reuse_port }`; `{ signal }`, which
 * ends resolving a host name
 * @returns the socket, once it is bound and the handler `open` has run
 * @throws {OSError} if the address is in use or not local, or a given socket is closed (`EBADF`)
 * @throws {gaierror} if a host name cannot be resolved
 * @throws {TypeError} if an argument is of a wrong type
 * @throws {RangeError} if an option is out of bounds, or a given socket is of the type
 * `SOCK_STREAM`
 * @category Handlers
 */
export function serveDatagrams<T = undefined>(
  address: UnixAddress,
  handlers: DatagramHandlers<T, UnixAddress>,
  options?: DatagramOptions<UnixAddress>,
): Promise<DatagramSocket<T, UnixAddress>>;
/** Receives at an address of a family, or by a socket. */
export function serveDatagrams<T = undefined, A extends Address = InetAddress>(
  address: AddressInput<NoInfer<A>> | Given<A>,
  handlers: DatagramHandlers<T, NoInfer<A>>,
  options?: DatagramOptions<A>,
): Promise<DatagramSocket<T, A>>;
export async function serveDatagrams(
  address: unknown,
  handlers: unknown,
  options?: DatagramOptions<Address>,
): Promise<unknown> {
  checkHandlers(handlers);
  const given = optionsOf(options);
  const seconds = idleSeconds(given.idleTimeout);
  const { makeDatagrams } = engineOf(given.engine);
  const socket = isGiven(address) ? address : await boundTo(address, given);
  if (socket.type === SOCK_STREAM) {
    throw rangeError("socket must not be of the type SOCK_STREAM");
  }
  const channel = openDatagrams(
    makeDatagrams,
    handleTaken(socket),
    handlers as AnyDatagramHandlers,
  );
  if (seconds !== null) channel.setIdleTimeout(seconds);
  channel.begin();
  return channel.socket;
}

async function boundTo(
  address: unknown,
  options: DatagramOptions<Address>,
): Promise<AsyncSocket<Address>> {
  const family = options.family ?? familyOf(address) ?? AF_INET;
  const socket = new AsyncSocket<Address>(family as Family, SOCK_DGRAM);
  try {
    if (options.reuse_address) socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    if (options.reuse_port) socket.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
    await whenResolved(socket, address, options, (numeric) => {
      socket.bind(numeric as never);
      return Promise.resolve();
    });
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function isGiven(value: unknown): value is Given<Address> {
  return value instanceof AsyncSocket || value instanceof Socket;
}

function familyOf(address: unknown): Family | undefined {
  return Array.isArray(address) ? undefined : AF_UNIX;
}
