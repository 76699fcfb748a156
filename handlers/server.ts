/** Servers whose connections call handlers. */

import { nameClasses } from "../constants/table.ts";
import { optionsOf, timeoutSeconds } from "../errors/arguments.ts";
import { MAX_MS } from "../poll/ready.ts";
import type { Address, InetAddress } from "../socket/address/types.ts";
import { addressOfEnd } from "../socket/operations/connection.ts";
import { textOf } from "../socket/description.ts";
import type { Handle } from "../socket/operations/attempt.ts";
import type { Owner } from "./channel.ts";
import type { Engine, EngineName } from "./engine.ts";
import type { Listener, ListenerEvents } from "./listener.ts";
import {
  type AnyStreamHandlers,
  openStream,
  type StreamChannel,
} from "./stream.ts";

/**
 * Options of a server's connections.
 * @category Handlers
 */
export interface ConnectionOptions {
  /**
   * How long a connection may be idle, in seconds: if nothing was received or sent for that long,
   * it closes with a `TimeoutError`. No limit if left out, or `null`.
   */
  readonly idleTimeout?: number | null | undefined;
  /** Which engine serves the sockets; the best one of the running system if left out. */
  readonly engine?: EngineName | undefined;
}

/**
 * What a {@linkcode Server} is made with.
 * @category Handlers
 */
export interface ServerOptions extends ConnectionOptions {
  /**
   * Is called with each error of accepting after which the server goes on: a connection was lost
   * before it was accepted, or no descriptor is left, and the server tries again 50 ms later.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Options of {@linkcode Server.stop}.
 * @category Handlers
 */
export interface StopOptions {
  /** How long the connections that are left may go on, in seconds; no limit if left out. */
  readonly timeout?: number | null | undefined;
}

const INSPECT = Symbol.for("Deno.customInspect");

/** Makes a server. For the other files of this folder. */
export let openServer: <A extends Address>(
  engine: Engine,
  handle: Handle,
  handlers: AnyStreamHandlers,
  options: ServerOptions,
) => Server<A>;

/**
 * A listener whose connections call handlers: made by `serve()`.
 *
 * @typeParam A the addresses of the listener's family
 * @category Handlers
 */
export class Server<A extends Address = InetAddress> {
  readonly #handle: Handle;
  readonly #listener: Listener;
  readonly #channels = new Set<StreamChannel>();
  readonly #events: ListenerEvents & Owner;
  readonly #finished = Promise.withResolvers<void>();
  #listening = true;

  static {
    openServer = (engine, handle, handlers, options) =>
      new Server(engine, handle, handlers, options);
  }

  private constructor(
    engine: Engine,
    handle: Handle,
    handlers: AnyStreamHandlers,
    { idleTimeout = null, onError }: ServerOptions,
  ) {
    handle.nonBlocking = true;
    handle.closeWhenCollected(this);
    this.#handle = handle;
    this.#events = {
      accepted: (handle) => {
        const channel = openStream(engine.makeStream, handle, handlers);
        channel.owner = this.#events;
        this.#channels.add(channel);
        if (idleTimeout !== null) channel.setIdleTimeout(idleTimeout);
        channel.begin();
      },
      failed: (error) => {
        try {
          onError?.(error);
        } catch (thrown) {
          reportError(thrown);
        }
      },
      ended: (error) => {
        this.#closeListener();
        this.#events.failed(error);
      },
      left: (channel) => {
        this.#channels.delete(channel as StreamChannel);
        this.#finishIfEmpty();
      },
    };
    this.#listener = engine.makeListener(handle, this.#events);
    try {
      this.#listener.start();
    } catch (error) {
      handle.close();
      throw error;
    }
  }

  /** How many of its connections are open. */
  get connections(): number {
    return this.#channels.size;
  }

  /** Whether it accepts no connections any more. */
  get closed(): boolean {
    return !this.#listening;
  }

  /** Resolves once it is closed, and its connections are. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Returns the listener's descriptor, or -1 once it is closed. */
  fileno(): number {
    return this.#handle.fd;
  }

  /**
   * Returns the address that it listens on. `getsockname(2)`.
   *
   * @throws {OSError} if it is closed (`EBADF`)
   */
  getsockname(): A {
    return addressOfEnd(this.#handle, "getsockname") as A;
  }

  /** Accepts no connections until {@linkcode resume}; the system keeps them in its queue. */
  pause(): void {
    if (this.#listening) this.#listener.pause(true);
  }

  /** Continues to accept. */
  resume(): void {
    if (this.#listening) this.#listener.pause(false);
  }

  /** Makes the listener keep the process alive. This is the default. */
  ref(): void {
    this.#listener.setRef(true);
  }

  /** Lets the process exit although the listener is open. Its connections do not change. */
  unref(): void {
    this.#listener.setRef(false);
  }

  /** What a template string shows: descriptor, family, type and address. */
  toString(): string {
    return this[INSPECT]();
  }

  /** What `console.log` shows: the same. */
  [INSPECT](): string {
    return #handle in this ? textOf(Server.name, this.#handle) : "Server {}";
  }

  /**
   * Stops accepting, and lets the connections go on until they close.
   *
   * @param options `{ timeout }`: connections that are still open after that many seconds are reset
   * @returns a promise that resolves once all connections are closed
   * @throws {TypeError} if the timeout is neither a number nor `null`
   * @throws {RangeError} if it is out of bounds
   */
  async stop(options?: StopOptions): Promise<void> {
    const timeout = timeoutSeconds(optionsOf(options).timeout);
    this.#closeListener();
    const timer = timeout === null ? undefined : setTimeout(
      () => this.#closeConnections(true),
      Math.min(timeout * 1000, MAX_MS),
    );
    await this.finished;
    clearTimeout(timer);
  }

  /** Stops accepting, and closes all connections. What they have written is still delivered. */
  close(): void {
    this.#closeListener();
    this.#closeConnections(false);
  }

  #closeListener(): void {
    if (!this.#listening) return;
    this.#listening = false;
    this.#listener.stop();
    this.#handle.close();
    this.#finishIfEmpty();
  }

  #closeConnections(reset: boolean): void {
    for (const channel of this.#channels) channel.close(reset);
  }

  #finishIfEmpty(): void {
    if (!this.#listening && this.#channels.size === 0) this.#finished.resolve();
  }

  /** Closes the listener and all connections at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the listener and all connections, and waits until they are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.finished;
  }
}

nameClasses({ Server });
