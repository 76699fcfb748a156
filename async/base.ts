/** What the awaiting socket has beside its operations: how they wait, and Deno's manner. */

import { SHUT_WR } from "../constants/mod.ts";
import { setNonBlocking } from "../ffi/descriptor.ts";
import { errno } from "../ffi/libc.ts";
import type { Side } from "./reactor.ts";
import type { Address, Family } from "../socket/address/types.ts";
import type { Bytes } from "../errors/arguments.ts";
import { Driver, type WaitOptions } from "./driver.ts";
import { SocketBase } from "../socket/base.ts";
import { type DenoAddress, denoAddress } from "./deno_address.ts";
import { osError } from "../errors/errors.ts";
import { type Handle, handleOf } from "../socket/operations/handle.ts";
import { E_BAD_SOCKET } from "../errors/errno.ts";
import { asksNonBlocking, openHandle } from "../socket/operations/open.ts";
import type { Attempt } from "../socket/operations/attempt.ts";
import { Streams } from "./streams.ts";

/** Drives an operation of a socket, for the rest of this folder. */
export let drive: <P extends unknown[], T>(
  socket: AsyncSocketBase<Address>,
  side: Side,
  options: WaitOptions | undefined,
  operation: (handle: Handle, ...args: P) => Attempt<T>,
  ...args: P
) => Promise<T>;

/** Has a socket receive, or accept, nothing for some milliseconds. */
export let backOff: (socket: AsyncSocketBase<Address>, ms: number) => void;

/** Tells a socket the address of its other end. */
export let setPeer: <A extends Address>(
  socket: AsyncSocketBase<A>,
  address: A,
) => void;

/**
 * What {@linkcode AsyncSocket} has beside its operations: the shape of `Deno.Conn`, streams, and a
 * word in what keeps the process alive. It is not made by itself.
 *
 * @typeParam A the addresses of the socket's family
 */
export abstract class AsyncSocketBase<A extends Address> extends SocketBase<A> {
  readonly #driver: Driver;
  #streams: Streams | undefined;
  #sockname: A | undefined;
  #peername: A | undefined;

  static {
    drive = (socket, side, options, operation, ...args) =>
      socket.#driver.drive(
        side,
        socket.timeout,
        options?.signal,
        operation,
        ...args,
      );
    backOff = (socket, ms) => socket.#driver.backOff(ms);
    setPeer = (socket, address) => {
      socket.#peername = address;
    };
  }

  /**
   * Makes a socket, or adopts a descriptor, which becomes non-blocking: one that this process
   * inherited or received, or that something else in it opened and shows.
   *
   * @param family the address family, `AF_INET` if left out; of a descriptor, what the kernel says.
   * A plain number needs `new AsyncSocket<Address>(…)`
   * @param type the type, `SOCK_STREAM` if left out; `SOCK_NONBLOCK` makes the timeout 0
   * @param proto the protocol, mostly 0
   * @param fileno a descriptor to adopt: it is this socket's own from then on; on Windows also what
   * another process's `share()` gave, which then tells family, type and proto
   * @throws {OSError} if the system cannot make such a socket, or the descriptor is no socket
   * @throws {RangeError} if a constant is not available on this platform
   */
  constructor(
    family?: Family<A> | (Address extends A ? number : never) | null,
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

  /** Receives bytes into a buffer. */
  abstract recv_into(
    buffer: Bytes,
    nbytes?: number,
    flags?: number,
    options?: WaitOptions,
  ): Promise<number>;
  /** Sends bytes. */
  abstract send(
    data: Bytes,
    flags?: number,
    options?: WaitOptions,
  ): Promise<number>;
  /** Sends all bytes. */
  abstract sendall(
    data: Bytes,
    flags?: number,
    options?: WaitOptions,
  ): Promise<void>;

  /**
   * Sets how long each operation may wait, from the next one on.
   *
   * @param value seconds, 0 for not at all, `null` for as long as it takes
   * @throws {RangeError} if it is negative or not a number
   * @throws {OSError} if the socket is closed
   */
  override settimeout(value: number | null): void {
    super.settimeout(value);
    if (this.fileno() < 0) throw osError(E_BAD_SOCKET, "settimeout");
  }

  /**
   * Gives the descriptor away without closing it, blocking again; this socket counts as closed then,
   * and operations that wait are rejected. `new Socket(null, null, null, async.detach())` makes a
   * blocking socket of it.
   *
   * @returns the descriptor, -1 if the socket was closed
   */
  override detach(): number {
    const fd = super.detach();
    if (fd >= 0) setNonBlocking(fd, false);
    return fd;
  }

  /** Lets operations that wait keep the process alive, as they do from the start. */
  ref(): void {
    this.#driver.ref = true;
  }

  /**
   * Lets the process end although operations of this socket wait. While only such operations wait,
   * what comes is seen up to 10 ms late.
   */
  unref(): void {
    this.#driver.ref = false;
  }

  /**
   * What the socket receives, as a byte stream; cancelling it ends receiving (`SHUT_RD`). When both
   * streams have ended, the socket is closed, as code that is written for `Deno.Conn` expects.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return (this.#streams ??= new Streams(this)).readable;
  }

  /**
   * A stream whose chunks are sent. Closing it ends sending (`SHUT_WR`), so that the other end sees
   * the end of the stream; aborting it closes the socket, and resets a connection, so that the other
   * end does not take what it has for the whole.
   */
  get writable(): WritableStream<Uint8Array> {
    return (this.#streams ??= new Streams(this)).writable;
  }

  /**
   * Receives into a buffer, as `Deno.Conn` does.
   *
   * @param p the buffer
   * @returns how many bytes came, `null` at the end of the stream
   */
  async read(p: Uint8Array): Promise<number | null> {
    return p.byteLength === 0 ? 0 : await this.recv_into(p) || null;
  }

  /**
   * Sends bytes, as `Deno.Conn` does.
   *
   * @param p the bytes
   * @returns how many were sent
   */
  write(p: Uint8Array): Promise<number> {
    return this.send(p);
  }

  /**
   * Ends sending, as `Deno.Conn` does: `shutdown(SHUT_WR)`.
   *
   * @throws {OSError} if the socket is not connected (`ENOTCONN`)
   */
  closeWrite(): Promise<void> {
    return new Promise((resolve) => resolve(this.shutdown(SHUT_WR)));
  }

  /**
   * The socket's own address in Deno's form; `undefined` for families that Deno does not know.
   *
   * @throws {OSError} if the socket is closed, and this was not asked before
   */
  get localAddr(): DenoAddress<A> {
    this.#sockname = latest(() => this.getsockname(), this.#sockname);
    return denoAddress(this.family, this.type, this.#sockname);
  }

  /**
   * The address of the other end in Deno's form; `undefined` for families that Deno does not know.
   *
   * @throws {OSError} if the socket is not connected (`ENOTCONN`), or is closed, unless it was
   * accepted or this was asked before
   */
  get remoteAddr(): DenoAddress<A> {
    this.#peername = latest(() => this.getpeername(), this.#peername);
    return denoAddress(this.family, this.type, this.#peername);
  }

  /** Closes the socket at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => resolve(this.close()));
  }
}

/** An end's address as it is, or else as it last was: what Deno shows outlives the connection. */
function latest<A>(ask: () => A, known: A | undefined): A {
  try {
    return ask();
  } catch (error) {
    if (known === undefined) throw error;
    return known;
  }
}

/** Makes a handle non-blocking, unless it was handed over so. */
function nonBlocking(handle: Handle, fileno: unknown): Handle {
  if (handle !== fileno && setNonBlocking(handle.fd, true) < 0) {
    const error = osError(errno(), "ioctl");
    handle.close();
    throw error;
  }
  return handle;
}
