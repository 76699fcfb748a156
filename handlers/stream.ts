/** Streams that call handlers. */

import { typeError } from "../constants/stack.ts";
import { nameClasses } from "../constants/table.ts";
import { type Bytes, callersBytes, describe } from "../errors/arguments.ts";
import type { Address, InetAddress } from "../socket/address/types.ts";
import { type Handle, Pending } from "../socket/operations/attempt.ts";
import { send } from "../socket/operations/transfer.ts";
import { Channel, type Handlers } from "./channel.ts";
import { idleSweeper } from "./idle.ts";
import { HandlerSocket } from "./socket.ts";

/**
 * The handlers of a stream. They are called as methods of this object, which many sockets may
 * share.
 *
 * @typeParam T the program's state of each socket, `socket.data`
 * @typeParam A the addresses of the sockets' family
 * @category Handlers
 */
export interface StreamHandlers<
  T = undefined,
  A extends Address = InetAddress,
> extends Handlers<StreamSocket<T, A>> {
  /**
   * Is called with bytes that the socket received.
   *
   * @param data the bytes, in a buffer that the library uses again once the handler has returned:
   * `data.slice()` is a copy to keep
   */
  data?(socket: StreamSocket<T, A>, data: Uint8Array<ArrayBuffer>): void;
  /**
   * Is called when the peer has ended its stream. The socket can still send, until the program
   * closes it or ends its own stream. Without this handler, the socket closes then.
   */
  end?(socket: StreamSocket<T, A>): void;
}

const names = ["open", "data", "drain", "end", "close", "error"] as const;

/**
 * Checks handlers.
 *
 * @throws {TypeError} if they are not an object, or a handler is not a function
 */
export function checkHandlers(handlers: unknown): void {
  if (typeof handlers !== "object" || handlers === null) {
    throw typeError(
      `handlers must be an object, not ${describe(handlers)}`,
    );
  }
  for (const name of names) {
    const handler = (handlers as Record<string, unknown>)[name];
    if (handler !== undefined && typeof handler !== "function") {
      throw typeError(
        `handlers.${name} must be a function, not ${describe(handler)}`,
      );
    }
  }
}

/** The handlers and the socket of a channel, whatever the program's types. */
export type AnyStream = StreamSocket<unknown, Address>;
/** As {@linkcode AnyStream}. */
export type AnyStreamHandlers = StreamHandlers<unknown, Address>;

/** The channel of a stream. */
export abstract class StreamChannel
  extends Channel<AnyStream, AnyStreamHandlers> {
  /** Whether the peer has ended its stream. */
  ended = false;
  /** Whether the program has ended its own stream. */
  shut = false;

  /** Whether sending has failed, and the connection ends soon. */
  broken = false;

  /** Sends what can be sent at once, and returns how many bytes that were. */
  abstract write(data: Uint8Array<ArrayBuffer>): number;
  /** Ends the program's stream, once everything before it is sent. */
  abstract shutdown(): void;

  /**
   * Sends bytes by a call of their own, as many as there is room for.
   *
   * @returns how many bytes were sent. If sending fails, the connection ends soon
   */
  protected sendNow(data: Uint8Array<ArrayBuffer>, length: number): number {
    let sent = 0;
    try {
      for (let rest = data;; rest = data.subarray(sent, length)) {
        const count = send(this.handle, rest, 0);
        if (count instanceof Pending) break;
        sent += count;
        if (sent >= length) break;
      }
    } catch (error) {
      this.brokeSoon(error);
    }
    return sent;
  }

  /** Ends the connection, but not now: the caller may be a handler. */
  brokeSoon(error: unknown): void {
    this.broken = true;
    queueMicrotask(() => this.broke(error));
  }

  /** Calls `data`. */
  received(data: Uint8Array<ArrayBuffer>): void {
    this.activeAt = idleSweeper.now;
    try {
      this.handlers.data?.(this.socket, data);
    } catch (error) {
      this.thrown(error);
    }
  }

  /** Handles the end of the peer's stream. */
  receivedEnd(): void {
    this.ended = true;
    if (this.handlers.end === undefined) return this.finish(undefined);
    try {
      this.handlers.end(this.socket);
    } catch (error) {
      return this.thrown(error);
    }
    if (this.shut) this.finish(undefined);
  }

  /** Ends the program's stream. If the peer's has ended, this closes the socket. */
  end(): void {
    if (this.closed || this.shut || this.broken) return;
    this.shut = true;
    if (this.ended) this.close();
    else this.shutdown();
  }
}

let streamOf: (socket: AnyStream) => StreamChannel;

/** Makes the channel of a stream in an engine. */
export type MakeStream = (
  handle: Handle,
  socket: AnyStream,
  handlers: AnyStreamHandlers,
) => StreamChannel;

/** Makes a socket, and returns its channel. */
export let openStream: (
  make: MakeStream,
  handle: Handle,
  handlers: AnyStreamHandlers,
) => StreamChannel;

/**
 * A connection whose events call handlers: made by `serve()`, `connect()` or `attach()`.
 *
 * @typeParam T the program's state of the socket, {@linkcode data}
 * @typeParam A the addresses of the socket's family
 * @category Handlers
 */
export class StreamSocket<T = undefined, A extends Address = InetAddress>
  extends HandlerSocket<T, A> {
  readonly #channel: StreamChannel;

  static {
    streamOf = (socket) => socket.#channel;
    openStream = (make, handle, handlers) =>
      streamOf(new StreamSocket((socket) => make(handle, socket, handlers)));
  }

  /** For the library: `serve()`, `connect()` and `attach()` make sockets. */
  private constructor(makeChannel: (socket: AnyStream) => StreamChannel) {
    let made!: StreamChannel;
    super((socket) => made = makeChannel(socket as AnyStream));
    this.#channel = made;
  }

  /**
   * Sends bytes, as many as there is room for: it never waits. If it takes fewer than given, the
   * handler `drain` is called once there is room, and the program writes the rest then.
   *
   * @param data the bytes, which may be changed as soon as this returns; the view that `data`
   * received is fine
   * @returns how many bytes it took: 0 if there is no room, or the socket is closed. Those that it
   * took are delivered unless the connection breaks
   * @throws {TypeError} if `data` is not bytes
   * @throws {BrokenPipeError} if {@linkcode shutdown} was called before
   */
  write(data: Bytes): number {
    return this.#channel.write(callersBytes("data", data));
  }

  /**
   * Ends this side of the connection: the peer sees the end of the stream after everything that was
   * written. The socket still receives, and closes once the peer has ended its stream, too.
   */
  shutdown(): void {
    this.#channel.end();
  }

  /**
   * Closes the socket and resets the connection: what was not delivered is dropped, and the peer
   * sees an error. The handler `close` follows, after the handler that runs now.
   */
  reset(): void {
    this.#channel.close(true);
  }
}

nameClasses({ StreamSocket });
