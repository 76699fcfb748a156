/**
 * Listeners on all addresses of a host, and listeners whose Unix socket has a file to look after.
 */

import {
  AF_UNIX,
  AI_PASSIVE,
  errno as E,
  SOCK_STREAM,
} from "../constants/mod.ts";
import { rangeError } from "../constants/stack.ts";
import { nameClasses, table, unavailable } from "../constants/table.ts";
import {
  integer,
  optionalFunction,
  optionsOf,
  stringOrBytes,
} from "../errors/arguments.ts";
import { check, EWOULDBLOCK, OSError, osError } from "../errors/errors.ts";
import { hasFiles, lock, socketInode } from "../ffi/files.ts";
import { atUnload, errno, libc } from "../ffi/libc.ts";
import { cstring } from "../ffi/memory.ts";
import { Deadline, interruptible, throwIfInterrupted } from "../poll/ready.ts";
import type {
  Inet6Address,
  InetAddress,
  UnixAddress,
} from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import {
  checkServerOptions,
  listenOn,
  makeSocket,
  pair,
  type SocketClass,
  type SocketFactory,
} from "./connect.ts";
import { driveSteps, pause, type Steps } from "./driver.ts";
import { type AddressInfoTuple, getaddrinfo } from "./resolver/addrinfo.ts";
import { Socket } from "./socket.ts";

type Internet = InetAddress | Inet6Address;

/**
 * Options of {@linkcode createListeners}.
 *
 * @typeParam S the class of socket that `socket_factory` makes
 * @category Sockets
 */
export interface CreateListenersOptions<
  S extends SocketBase<InetAddress | Inet6Address> = Socket<
    InetAddress | Inet6Address
  >,
> {
  /** How many connections may wait to be accepted, for each listener. */
  readonly backlog?: number | null | undefined;
  /** Sets `SO_REUSEPORT`: several programs share the port. */
  readonly reuse_port?: boolean | undefined;
  /** Makes each socket, before it is bound. */
  readonly socket_factory?: SocketFactory<S> | null | undefined;
}

/**
 * Makes a TCP listener for every address of a host, all with the same port: what asyncio's
 * `create_server` does. A name such as `localhost` has an address of IPv4 and one of IPv6, and
 * clients may use either. All interfaces, `""` or `null`, are one listener for each.
 *
 * Addresses that this machine does not have, or whose family it does not support, are left out as
 * long as one remains.
 *
 * @param address host and port; with port 0 the system chooses one that is free on all addresses
 * @param options `{ backlog, reuse_port, socket_factory }`
 * @returns the listeners, in the order of `getaddrinfo`. If one cannot be made, none is left open
 * @throws {OSError} if an address is in use (the message names it), or none can be used
 * @throws {gaierror} if the host cannot be resolved
 * @throws {TypeError} if the address is not `[host, port]`, or an option has the wrong type
 * @throws {RangeError} if the port is out of bounds
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { createListeners } from "@libc/socket";
 *
 * const listeners = createListeners(["localhost", 0]);
 * const ports = listeners.map((listener) => listener.getsockname()[1]);
 * assert(ports.every((port) => port === ports[0]));
 * for (const listener of listeners) listener.close();
 * ```
 * @category Sockets
 */
export function createListeners(
  address: readonly [host: string | null, port: number],
  options?: CreateListenersOptions,
): Socket<InetAddress | Inet6Address>[] {
  return driveSteps(
    listening(Socket<Internet>, "a Socket", address, options),
  );
}

/** How often to choose another port if the first one is taken on another address. */
const PORTS = 64;

/** The steps of `createListeners()`, for one class of socket and what messages call it. */
export function* listening<S extends SocketBase<Internet>>(
  Class: SocketClass<S>,
  what: string,
  address: readonly [host: string | null, port: number],
  given: CreateListenersOptions<SocketBase<Internet>> | undefined,
): Steps<S[]> {
  const options = optionsOf(given);
  optionalFunction("socket_factory", options.socket_factory);
  checkServerOptions(options);
  const [host, number] = pair("address", address);
  const port = integer("port", number, 0, 0xffff);
  const found = yield* getaddrinfo(
    host === "" ? null : host,
    port,
    0,
    SOCK_STREAM,
    0,
    AI_PASSIVE,
  );
  // A name may stand twice in /etc/hosts.
  const distinct = new Map(
    found.map((info) => [JSON.stringify([info[0], info[4]]), info]),
  );
  const candidates = [...distinct.values()];
  for (let tried = 1;; tried++) {
    try {
      return listenOnAll(Class, what, candidates, options);
    } catch (error) {
      const isTaken = port === 0 && error instanceof OSError &&
        error.errno === E.EADDRINUSE;
      if (!isTaken || tried === PORTS) throw error;
    }
  }
}

function listenOnAll<S extends SocketBase<Internet>>(
  Class: SocketClass<S>,
  what: string,
  candidates: readonly AddressInfoTuple[],
  options: CreateListenersOptions<SocketBase<Internet>>,
): S[] {
  const listeners: S[] = [];
  let leftOut = new OSError(null, "getaddrinfo returns an empty list");
  try {
    for (const candidate of candidates) {
      const [family, type, proto, name, [host, port, ...scope]] = candidate;
      const chosen = listeners[0]?.getsockname()[1] ?? port;
      const sockaddr = [host, chosen, ...scope] as unknown as Internet;
      let socket: S | undefined;
      try {
        socket = makeSocket(
          Class,
          what,
          [family, type, proto, name, sockaddr],
          options.socket_factory,
        );
        listenOn(socket, sockaddr, options, sockaddr);
        listeners.push(socket);
      } catch (error) {
        socket?.close();
        if (!(error instanceof OSError) || !isAbsent(error)) throw error;
        leftOut = error;
      }
    }
  } catch (error) {
    for (const listener of listeners) listener.close();
    throw error;
  }
  if (listeners.length === 0) throw leftOut;
  return listeners;
}

/** Whether this machine does not have an address, or its family: IPv6 may be switched off. */
function isAbsent({ errno }: OSError): boolean {
  return errno === E.EADDRNOTAVAIL || errno === E.EAFNOSUPPORT;
}

/**
 * Options of {@linkcode createUnixListener}.
 * @category Sockets
 */
export interface CreateUnixListenerOptions {
  /**
   * The permissions of the socket's file, such as `0o600`. Who may write to the file may connect.
   * If left out, the process's `umask` decides.
   */
  readonly mode?: number | undefined;
  /** How many connections may wait to be accepted; the default of `listen()` if left out. */
  readonly backlog?: number | null | undefined;
}

/**
 * Makes a listener at a path, and looks after its file. POSIX.
 *
 * - A file that a dead server left there is replaced; that of a living one is not (`EADDRINUSE`),
 *   and neither is a file that is no socket. The living one sees a connection that ends at once.
 *   Several servers may start at the same time: a lock of the folder lets one after the other try.
 * - The file has its permissions before anyone can connect.
 * - Closing the listener removes the file, unless another file has taken its place; so does the end
 *   of the program, if it ends by itself. `detach()` leaves it there, for example for a process
 *   that goes on with the same listener.
 *
 * @param path the file's path
 * @param options `{ mode, backlog }`
 * @returns the listener
 * @throws {OSError} if a server listens there, the folder cannot be read or is locked for longer
 * than a second, or the file cannot be made
 * @throws {TypeError} if the path is neither a string nor bytes
 * @throws {RangeError} if the path is empty, has a NUL (names without a file need only `bind()`),
 * or the platform has no such files
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { createUnixListener, OSError } from "@libc/socket";
 *
 * const folder = Deno.makeTempDirSync();
 * {
 *   using listener = createUnixListener(`${folder}/service`, { mode: 0o600 });
 *   assertEquals(Deno.statSync(`${folder}/service`).mode! & 0o777, 0o600);
 *   assertThrows(() => createUnixListener(`${folder}/service`), OSError); // it is alive
 * }
 * Deno.removeSync(folder); // the socket's file is gone
 * ```
 * @category Sockets
 */
export function createUnixListener(
  path: UnixAddress,
  options?: CreateUnixListenerOptions,
): Socket<UnixAddress> {
  return listenAt(() => new UnixListener(AF_UNIX, SOCK_STREAM), path, options);
}

/** A listener with a file. */
export interface WithFile extends SocketBase<UnixAddress> {
  /** The file; `undefined` until it is made. */
  file: SocketFile | undefined;
}

/** The file of a Unix listener. */
export class SocketFile {
  readonly #path: Uint8Array<ArrayBuffer>;
  readonly #inode: bigint | undefined;
  // The listener may be collected, and so closed: then the file is that of a dead server.
  readonly #listener: WeakRef<WithFile>;

  /** Takes charge of the file that a listener has just made. */
  constructor(listener: WithFile, path: Uint8Array<ArrayBuffer>) {
    this.#path = path;
    this.#inode = socketInode(path);
    this.#listener = new WeakRef(listener);
    inCharge.add(this);
    if (removesAtUnload) return;
    removesAtUnload = true;
    atUnload(() => {
      for (const file of inCharge) {
        if (file.#listener.deref() !== undefined) file.remove();
      }
    });
  }

  /** Removes the file if it still is the one that was made. */
  remove(): void {
    if (!inCharge.delete(this) || this.#inode === undefined) return;
    // Nobody replaces the file of a living listener, so it stays the same between these calls.
    if (socketInode(this.#path) === this.#inode) libc.unlink!(this.#path);
  }

  /** Leaves the file to others. */
  keep(): void {
    inCharge.delete(this);
  }
}

/** The files to remove at the end of this isolate. */
const inCharge = new Set<SocketFile>();
let removesAtUnload = false;

class UnixListener extends Socket<UnixAddress> {
  file: SocketFile | undefined;

  override close(): void {
    this.file?.remove();
    super.close();
  }

  override detach(): number {
    this.file?.keep();
    return super.detach();
  }
}

nameClasses({ UnixListener });

/** Makes a listener of `make`'s class at a path, as `createUnixListener` documents. */
export function listenAt<S extends WithFile>(
  make: () => S,
  path: unknown,
  given: CreateUnixListenerOptions | undefined,
): S {
  const { mode, backlog } = optionsOf(given);
  if (mode !== undefined) integer("mode", mode, 0, 0o777);
  const address = stringOrBytes("path", path);
  if (address.length === 0) throw rangeError("path must not be empty");
  const file = cstring("path", address);
  if (!hasFiles) throw unavailable("createUnixListener");
  const listener = make();
  try {
    const folder = check(
      libc.open!(folderOf(file), table.constants.O_CLOEXEC),
      "open",
    );
    try {
      waitForLock(folder);
      bindTo(listener, address, file);
      listener.file = new SocketFile(listener, file);
      if (mode !== undefined) check(libc.chmod!(file, mode), "chmod");
      listener.listen(backlog ?? undefined);
    } finally {
      libc.close(folder);
    }
    return listener;
  } catch (error) {
    listener.close();
    throw error;
  }
}

const LOCK_SECONDS = 1;

/** Locks a folder. Others hold the lock for some milliseconds at most, so this waits a second. */
function waitForLock(folder: number): void {
  const deadline = new Deadline(LOCK_SECONDS);
  while (lock(folder) < 0) {
    const code = errno();
    if (code !== EWOULDBLOCK || deadline.seconds === 0) {
      throw osError(code, "flock");
    }
    pause(deadline);
    if (interruptible) throwIfInterrupted();
  }
}

const SLASH = 0x2f;

/** The folder of a path, as a C string. */
function folderOf(path: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const end = path.lastIndexOf(SLASH);
  if (end < 0) return cstring("path", ".");
  return cstring("path", path.slice(0, Math.max(end, 1)));
}

function bindTo(
  listener: WithFile,
  address: UnixAddress,
  file: Uint8Array<ArrayBuffer>,
): void {
  try {
    return listener.bind(address);
  } catch (error) {
    const inUse = error instanceof OSError && error.errno === E.EADDRINUSE;
    if (!inUse || socketInode(file) === undefined || !isDead(address)) {
      throw error;
    }
  }
  check(libc.unlink!(file), "unlink");
  listener.bind(address);
}

/** Whether no socket is bound to a socket's file any more. */
function isDead(path: UnixAddress): boolean {
  using probe = new Socket(AF_UNIX, SOCK_STREAM);
  probe.settimeout(0);
  // A full queue, a socket of another type, or a missing permission are signs of life.
  return probe.connect_ex(path) === E.ECONNREFUSED;
}
