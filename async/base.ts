/**
 * The base of `AsyncSocket`: access to its driver, the `Deno.Conn` interface, Web Streams, `ref()`
 * and `unref()`.
 */

import { nameClasses, table } from "../constants/table.ts";
import { SHUT_WR } from "../constants/mod.ts";
import { typeError } from "../constants/stack.ts";
import {
  byteLengthOf,
  type Bytes,
  callersBytes,
  describe,
} from "../errors/arguments.ts";
import { E_BAD_SOCKET, osError } from "../errors/errors.ts";
import { setNonBlocking } from "../ffi/descriptor.ts";
import { errno } from "../ffi/libc.ts";
import type { Address } from "../socket/address/types.ts";
import { SocketBase } from "../socket/base.ts";
import {
  type Attempting,
  type Handle,
  handleOf,
} from "../socket/operations/attempt.ts";
import { hasEnded } from "../socket/operations/end.ts";
import { asksNonBlocking, openHandle } from "../socket/operations/open.ts";
import { type DenoAddress, denoAddress } from "./deno_address.ts";
import { Driver, signalOf, type WaitOptions } from "./driver.ts";
import type { Side } from "./reactor.ts";
import { Streams } from "./streams.ts";

/** Drives a socket's operation to its end. For the other files of this folder. */
export let drive: <P extends unknown[], T>(
  socket: AsyncSocketBase<Address>,
  side: Side,
  options: WaitOptions | undefined,
  operation: Attempting<P, T>,
  ...args: P
) => Promise<T>;

/** As {@linkcode drive}, of an operation whose flags may say that it must not wait. */
export let driveFlagged: <P extends unknown[], T>(
  socket: AsyncSocketBase<Address>,
  side: Side,
  flags: number,
  options: WaitOptions | undefined,
  operation: Attempting<P, T>,
  ...args: P
) => Promise<T>;

/** As {@linkcode drive}, of an operation that does not wait, behind others neither. */
export let driveAtOnce: <P extends unknown[], T>(
  socket: AsyncSocketBase<Address>,
  options: WaitOptions | undefined,
  operation: Attempting<P, T>,
  ...args: P
) => Promise<T>;

const MSG_DONTWAIT: number = table.constants.MSG_DONTWAIT ?? 0;
/** Returns the driver of a socket. */
export let driverOf: (socket: AsyncSocketBase<Address>) => Driver;

/** Makes a socket's receiving and accepting pause for some milliseconds. */
export let backOff: (socket: AsyncSocketBase<Address>, ms: number) => void;

/** Records the address of a socket's peer. */
export let setPeer: <A extends Address>(
  socket: AsyncSocketBase<A>,
  address: A,
) => void;

/**
 * The base of {@linkcode AsyncSocket}: the `Deno.Conn` interface, Web Streams, and `ref()` and
 * `unref()`. Not constructible directly.
 *
 * @typeParam A the addresses of the socket's family
 * @category Awaiting
 */
export abstract class AsyncSocketBase<out A extends Address = Address>
  extends SocketBase<A> {
  readonly #driver: Driver;
  #streams: Streams | undefined;
  #sockname: A | undefined;
  #peername: A | undefined;

  static #driverOf(socket: unknown): Driver {
    if (typeof socket === "object" && socket !== null && #driver in socket) {
      return socket.#driver;
    }
    throw typeError(
      `not an AsyncSocket of this library: ${describe(socket)}`,
    );
  }

  static {
    drive = (socket, side, options, operation, ...args) => {
      try {
        return socket.#driver.drive(
          side,
          socket.timeout,
          signalOf(options),
          operation,
          args,
        );
      } catch (error) {
        return rejected(socket, error);
      }
    };
    driveFlagged = (socket, side, flags, options, operation, ...args) => {
      try {
        // Compared before anything is checked: flags may be of any type yet.
        const given: unknown = flags;
        const bits = typeof given === "bigint" ? Number(given) : given;
        const mayWait = typeof bits !== "number" || (bits & MSG_DONTWAIT) === 0;
        return socket.#driver.drive(
          side,
          mayWait ? socket.timeout : 0,
          signalOf(options),
          operation,
          args,
        );
      } catch (error) {
        return rejected(socket, error);
      }
    };
    driveAtOnce = (socket, options, operation, ...args) => {
      try {
        return socket.#driver
          .driveAtOnce(signalOf(options), operation, args);
      } catch (error) {
        return rejected(socket, error);
      }
    };
    driverOf = (socket) => AsyncSocketBase.#driverOf(socket);
    // The hot operations look at the socket only once something is wrong.
    const rejected = (socket: unknown, error: unknown): Promise<never> => {
      try {
        AsyncSocketBase.#driverOf(socket);
      } catch (noSocket) {
        error = noSocket;
      }
      return Promise.reject(error);
    };
    backOff = (socket, ms) => socket.#driver.backOff(ms);
    setPeer = (socket, address) => {
      socket.#peername = address;
    };
  }

  /**
   * Makes a socket, or adopts a descriptor. An adopted descriptor becomes non-blocking; this
   * process may have inherited it, received it, or opened it by other means.
   *
   * @param family the address family. If left out: `AF_INET`, or for a descriptor what the kernel
   * reports
   * @param type the type, `SOCK_STREAM` if left out; `SOCK_NONBLOCK` makes the timeout 0
   * @param proto the protocol, usually 0
   * @param fileno a descriptor to adopt: the socket owns it from then on. On Windows also the bytes
   * that `share()` returned in another process, which then determine family, type and protocol
   * @throws {OSError} if the system cannot make such a socket, or the descriptor is not a socket
   * @throws {RangeError} if a constant is not available on this platform
   */
  constructor(
    family?: number | null,
    type?: number | null,
    proto?: number | null,
    fileno?: number | Bytes | null,
  ) {
    super(
      nonBlocking(openHandle(family, type, proto, fileno), fileno),
      asksNonBlocking(type),
    );
    this.#driver = new Driver(handleOf(this), this);
  }

  /**
   * Receives bytes into a buffer. See {@linkcode AsyncSocket.recv_into}.
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.recv_into}, `recv(2)`
   */
  abstract recv_into(
    buffer: Bytes,
    nbytes?: number | WaitOptions,
    flags?: number | WaitOptions,
    options?: WaitOptions,
  ): Promise<number>;
  /**
   * Sends bytes. See {@linkcode AsyncSocket.send}.
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.send}, `send(2)`
   */
  abstract send(
    data: Bytes,
    flags?: number | WaitOptions,
    options?: WaitOptions,
  ): Promise<number>;
  /**
   * Sends all bytes. See {@linkcode AsyncSocket.sendall}.
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.sendall}, `send(2)`
   */
  abstract sendall(
    data: Bytes,
    flags?: number | WaitOptions,
    options?: WaitOptions,
  ): Promise<void>;

  /**
   * Sets how long each operation may wait. Operations that already wait keep their timeout.
   *
   * @param value seconds; 0 to reject with `BlockingIOError` instead of waiting, `null` for no
   * limit
   * @throws {TypeError} if it is neither a number nor `null`
   * @throws {RangeError} if it is negative or NaN
   * @throws {OSError} if the socket is closed (`EBADF`)
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.settimeout}
   */
  override settimeout(value: number | null): void {
    super.settimeout(value);
    if (this.fileno() < 0) throw osError(E_BAD_SOCKET, "settimeout");
  }

  /** Makes pending operations keep the process alive. This is the default. */
  ref(): void {
    AsyncSocketBase.#driverOf(this).ref = true;
  }

  /**
   * Lets the process exit while operations of this socket are pending. While only such operations
   * are pending, the process notices up to 10 ms late that a socket is ready.
   */
  unref(): void {
    AsyncSocketBase.#driverOf(this).ref = false;
  }

  /**
   * The bytes that the socket receives, as a byte stream. Cancelling it ends receiving (`SHUT_RD`).
   * On a datagram socket its chunks are the contents of datagrams, without the empty ones, and it
   * has no end.
   *
   * When both streams have ended, in order or by an error, the socket closes, as code written for
   * `Deno.Conn` expects. `closeWrite()` ends {@linkcode writable} too. If only this stream has
   * ended, the socket stays open and can send.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    AsyncSocketBase.#driverOf(this); // refuses what is not a socket
    return (this.#streams ??= new Streams(this)).readable;
  }

  /**
   * A stream whose chunks the socket sends. A write is done once the system has taken all of it.
   * Closing the stream ends sending (`SHUT_WR`), so that the peer sees the end of the stream.
   *
   * Aborting it closes the socket. With a reason, that resets the connection, so that the peer does
   * not mistake a part for the whole; the system drops what it has not delivered yet. Without one
   * (`undefined` or `null`, as `destroy()` of Node's streams passes), the system still delivers
   * what it has taken, and then the end of the stream. A write that waits is cut off either way.
   *
   * After a write that failed, the socket closes with a reset once {@linkcode readable} has ended.
   */
  get writable(): WritableStream<Uint8Array> {
    AsyncSocketBase.#driverOf(this); // refuses what is not a socket
    return (this.#streams ??= new Streams(this)).writable;
  }

  /**
   * Receives into a buffer, as `Deno.Conn` does.
   *
   * @param p the buffer; do not use it until the promise settles
   * @returns how many bytes were received; `null` at the end of the stream; 0 if the buffer is
   * empty, or the message that was received. A datagram socket has no end
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if receiving fails, or the socket is closed (`EBADF`)
   * @throws {TypeError} if `p` is not bytes
   */
  async read(p: Uint8Array): Promise<number | null> {
    const length = byteLengthOf(callersBytes("p", p));
    if (length === 0) return 0;
    const count = await this.recv_into(p);
    return count === 0 && hasEnded(handleOf(this)) ? null : count;
  }

  /**
   * Sends bytes, as `Deno.Conn` does.
   *
   * @param data the bytes
   * @returns how many bytes were sent, which may be fewer than `data` has
   * @throws {TimeoutError} if the socket's timeout runs out
   * @throws {OSError} if sending fails, or the socket is closed (`EBADF`)
   */
  write(data: Uint8Array): Promise<number> {
    return this.send(data);
  }

  /**
   * Ends sending, as `Deno.Conn` does: `shutdown(SHUT_WR)`. A pending send rejects with
   * `BrokenPipeError`. Once {@linkcode readable} has ended too, the socket closes.
   *
   * @throws {OSError} if the socket is not connected (`ENOTCONN`) or is closed (`EBADF`)
   */
  closeWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.shutdown(SHUT_WR);
      (this.#streams ??= new Streams(this)).endSending();
      resolve();
    });
  }

  /**
   * The socket's own address in Deno's form; `undefined` for families that Deno does not know.
   * Remains readable after the socket is closed if it was read before.
   *
   * @throws {OSError} if the socket is closed (`EBADF`) and this was not read before
   */
  get localAddr(): DenoAddress<A> {
    AsyncSocketBase.#driverOf(this); // refuses what is not a socket
    this.#sockname = latest(() => this.getsockname(), this.#sockname);
    return denoAddress(this.family, this.type, this.#sockname);
  }

  /**
   * The peer's address in Deno's form; `undefined` for families that Deno does not know, and where
   * the system does not know it, as some do of a connection that was reset before it was accepted.
   * Remains readable after the connection has ended if the socket was accepted or this was read
   * before.
   *
   * @throws {OSError} if the socket is not connected (`ENOTCONN`) or is closed (`EBADF`), and the
   * address is not known from before
   */
  get remoteAddr(): DenoAddress<A> {
    AsyncSocketBase.#driverOf(this); // refuses what is not a socket
    this.#peername = latest(() => this.getpeername(), this.#peername);
    return denoAddress(this.family, this.type, this.#peername);
  }

  /**
   * Closes the socket at the end of an `await using` block.
   *
   * @throws {OSError} if the system reports an error of the socket, which is closed anyway
   */
  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => resolve(this.close()));
  }
}

nameClasses({ AsyncSocketBase });

/** The current address, or else the last known one: Deno's addresses outlive the connection. */
function latest<A>(ask: () => A, known: A | undefined): A {
  try {
    return ask();
  } catch (error) {
    if (known === undefined) throw error;
    return known;
  }
}

/** Makes a handle non-blocking, unless `fileno` is that handle, which already is non-blocking. */
function nonBlocking(handle: Handle, fileno: unknown): Handle {
  handle.nonBlocking = true;
  if (handle !== fileno && setNonBlocking(handle.fd, true) < 0) {
    const error = osError(errno(), "ioctl");
    handle.close();
    throw error;
  }
  return handle;
}
