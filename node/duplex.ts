/** A socket as a Node stream. */

import type { AddressInfo, SocketReadyState } from "node:net";
import { nextTick } from "node:process";
import { addAbortSignal, Duplex } from "node:stream";
import { drive } from "../async/base.ts";
import { endSending, reset, tolerate } from "../async/ending.ts";
import { AsyncSocket } from "../async/socket.ts";
import { constant, isMissing, nameClasses, table } from "../constants/table.ts";
import {
  AF_INET,
  AF_INET6,
  IP_TOS,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_TCLASS,
  SO_KEEPALIVE,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_KEEPCNT,
  TCP_KEEPINTVL,
  TCP_NODELAY,
} from "../constants/mod.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import { describe, instance, integer, optionsOf } from "../errors/arguments.ts";
import {
  E_BAD_SOCKET,
  ECANCELED,
  EINVAL,
  EISCONN,
  ENOTCONN,
  OSError,
  osError,
} from "../errors/errors.ts";
import type { Address, AddressInput } from "../socket/address/types.ts";
import { handleOf } from "../socket/operations/attempt.ts";
import { connectArguments, type ConnectOptions } from "./connecting.ts";
import { IdleTimer } from "./idle.ts";
import { Sending } from "./sending.ts";

/**
 * How many bytes are received at a time: half of what a stream of Node likes to hold. Larger pieces
 * are hardly cheaper, and Deno's `TLSSocket` loses the end of a stream if it comes while its reader
 * is behind by more than that.
 */
const CHUNK = 0x8000;

/** The option that holds the seconds before the first probe, by its name on this platform. */
const keepIdle = table.constants.TCP_KEEPIDLE ?? constant("TCP_KEEPALIVE");

/**
 * The parameters of {@linkcode SocketDuplex.setKeepAlive} by name.
 * @category Streams of Node
 */
export interface SetKeepAliveOptions {
  /** Whether the system probes a connection that is silent. */
  readonly enable?: boolean | undefined;
  /** Milliseconds of silence before the first probe; 0 leaves it as it is. */
  readonly initialDelay?: number | undefined;
  /** Milliseconds between probes; 0 leaves it as it is. */
  readonly interval?: number | undefined;
  /** The number of probes that may remain unanswered; 0 leaves it as it is. */
  readonly count?: number | undefined;
}

/**
 * Options of {@linkcode duplex}.
 * @category Streams of Node
 */
export interface SocketDuplexOptions {
  /**
   * Whether the stream stays writable after the peer has ended: the program then calls `end()`.
   * False, as for `net.Socket`, ends it by itself. True suits programs that answer after the end;
   * TLS and HTTP/2 of Deno then do not notice a client that leaves in the middle.
   */
  readonly allowHalfOpen?: boolean | undefined;
  /** Aborting it destroys the stream with an `AbortError`, whose `cause` is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How many received bytes may wait to be read; Node's default if left out. */
  readonly readableHighWaterMark?: number | undefined;
  /** How many bytes may wait to be sent before `write()` returns false; Node's default likewise. */
  readonly writableHighWaterMark?: number | undefined;
}

/**
 * A Node stream over an awaiting socket, with all that `net.Socket` has: timeouts, addresses,
 * counts, `connect()`. {@linkcode duplex} makes one, and describes it.
 *
 * @typeParam A the addresses of the socket's family
 * @category Streams of Node
 */
// Without `implements NodeSocket`: a program may have newer types of Node than this library.
export class SocketDuplex<A extends Address = Address> extends Duplex {
  /** The socket beneath: for its options, its peer's credentials, its addresses. */
  readonly socket: AsyncSocket<A>;
  /** Always empty: the socket has one family, and tries one address. */
  readonly autoSelectFamilyAttemptedAddresses: string[] = [];
  /** The milliseconds of {@linkcode setTimeout}; `undefined` if it was not called. */
  timeout: number | undefined = undefined;
  /** How many bytes have been received. */
  bytesRead = 0;
  #connecting = false;
  #connected: boolean;
  #hasBegun = false;
  /** Whether the stream has asked for bytes before it began. */
  #isAsked = false;
  #receiving = false;
  #sending: Sending | undefined;
  #sent = 0;
  #mustReset = false;
  readonly #idle = new IdleTimer(() => this.emit("timeout"));

  /** Makes a stream; see {@linkcode duplex}. */
  constructor(socket: AsyncSocket<A>, options?: SocketDuplexOptions) {
    instance("socket", socket, AsyncSocket, "an AsyncSocket");
    if (socket.type !== SOCK_STREAM) {
      throw rangeError(
        `socket must be of type SOCK_STREAM, not ${socket.type}`,
      );
    }
    if (socket.fileno() < 0) throw osError(E_BAD_SOCKET, "duplex");
    const {
      allowHalfOpen = false,
      signal,
      readableHighWaterMark,
      writableHighWaterMark,
    } = optionsOf(options);
    super({
      allowHalfOpen,
      readableHighWaterMark,
      writableHighWaterMark,
      emitClose: false, // `_destroy()` emits it, with the argument that net.Socket's has
    });
    this.socket = socket;
    this.#connected = hasPeer(socket);
    if (signal !== undefined) addAbortSignal(signal, this);
    setImmediate(() => this.#begin());
  }

  /**
   * Begins to receive, one turn after the stream was made: as with net.Socket, nothing comes
   * before. Deno's `TLSSocket` begins at the end of the turn in which it is made, and throws what
   * nobody can catch if a peer's error has come by then.
   */
  #begin(): void {
    this.#hasBegun = true;
    if (this.destroyed) return;
    if (this.#isAsked) this._read();
    // As net.Socket does, so that the end is seen if nobody reads.
    else if (this.#connected) this.read(0);
  }

  /** Whether `connect()` was called and has not finished. */
  get connecting(): boolean {
    return this.#connecting;
  }

  /** Whether the socket is not connected yet, or not any more. */
  get pending(): boolean {
    return this.destroyed || !this.#connected;
  }

  /** `"opening"`, `"open"`, `"readOnly"`, `"writeOnly"` or `"closed"`. */
  get readyState(): SocketReadyState {
    if (this.#connecting) return "opening";
    if (this.readable) return this.writable ? "open" : "readOnly";
    return this.writable ? "writeOnly" : "closed";
  }

  /** How many bytes were written, those included that are still to be sent. */
  get bytesWritten(): number {
    return this.#sent + this.#unsent;
  }

  /** How many bytes wait to be sent. */
  get bufferSize(): number {
    return this.writableLength;
  }

  /** The peer's IP address; `undefined` for other families, or if there is no peer. */
  get remoteAddress(): string | undefined {
    return this.#endpoint("remoteAddr").address;
  }

  /** The peer's port. */
  get remotePort(): number | undefined {
    return this.#endpoint("remoteAddr").port;
  }

  /** `"IPv4"` or `"IPv6"`. */
  get remoteFamily(): string | undefined {
    return this.#endpoint("remoteAddr").family;
  }

  /** The socket's own IP address; `undefined` for other families. */
  get localAddress(): string | undefined {
    return this.#endpoint("localAddr").address;
  }

  /** The socket's own port. */
  get localPort(): number | undefined {
    return this.#endpoint("localAddr").port;
  }

  /** `"IPv4"` or `"IPv6"`. */
  get localFamily(): string | undefined {
    return this.#endpoint("localAddr").family;
  }

  /** Returns the socket's own address; an empty object for families other than IP. */
  address(): AddressInfo | Record<string, never> {
    return this.#endpoint("localAddr") as AddressInfo;
  }

  /**
   * Connects the socket, which must not be connected yet. Reading and writing wait for it.
   *
   * The stream emits `"connect"` and `"ready"`; if connecting fails, it is destroyed with the
   * error. The socket's family decides which addresses of a host are tried: the first one only.
   *
   * @param options a port and a host, or a path
   * @param listener is added once to `"connect"`
   * @throws {OSError} if the socket is connected (`EISCONN`), or the stream destroyed (`EBADF`)
   */
  connect(options: ConnectOptions, listener?: () => void): this;
  /** Connects to a port of a host. */
  connect(port: number, host: string, listener?: () => void): this;
  /** Connects to a port of this host. */
  connect(port: number, listener?: () => void): this;
  /** Connects to the path of a Unix socket. */
  connect(path: string, listener?: () => void): this;
  connect(...args: unknown[]): this {
    if (this.destroyed) throw osError(E_BAD_SOCKET, "connect");
    // Linux would ignore the address of the first call after a non-blocking connect.
    if (this.#connected) throw osError(EISCONN, "connect");
    const [address, listener] = connectArguments(args);
    if (listener !== undefined) this.once("connect", listener);
    this.#connecting = true;
    this.#idle.touch();
    this.socket.connect(address as AddressInput<A>).then(() => {
      this.#connecting = false;
      if (this.destroyed) return;
      this.#connected = true;
      this.#idle.touch();
      this.emit("connect");
      this.emit("ready");
      if (!this.isPaused()) this.read(0);
    }, (error) => {
      this.#connecting = false;
      this.destroy(error);
    });
    return this;
  }

  /**
   * Emits `"timeout"` whenever nothing was received or sent for a while. The stream stays open.
   *
   * @param timeout milliseconds; 0 for never
   * @param callback is added once to `"timeout"`; with 0, it is removed
   * @throws {RangeError} if the time is negative or not finite
   * @throws {TypeError} if the time is not a number
   */
  setTimeout(timeout: number, callback?: () => void): this {
    if (this.destroyed) return this;
    if (typeof timeout !== "number") {
      throw typeError(
        `timeout must be a number of milliseconds, not ${describe(timeout)}`,
      );
    }
    if (!(timeout >= 0 && timeout < Infinity)) {
      throw rangeError(
        `timeout must be 0 or more milliseconds, not ${timeout}`,
      );
    }
    this.timeout = timeout;
    this.#idle.start(timeout);
    if (callback === undefined) return this;
    if (timeout === 0) this.removeListener("timeout", callback);
    else this.once("timeout", callback);
    return this;
  }

  /**
   * Sets `TCP_NODELAY`. Does nothing on sockets that have no such option.
   *
   * @param noDelay whether small writes are sent at once
   */
  setNoDelay(noDelay = true): this {
    tolerate(() =>
      this.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, noDelay ? 1 : 0)
    );
    return this;
  }

  /**
   * Sets `SO_KEEPALIVE`. Does nothing on sockets that have no such option.
   *
   * @param enable whether the system probes a connection that is silent, or all parameters by name,
   * as Node's newest types have it
   * @param initialDelay milliseconds of silence before the first probe; 0 leaves it as it is
   * @param interval milliseconds between probes; 0 leaves it as it is
   * @param count the number of probes that may remain unanswered; 0 leaves it as it is
   * @throws {TypeError} if one of the last three is not a number
   */
  setKeepAlive(
    enable: boolean | SetKeepAliveOptions = false,
    initialDelay = 0,
    interval = 0,
    count = 0,
  ): this {
    if (typeof enable === "object" && enable !== null) {
      ({ enable = false, initialDelay = 0, interval = 0, count = 0 } = enable);
    }
    // As Node's, it takes the digits of settings too.
    for (
      const [name, value] of Object.entries({ initialDelay, interval, count })
    ) {
      if (typeof value !== "number" && typeof value !== "string") {
        throw typeError(`${name} must be a number, not ${describe(value)}`);
      }
    }
    const set = (option: number, value: number) => {
      if (value >= 1 && !isMissing(option)) {
        const whole = Math.min(Math.floor(value), 0x7fffffff);
        this.socket.setsockopt(IPPROTO_TCP, option, whole);
      }
    };
    tolerate(() => {
      this.socket.setsockopt(SOL_SOCKET, SO_KEEPALIVE, enable ? 1 : 0);
      if (!enable) return;
      set(keepIdle, initialDelay / 1000);
      set(TCP_KEEPINTVL, interval / 1000);
      set(TCP_KEEPCNT, count);
    });
    return this;
  }

  /** Returns `IP_TOS` or `IPV6_TCLASS`; 0 for sockets that have no such option. */
  getTypeOfService(): number {
    let tos = 0;
    tolerate(() => {
      tos = this.socket.getsockopt(...this.#typeOfService);
    });
    return tos;
  }

  /**
   * Sets `IP_TOS` or `IPV6_TCLASS`. Does nothing on sockets that have no such option.
   *
   * @param tos the value, 0-255: DSCP in the upper six bits, ECN in the others
   */
  setTypeOfService(tos: number): this {
    tos = integer("tos", tos, 0, 255);
    tolerate(() => this.socket.setsockopt(...this.#typeOfService, tos));
    return this;
  }

  get #typeOfService(): [level: number, option: number] {
    return this.socket.family === AF_INET6
      ? [IPPROTO_IPV6, IPV6_TCLASS]
      : [IPPROTO_IP, IP_TOS];
  }

  /** Makes a stream that reads, writes or connects keep the process alive. This is the default. */
  ref(): this {
    this.socket.ref();
    return this;
  }

  /** Lets the process end while this stream reads, writes or connects. */
  unref(): this {
    this.socket.unref();
    return this;
  }

  /** Ends the stream, and destroys it once all is sent. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", this.destroy);
  }

  /** Destroys the stream, and resets the connection. What the peer has not received is lost. */
  resetAndDestroy(): this {
    this.#mustReset = true;
    return this.destroy();
  }

  /** Destroys the stream at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Receives; called by the stream when there is room for more. */
  override _read(): void {
    if (!this.#hasBegun) {
      this.#isAsked = true;
      return;
    }
    if (this.#connecting) {
      this.once("connect", () => this._read());
      return;
    }
    if (this.#receiving) return;
    this.#receiving = true;
    this.socket.recv(CHUNK).then(this.#received, this.#receivingFailed);
  }

  readonly #received = (data: Uint8Array<ArrayBuffer>): void => {
    this.#receiving = false;
    if (this.destroyed) return;
    this.#connected = true;
    this.#idle.touch();
    this.bytesRead += data.byteLength;
    if (data.byteLength > 0) this.push(data);
    else {
      this.push(null);
      this.read(0); // so that the end is seen if nobody reads
    }
  };

  readonly #receivingFailed = (error: Error): void => {
    this.#receiving = false;
    // Nobody has called connect() yet.
    const { errno } = error as OSError;
    if (!this.#connected && (errno === ENOTCONN || errno === EINVAL)) {
      this.once("connect", () => this._read());
    } else this.destroy(error);
  };

  /** Sends; called by the stream with one chunk at a time. */
  override _write(
    chunk: Uint8Array<ArrayBuffer>,
    _encoding: string,
    callback: (error?: Error | null) => void,
  ): void {
    this.#send([chunk], callback);
  }

  /** Sends all chunks that have been written while others were sent. */
  override _writev(
    chunks: { chunk: Uint8Array<ArrayBuffer> }[],
    callback: (error?: Error | null) => void,
  ): void {
    this.#send(chunks.map(({ chunk }) => chunk), callback);
  }

  #send(
    buffers: readonly Uint8Array<ArrayBuffer>[],
    callback: (error?: Error | null) => void,
  ): void {
    if (this.#connecting) {
      this.#onceConnected(() => this.#send(buffers, callback), callback);
      return;
    }
    const sending = new Sending(buffers, this.#progressed);
    this.#sending = sending;
    drive(this.socket, "write", undefined, sending.attempt).then(() => {
      this.#sending = undefined;
      callback();
    }, (error) => {
      this.#sending = undefined;
      if (this.destroyed) return callback(this.#cancelled());
      this.#mustReset = true; // the peer has a part of what it was to have
      callback(error);
    });
  }

  /** Calls a function once the socket is connected, or reports that it will not be. */
  #onceConnected(
    then: () => void,
    callback: (error?: Error | null) => void,
  ): void {
    const onConnect = (): void => {
      this.off("close", onClose);
      then();
    };
    const onClose = (): void => {
      this.off("connect", onConnect);
      callback(this.#cancelled());
    };
    this.once("connect", onConnect).once("close", onClose);
  }

  /** The error of what was to be sent when the stream was destroyed. */
  #cancelled(): Error {
    // The number is C's, on Windows too, where `osError` takes the system's.
    return this.errored ??
      new OSError(ECANCELED, "Operation canceled", { syscall: "sendmsg" });
  }

  readonly #progressed = (count: number): void => {
    this.#sent += count;
    this.#idle.touch();
  };

  /** How many bytes were written that the system has not accepted. */
  get #unsent(): number {
    return this.writableLength - (this.#sending?.sent ?? 0);
  }

  /** Ends sending, once all is sent. */
  override _final(callback: (error?: Error | null) => void): void {
    if (this.#connecting) {
      this.#onceConnected(() => this._final(callback), callback);
      return;
    }
    try {
      endSending(this.socket);
      callback();
    } catch (error) {
      callback(error as OSError);
    }
  }

  /** Closes the socket. */
  override _destroy(
    error: Error | null,
    callback: (error?: Error | null) => void,
  ): void {
    this.#idle[Symbol.dispose]();
    const { socket } = this;
    let failure = error;
    try {
      this.#sendAtOnce();
      if (this.#mustReset || (error !== null && this.#unsent > 0)) {
        reset(socket);
      } else socket.close();
    } catch (closing) {
      failure ??= closing as OSError;
    }
    callback(failure);
    nextTick(() => this.emit("close", failure !== null));
  }

  /** Sends what there is room for. A busy reactor may not have attempted it at all. */
  #sendAtOnce(): void {
    if (this.#sending === undefined || this.#mustReset) return;
    tolerate(() => this.#sending!.attempt(handleOf(this.socket)));
  }

  #endpoint(which: "localAddr" | "remoteAddr"): Partial<AddressInfo> {
    const { family } = this.socket;
    if (family !== AF_INET && family !== AF_INET6) return {};
    try {
      const address = this.socket[which] as Deno.NetAddr | undefined;
      if (address === undefined) return {};
      const { hostname, port } = address;
      return {
        address: hostname,
        family: family === AF_INET ? "IPv4" : "IPv6",
        port,
      };
    } catch (error) {
      if (error instanceof OSError) return {};
      throw error;
    }
  }
}

nameClasses({ SocketDuplex });

/** Whether a socket is connected to a peer, as far as the system still knows. */
function hasPeer(socket: AsyncSocket<Address>): boolean {
  try {
    return socket.remoteAddr !== null;
  } catch (error) {
    if (error instanceof OSError) return false;
    throw error;
  }
}

/**
 * Makes a Node stream of a socket: one that `node:tls`, `node:http`, `node:http2` and packages from
 * npm take in place of a `net.Socket`. It reads and writes by the socket, which belongs to it from
 * then on: do not receive or send by other means, except before.
 *
 * - It reads only as fast as it is read, and what is written waits until the system takes it:
 *   `write()` returns false, and `"drain"` follows. Writes that wait go out in one call.
 * - `end()` ends sending (`SHUT_WR`); receiving goes on. The peer's end is `"end"`, and ends
 *   sending too, unless there is `allowHalfOpen`. When both have ended, the socket closes.
 * - `destroy()` closes the socket: what the system has accepted arrives, what still waits is
 *   dropped. With an error, or if a write has failed, and something was dropped, the connection is
 *   reset, so that the peer does not mistake a part for the whole. `resetAndDestroy()` always
 *   resets.
 * - Errors are those of the socket, such as `ConnectionResetError`, whose `code` is Node's:
 *   `"ECONNRESET"`. Its `errno` is positive, as in C. If a socket has a timeout, each receive and
 *   send keeps to it and the stream is destroyed with a `TimeoutError`; Node's `setTimeout()`
 *   destroys nothing.
 * - A socket that is not connected is connected by `connect()`, as clients do that are given a
 *   stream. Until then reading waits.
 *
 * @param socket a socket of type `SOCK_STREAM`, connected or not
 * @param options `allowHalfOpen`, a signal, how much may wait
 * @returns the stream, whose `socket` is the socket
 * @throws {TypeError} if it is not an `AsyncSocket`
 * @throws {RangeError} if it has another type
 * @throws {OSError} if it is closed (`EBADF`)
 *
 * @example TLS over any socket
 * ```ts
 * import { once } from "node:events";
 * import * as tls from "node:tls";
 * import { type Address, type AsyncSocket, OSError } from "@libc/socket/async";
 * import { duplex } from "@libc/socket/node";
 *
 * export async function secure(
 *   socket: AsyncSocket<Address>,
 *   servername: string,
 * ): Promise<tls.TLSSocket> {
 *   const secured = tls.connect({ socket: duplex(socket), servername });
 *   await once(secured, "secureConnect"); // rejects if the certificate is not trusted
 *   return secured;
 * }
 * ```
 *
 * @example A stream that its user connects
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { text } from "node:stream/consumers";
 * import { AsyncSocket, create_server, SO_KEEPALIVE, SOL_SOCKET } from "@libc/socket/async";
 * import { duplex } from "@libc/socket/node";
 *
 * await using listener = await create_server(["127.0.0.1", 0]);
 *
 * const socket = new AsyncSocket();
 * socket.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1);
 * const client = duplex(socket).connect(listener.getsockname()[1], "127.0.0.1");
 * client.end("hello"); // waits for the connection
 *
 * const [accepted] = await listener.accept();
 * const server = duplex(accepted);
 * assertEquals(await text(server), "hello");
 * assertEquals(server.remoteFamily, "IPv4");
 * ```
 * @category Streams of Node
 */
export function duplex<A extends Address>(
  socket: AsyncSocket<A>,
  options?: SocketDuplexOptions,
): SocketDuplex<A> {
  return new SocketDuplex(socket, options);
}
