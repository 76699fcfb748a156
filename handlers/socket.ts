/** The base of the sockets that call handlers: what streams and datagrams have in common. */

import { type AsyncSocket, asyncSocketOf } from "../async/socket.ts";
import { rangeError } from "../constants/stack.ts";
import { nameClasses } from "../constants/table.ts";
import { constantName } from "../constants/mod.ts";
import { integer, timeoutSeconds } from "../errors/arguments.ts";
import { check } from "../errors/errors.ts";
import { libc } from "../ffi/libc.ts";
import type { Address, Family } from "../socket/address/types.ts";
import { addressOfEnd } from "../socket/operations/connection.ts";
import { intOption } from "../socket/operations/open.ts";
import type { Channel } from "./channel.ts";

const INSPECT = Symbol.for("Deno.customInspect");

/** Returns the socket's channel. For the other files of this folder. */
export let channelOf: (
  socket: HandlerSocket<unknown, Address>,
) => Channel<unknown>;

/**
 * Checks an idle timeout.
 *
 * @returns the seconds, or `null` for no limit
 * @throws {TypeError} if it is neither a number nor `null`
 * @throws {RangeError} if it is not above 0
 */
export function idleSeconds(value: unknown): number | null {
  const seconds = timeoutSeconds(value);
  if (seconds === 0) throw rangeError("idleTimeout must be above 0");
  return seconds;
}

/**
 * The base of {@linkcode StreamSocket} and {@linkcode DatagramSocket}. Not constructible directly.
 *
 * @typeParam T the program's state of the socket
 * @typeParam A the addresses of the socket's family
 * @category Handlers
 */
export abstract class HandlerSocket<T, A extends Address> {
  /** The program's state of this socket. Undefined until the program sets it. */
  data!: T;
  readonly #channel: Channel<unknown>;

  static {
    channelOf = (socket) => socket.#channel;
  }

  /** Makes the socket of a channel; for subclasses. */
  protected constructor(makeChannel: (socket: object) => unknown) {
    this.#channel = makeChannel(this) as Channel<unknown>;
  }

  /** The address family, such as `AF_INET`. */
  get family(): Family<A> {
    return this.#channel.handle.family as Family<A>;
  }

  /** The socket type, such as `SOCK_STREAM`. */
  get type(): number {
    return this.#channel.handle.type;
  }

  /** The protocol. */
  get proto(): number {
    return this.#channel.handle.proto;
  }

  /** Whether the socket is closed, or was taken. */
  get closed(): boolean {
    return this.#channel.closed;
  }

  /** Whether receiving is paused. */
  get paused(): boolean {
    return this.#channel.paused;
  }

  /** Returns the descriptor, or -1 once the socket is closed. */
  fileno(): number {
    return this.#channel.handle.fd;
  }

  /**
   * Returns the socket's own address. `getsockname(2)`.
   *
   * @throws {OSError} if the socket is closed (`EBADF`)
   */
  getsockname(): A {
    return addressOfEnd(this.#channel.handle, "getsockname") as A;
  }

  /**
   * Returns the address that the socket is connected to. `getpeername(2)`.
   *
   * @throws {OSError} if it is not connected (`ENOTCONN`), or is closed (`EBADF`)
   */
  getpeername(): A {
    return addressOfEnd(this.#channel.handle, "getpeername") as A;
  }

  /**
   * Reads an option that is an integer. `getsockopt(2)`.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @returns its value
   * @throws {OSError} if there is no such option, or the socket is closed (`EBADF`)
   */
  getsockopt(level: number, optname: number): number {
    return intOption(
      this.#channel.handle,
      integer("level", level),
      integer("optname", optname),
    );
  }

  /**
   * Sets an option to an integer. `setsockopt(2)`.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @param value an integer of 32 bits, or a boolean for 0 or 1
   * @throws {OSError} if there is no such option, or the socket is closed (`EBADF`)
   * @throws {RangeError} if the integer is out of bounds
   */
  setsockopt(level: number, optname: number, value: number | boolean): void {
    const number = integer("value", value, -0x80000000, 0xffffffff);
    check(
      libc.setsockopt(
        this.#channel.handle.fd,
        integer("level", level),
        integer("optname", optname),
        new Uint8Array(new Int32Array([number]).buffer),
        4,
      ),
      "setsockopt",
    );
  }

  /**
   * Stops receiving: what arrives fills the system's buffer, and the peer of a stream has to wait.
   * Until {@linkcode resume}, the socket does not see that its peer has closed the connection, and
   * does not keep the process alive.
   */
  pause(): void {
    this.#channel.pause();
  }

  /** Continues receiving. */
  resume(): void {
    this.#channel.resume();
  }

  /** Makes the socket keep the process alive while it receives. This is the default. */
  ref(): void {
    this.#channel.setRef(true);
  }

  /** Lets the process exit although the socket receives. */
  unref(): void {
    this.#channel.setRef(false);
  }

  /**
   * Sets how long the socket may be idle. If nothing was received or sent for that long, it closes
   * with a `TimeoutError`, up to a quarter of that time late.
   *
   * @param seconds the time, or `null` for no limit
   * @throws {TypeError} if it is neither a number nor `null`
   * @throws {RangeError} if it is not above 0
   */
  setIdleTimeout(seconds: number | null): void {
    this.#channel.setIdleTimeout(idleSeconds(seconds));
  }

  /**
   * Closes the socket; closing again does nothing. What was written is still delivered. The handler
   * `close` follows, after the handler that runs now.
   */
  close(): void {
    this.#channel.close();
  }

  /**
   * Takes the descriptor out of this socket, as an awaiting socket. This one then counts as closed,
   * and `close` is not called. What was received before the promise resolves still goes to `data`.
   *
   * `attach()` gives the awaiting socket to handlers again.
   *
   * @returns the awaiting socket, without a timeout
   * @throws {OSError} if this socket is closed, or closes before (`EBADF`)
   */
  async take(): Promise<AsyncSocket<A>> {
    return asyncSocketOf<A>(await this.#channel.take());
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What a template string shows: descriptor, family and type by name. */
  toString(): string {
    return this[INSPECT]();
  }

  /** What `console.log` shows: the same. */
  [INSPECT](): string {
    if (!(#channel in this)) return `${HandlerSocket.name} {}`; // the prototype
    const { handle: { fd, family, type, proto }, closed } = this.#channel;
    return `<${this.constructor.name}${
      closed ? " [closed]" : ""
    } fd=${fd}, family=${constantName("AF_", family) ?? family}, type=${
      constantName("SOCK_", type) ?? type
    }, proto=${proto}>`;
  }
}

nameClasses({ HandlerSocket });
