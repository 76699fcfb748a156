/** Listeners of several addresses or with a file, awaiting, and `serve`, which calls handlers. */

import { typeError } from "../constants/stack.ts";
import { nameClasses } from "../constants/table.ts";
import { AF_UNIX, SOCK_STREAM } from "../constants/mod.ts";
import {
  describe,
  integer,
  iterable,
  optionalFunction,
  optionsOf,
  timeoutSeconds,
} from "../errors/arguments.ts";
import { ConnectionError, TimeoutError } from "../errors/errors.ts";
import type {
  Address,
  Inet6Address,
  InetAddress,
  UnixAddress,
} from "../socket/address/types.ts";
import {
  type CreateListenersOptions,
  type CreateUnixListenerOptions,
  listenAt,
  listening,
  type SocketFile,
} from "../socket/listeners.ts";
import { signalOf, type WaitOptions } from "./driver.ts";
import { AsyncSocket } from "./socket.ts";
import { driveSteps } from "./steps.ts";
import { nextTurn } from "./turn.ts";

/**
 * Makes a TCP listener for every address of a host, all with the same port; a host name is resolved
 * on another thread. Like the blocking `createListeners`; {@linkcode serve} takes them all.
 *
 * @param address host (`""` or `null` for all interfaces) and port; with port 0 the system chooses
 * one that is free on all addresses
 * @param options `backlog`, `reuse_port`, `socket_factory`; `signal`: aborting it while the name is
 * resolved rejects with the signal's reason
 * @returns the listeners, in the order of `getaddrinfo`. If one cannot be made, none is left open
 * @throws {OSError} if an address is in use (the message names it), or none can be used
 * @throws {gaierror} if the host cannot be resolved
 * @throws {TypeError} if the address is not `[host, port]`, or an option has the wrong type
 * @throws {RangeError} if the port is out of bounds
 * @category Awaiting
 */
export function createListeners(
  address: readonly [host: string | null, port: number],
  options?:
    & CreateListenersOptions<AsyncSocket<InetAddress | Inet6Address>>
    & WaitOptions,
): Promise<AsyncSocket<InetAddress | Inet6Address>[]> {
  return driveSteps(
    listening(
      AsyncSocket<InetAddress | Inet6Address>,
      "an AsyncSocket",
      address,
      options,
    ),
    options,
  );
}

/**
 * Makes a listener at a path, and looks after its file: a dead server's is replaced, it has its
 * permissions before anyone can connect, and closing the listener removes it. POSIX. Like the
 * blocking `createUnixListener`.
 *
 * @param path the file's path
 * @param options `{ mode, backlog }`
 * @returns the listener
 * @throws {OSError} if a server listens there, the folder cannot be read or is locked for longer
 * than a second, or the file cannot be made
 * @throws {TypeError} if the path is neither a string nor bytes
 * @throws {RangeError} if the path is empty, has a NUL (names without a file need only `bind()`),
 * or the platform has no such files
 * @category Awaiting
 */
export function createUnixListener(
  path: UnixAddress,
  options?: CreateUnixListenerOptions,
): AsyncSocket<UnixAddress> {
  return listenAt(
    () => new AsyncUnixListener(AF_UNIX, SOCK_STREAM),
    path,
    options,
  );
}

class AsyncUnixListener extends AsyncSocket<UnixAddress> {
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

nameClasses({ AsyncUnixListener });

/**
 * What {@linkcode serve} gives a handler beside the connection.
 * @category Awaiting
 */
export interface HandlerContext<A extends Address = Address> {
  /** The address of the peer. */
  readonly address: A;
  /**
   * Aborts when the grace period is over, with a `TimeoutError` as its reason, right before the
   * connection closes. Pass it to what the handler waits for beside the connection.
   */
  readonly signal: AbortSignal;
}

/**
 * Serves one connection of {@linkcode serve}, which closes the connection when the returned promise
 * settles.
 * @category Awaiting
 */
export type Handler<A extends Address = Address> = (
  connection: AsyncSocket<A>,
  context: HandlerContext<A>,
) => void | Promise<void>;

/**
 * Options of {@linkcode serve}.
 * @category Awaiting
 */
export interface ServeOptions<A extends Address = Address> extends WaitOptions {
  /**
   * Aborting it stops the server: the listeners close, and `serve` resolves once the handlers that
   * run have ended. They are not disturbed before the grace period is over.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * How many handlers may run at once; no limit if left out. While so many run, further clients
   * wait in the queues of the listeners.
   */
  readonly limit?: number | undefined;
  /**
   * How many seconds the handlers have to end once the server stops; `null` (or left out) for no
   * limit. After that, their signals abort, their connections close, and `serve` resolves.
   */
  readonly grace?: number | null | undefined;
  /**
   * Is called with what a handler threw and the address of its peer, and with errors of accepting
   * after which serving goes on (see {@linkcode AsyncSocket.connections}) and `null`. If it throws,
   * the server stops, and `serve` rejects with that.
   *
   * If it is left out, what handlers throw is written to `console.error`, except for
   * `ConnectionError` and `TimeoutError`: a client that is gone or silent is no fault of the
   * program.
   */
  readonly onError?:
    | ((error: unknown, address: A | null) => void)
    | undefined;
}

/**
 * Accepts connections and calls a handler for each, until a signal aborts or the listeners are
 * closed; then closes the listeners, waits for the handlers that still run, and resolves.
 *
 * It goes on after transient errors, such as a lack of descriptors, as `for await` over a listener
 * does; after any other it stops, and rejects with it once the handlers have ended.
 *
 * @param listeners one listener, or several such as those of {@linkcode createListeners}. They
 * belong to this function from then on: they are closed when it stops
 * @param handler is called with each connection
 * @param options `{ signal, limit, grace, onError }`
 * @throws {OSError} if accepting fails, and would fail again
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RangeError} if an option is out of bounds
 *
 * @example An echo server that stops
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { create_connection, create_server, serve } from "@libc/socket/async";
 *
 * const listener = await create_server(["127.0.0.1", 0]);
 * const address = listener.getsockname();
 * const stopping = new AbortController(); // Deno.addSignalListener("SIGTERM", …)
 * const serving = serve(listener, async (connection) => {
 *   for (;;) {
 *     const data = await connection.recv(65536);
 *     if (data.length === 0) break;
 *     await connection.sendall(data);
 *   }
 * }, { signal: stopping.signal, limit: 1000, grace: 10 });
 *
 * const client = await create_connection(address);
 * await client.sendall(new TextEncoder().encode("hello"));
 * stopping.abort();
 * assertEquals(new TextDecoder().decode(await client.recv(10)), "hello"); // still served
 * client.close();
 * await serving;
 * ```
 * @category Awaiting
 */
export async function serve<A extends Address>(
  listeners: AsyncSocket<A> | Iterable<AsyncSocket<A>>,
  handler: Handler<A>,
  options?: ServeOptions<A>,
): Promise<void> {
  const all = listenersOf(listeners);
  try {
    await new Server(all, handler, options).serve();
  } finally {
    for (const listener of all) listener.close();
  }
}

function listenersOf<A extends Address>(
  given: AsyncSocket<A> | Iterable<AsyncSocket<A>>,
): AsyncSocket<A>[] {
  if (given instanceof AsyncSocket) return [given];
  const isIterable = typeof given === "object" && given !== null &&
    Symbol.iterator in given;
  const all = isIterable ? [...iterable("listeners", given)] : [];
  if (isIterable && all.every((one) => one instanceof AsyncSocket)) {
    return all as AsyncSocket<A>[];
  }
  throw typeError(
    `listeners must be an AsyncSocket or several, not ${describe(given)}`,
  );
}

/** The connections of a server, and how it stops. */
class Server<A extends Address> {
  readonly #listeners: readonly AsyncSocket<A>[];
  readonly #handler: Handler<A>;
  readonly #signal: AbortSignal | undefined;
  readonly #limit: number;
  readonly #grace: number | null;
  readonly #onError: ServeOptions<A>["onError"];
  readonly #connections = new Set<AsyncSocket<A>>();
  readonly #running = new Set<Promise<void>>();
  readonly #over = new AbortController();
  /** Resolves, and is replaced, when a handler has ended or the server stops. */
  #freed = Promise.withResolvers<void>();
  #stopped = false;
  #failed = false;
  #failure: unknown;

  constructor(
    listeners: readonly AsyncSocket<A>[],
    handler: Handler<A>,
    options: ServeOptions<A> | undefined,
  ) {
    this.#listeners = listeners;
    const { limit, grace, onError } = optionsOf(options);
    if (typeof handler !== "function") {
      throw typeError(
        `handler must be a function, not ${describe(handler)}`,
      );
    }
    this.#handler = handler;
    this.#signal = signalOf(options);
    this.#limit = limit === undefined || limit === Infinity
      ? Infinity
      : integer("limit", limit, 1, Number.MAX_SAFE_INTEGER);
    this.#grace = timeoutSeconds(grace);
    this.#onError = optionalFunction("onError", onError);
  }

  /** Serves until something stops it, and its handlers have ended. */
  async serve(): Promise<void> {
    const stop = (): void => this.#stop();
    if (this.#signal?.aborted) stop();
    this.#signal?.addEventListener("abort", stop);
    const accepting = this.#listeners.map((one) => this.#accept(one));
    try {
      await Promise.all(accepting);
      stop();
      await this.#drain();
    } finally {
      this.#signal?.removeEventListener("abort", stop);
    }
    if (this.#failed) throw this.#failure;
  }

  /** Accepts nothing more: closing a listener ends the wait for its next connection. */
  #stop(): void {
    this.#stopped = true;
    for (const listener of this.#listeners) listener.close();
    this.#freed.resolve();
  }

  /** Stops because of an error; the first one counts. */
  #fail(error: unknown): void {
    if (!this.#failed) this.#failure = error;
    this.#failed = true;
    this.#stop();
  }

  async #accept(listener: AsyncSocket<A>): Promise<void> {
    const connections = listener.connections({
      onError: (error) => this.#report(error, null),
    });
    try {
      while (!this.#stopped) {
        await this.#place();
        if (this.#stopped) break;
        const { value, done } = await connections.next();
        if (done) break;
        // Another listener may have taken the last place. This client waits here, then.
        await this.#place();
        this.#start(...value);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Waits until a handler may start, or the server has stopped. */
  async #place(): Promise<void> {
    while (this.#running.size >= this.#limit && !this.#stopped) {
      await this.#freed.promise;
    }
  }

  #start(connection: AsyncSocket<A>, address: A): void {
    this.#connections.add(connection);
    const running = this.#handle(connection, address)
      .catch((error) => this.#fail(error))
      .finally(() => {
        this.#running.delete(running);
        this.#freed.resolve();
        this.#freed = Promise.withResolvers();
      });
    this.#running.add(running);
  }

  async #handle(connection: AsyncSocket<A>, address: A): Promise<void> {
    const { signal } = this.#over;
    try {
      await this.#handler(connection, { address, signal });
    } catch (error) {
      // Once the grace period is over, errors of what was cut off say nothing.
      if (!signal.aborted) this.#report(error, address);
    } finally {
      this.#connections.delete(connection);
      connection.close();
    }
  }

  #report(error: unknown, address: A | null): void {
    if (this.#onError) this.#onError(error, address);
    else if (
      address !== null && !(error instanceof ConnectionError) &&
      !(error instanceof TimeoutError)
    ) console.error(error);
  }

  /** Waits for the handlers, up to the end of the grace period. */
  async #drain(): Promise<void> {
    const ended = Promise.all(this.#running);
    if (this.#grace === null) return void await ended;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#grace * 1000);
    await Promise.race([ended, promise]);
    clearTimeout(timer);
    if (this.#running.size === 0) return;
    this.#over.abort(new TimeoutError(null, "the grace period is over"));
    for (const connection of this.#connections) connection.close();
    // What waited for the connections or the signal ends now; the rest is not waited for.
    await nextTurn();
  }
}

nameClasses({ Server });
