/** The awaiting socket: the same operations, driven by the reactor. */

import { SHUT_WR } from "../constants/mod.ts";
import { errno } from "../ffi/libc.ts";
import { setNonBlocking } from "../ffi/descriptor.ts";
import { reactor as shared, type Side, type Watch } from "../poll/reactor.ts";
import type {
  Address,
  AddressInput,
  Family,
  InetAddress,
} from "./address/types.ts";
import type { Bytes } from "./arguments.ts";
import { handleOf, SocketBase } from "./base.ts";
import { denoAddress } from "./deno_address.ts";
import { check, OSError, osError, timedOut } from "./errors.ts";
import { Handle, onRelease } from "./handle.ts";
import { EBADF, EMFILE, ENFILE, ENOBUFS, ENOMEM } from "./numbers.ts";
import { asksNonBlocking, duplicateDescriptor, openHandle } from "./open.ts";
import * as operations from "./operations.ts";
import { type Attempt, Wait } from "./operations.ts";
import { numericAddress } from "./resolver/address_info.ts";
import { resolveLater } from "./resolver/later.ts";
import type { Socket } from "./socket.ts";
import { readableOf, writableOf } from "./streams.ts";

/** What may go with every operation that waits. */
export interface WaitOptions {
  /** Ends the waiting: the operation rejects with the signal's reason, and the socket stays usable. */
  readonly signal?: AbortSignal;
}

// How long accepting rests once no descriptor is left: each attempt would fail again at once.
const EXHAUSTED_MS = 50;
const exhausted = new Set<number | null>([EMFILE, ENFILE, ENOBUFS, ENOMEM]);

/**
 * A socket whose operations give promises: `Socket`'s operations, awaited.
 *
 * Several operations may wait at once; those that receive are served in the order they were asked
 * for, and so are those that send. Each rejects with `TimeoutError` when the socket's timeout runs
 * out, with the signal's reason when its signal aborts, and with `[Errno 9] Bad file descriptor` when
 * the socket is closed; with a timeout of 0, with `BlockingIOError` if it would have to wait.
 *
 * @typeParam A the addresses of the socket's family
 *
 * @example An echo over loopback
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AsyncSocket } from "../async.ts";
 *
 * using listener = new AsyncSocket();
 * listener.bind(["127.0.0.1", 0]);
 * listener.listen();
 * using client = new AsyncSocket();
 * const accepted = listener.accept();
 * await client.connect(listener.getsockname());
 * const [connection] = await accepted;
 * using _ = connection;
 * await client.sendall(new TextEncoder().encode("hello"));
 * assertEquals(new TextDecoder().decode(await connection.recv(1024)), "hello");
 * ```
 */
export class AsyncSocket<A extends Address = InetAddress>
  extends SocketBase<A> {
  #watch: Watch | undefined;
  #rest: Promise<void> | undefined;
  #ref = true;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  /**
   * Makes a socket, or adopts a descriptor, which becomes non-blocking.
   *
   * @param family the address family, `AF_INET` if left out; of a descriptor, what the kernel says.
   * A plain number needs `new AsyncSocket<Address>(…)`
   * @param type the type, `SOCK_STREAM` if left out; `SOCK_NONBLOCK` makes the timeout 0
   * @param proto the protocol, mostly 0
   * @param fileno a descriptor to adopt: it is this socket's own from then on
   * @throws {OSError} if the system cannot make such a socket, or the descriptor is no socket
   * @throws {RangeError} if a constant is not available on this platform
   */
  constructor(
    family?: Family<A> | (Address extends A ? number : never) | null,
    type?: number | null,
    proto?: number | null,
    fileno?: number | null,
  ) {
    const adopted = (family as unknown) instanceof Handle;
    super(
      adopted ? family : nonBlocking(openHandle(family, type, proto, fileno)),
      asksNonBlocking(type),
    );
  }

  /**
   * Takes a blocking socket over: its descriptor and timeout are this one's then, and it counts as
   * closed.
   *
   * @param socket the socket
   * @throws {OSError} if it is closed
   */
  static from<A extends Address>(socket: Socket<A>): AsyncSocket<A> {
    const { family, type, proto, timeout } = socket;
    check(setNonBlocking(socket.fileno(), true), "ioctl");
    const taken = asyncSocketOf<A>(
      new Handle(socket.detach(), family, type, proto),
    );
    taken.settimeout(timeout);
    return taken;
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

  /**
   * Accepts a connection. Like {@linkcode Socket.accept}.
   *
   * When no descriptor is left (`EMFILE`), this rejects, and the next attempt is made a moment later:
   * a loop may just go on.
   *
   * @param options a signal
   */
  async accept(
    options?: WaitOptions,
  ): Promise<[socket: AsyncSocket<A>, address: A]> {
    await this.#rest;
    try {
      const [handle, address] = await this.#drive(
        "read",
        options,
        operations.accept,
        true,
      );
      return [asyncSocketOf<A>(handle), address as A];
    } catch (error) {
      if (error instanceof OSError && exhausted.has(error.errno)) {
        this.#rest = new Promise((resolve) =>
          setTimeout(resolve, EXHAUSTED_MS)
        );
      }
      throw error;
    }
  }

  /**
   * Connects to an address; a host name in it is resolved on another thread. Like
   * {@linkcode Socket.connect}.
   *
   * @param address a remote address
   * @param options a signal; once it has aborted, the socket can only be closed
   */
  connect(address: AddressInput<A>, options?: WaitOptions): Promise<void> {
    return this.#resolved(
      address,
      options,
      (address) =>
        this.#drive("write", options, operations.connection(address)),
    );
  }

  /**
   * Connects, and gives an error number instead of rejecting. Like {@linkcode Socket.connect_ex}.
   *
   * @param address a remote address
   * @param options a signal
   */
  connect_ex(address: AddressInput<A>, options?: WaitOptions): Promise<number> {
    return this.connect(address, options).then(
      () => 0,
      operations.connectionErrno,
    );
  }

  /**
   * Receives bytes. Like {@linkcode Socket.recv}.
   *
   * @param bufsize how many bytes at most
   * @param flags `MSG_` flags
   * @param options a signal
   */
  recv(
    bufsize: number,
    flags = 0,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#drive("read", options, operations.recv, bufsize, flags);
  }

  /**
   * Receives bytes into a buffer, which is not to be touched meanwhile. Like
   * {@linkcode Socket.recv_into}.
   *
   * @param buffer where they go
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @param options a signal
   */
  recv_into(
    buffer: Bytes,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<number> {
    return this.#drive(
      "read",
      options,
      operations.recv_into,
      buffer,
      nbytes,
      flags,
    );
  }

  /**
   * Receives a message and the address it came from. Like {@linkcode Socket.recvfrom}.
   *
   * @param bufsize how many bytes at most: the rest of a longer datagram is lost
   * @param flags `MSG_` flags
   * @param options a signal
   */
  recvfrom(
    bufsize: number,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[data: Uint8Array<ArrayBuffer>, address: A]> {
    return this.#drive(
      "read",
      options,
      operations.recvfrom,
      bufsize,
      flags,
    ) as Promise<
      [Uint8Array<ArrayBuffer>, A]
    >;
  }

  /**
   * Receives a message into a buffer, and the address it came from. Like
   * {@linkcode Socket.recvfrom_into}.
   *
   * @param buffer where it goes
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @param options a signal
   */
  recvfrom_into(
    buffer: Bytes,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[nbytes: number, address: A]> {
    return this.#drive(
      "read",
      options,
      operations.recvfrom_into,
      buffer,
      nbytes,
      flags,
    ) as Promise<[number, A]>;
  }

  /**
   * Sends bytes. Like {@linkcode Socket.send}.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @param options a signal
   */
  send(data: Bytes, flags = 0, options?: WaitOptions): Promise<number> {
    return this.#drive("write", options, operations.send, data, flags);
  }

  /**
   * Sends all bytes, which are not to be touched meanwhile; no other sending comes between them. Like
   * {@linkcode Socket.sendall}.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @param options a signal; once it has aborted, some may have been sent
   */
  sendall(data: Bytes, flags = 0, options?: WaitOptions): Promise<void> {
    try {
      return this.#drive("write", options, operations.sending(data, flags));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends a message to an address; a host name in it is resolved on another thread. Like
   * {@linkcode Socket.sendto}.
   *
   * @param data the bytes
   * @param address where to
   * @param options a signal
   */
  sendto(
    data: Bytes,
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<number>;
  /**
   * Sends a message to an address; a host name in it is resolved on another thread. Like
   * {@linkcode Socket.sendto}.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @param address where to
   * @param options a signal
   */
  sendto(
    data: Bytes,
    flags: number,
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<number>;
  sendto(data: Bytes, ...rest: unknown[]): Promise<number> {
    const [flags, address, options] = typeof rest[0] === "number"
      ? rest
      : [0, ...rest];
    const signal = options as WaitOptions | undefined;
    return this.#resolved(
      address,
      signal,
      (address) =>
        this.#drive("write", signal, operations.sendto, data, flags, address),
    );
  }

  /**
   * A second socket object for the same socket, with a descriptor of its own.
   *
   * @throws {OSError} if the socket is closed, or no descriptor is left (`EMFILE`)
   */
  dup(): AsyncSocket<A> {
    const { family, type, proto, timeout } = this;
    const copy = asyncSocketOf<A>(
      new Handle(duplicateDescriptor(this.fileno()), family, type, proto),
    );
    copy.settimeout(timeout);
    return copy;
  }

  /** Lets operations that wait keep the process alive, as they do from the start. */
  ref(): void {
    this.#reference(true);
  }

  /** Lets the process end although operations of this socket wait. */
  unref(): void {
    this.#reference(false);
  }

  #reference(ref: boolean): void {
    this.#ref = ref;
    if (this.#watch !== undefined) shared.reference(this.#watch, ref);
  }

  /**
   * Accepts connections for as long as the socket is open: `for await (const [socket, address] of
   * listener)`.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<
    [socket: AsyncSocket<A>, address: A]
  > {
    while (this.fileno() >= 0) {
      let accepted;
      try {
        accepted = await this.accept();
      } catch (error) {
        if (this.fileno() < 0) return; // closed meanwhile: that is the end, not an error
        throw error;
      }
      yield accepted;
    }
  }

  /** What the socket receives, as a byte stream; cancelling it ends receiving (`SHUT_RD`). */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= readableOf(this);
  }

  /**
   * A stream whose chunks are sent. Closing it ends sending (`SHUT_WR`), so that the other end sees
   * the end of the stream; aborting it closes the socket, and resets a connection, so that the other
   * end does not take what it has for the whole.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= writableOf(this);
  }

  /**
   * Receives into a buffer, as `Deno.Conn` does.
   *
   * @param p the buffer
   * @returns how many bytes came, `null` at the end of the stream
   */
  async read(p: Uint8Array): Promise<number | null> {
    return await this.recv_into(p) || (p.byteLength === 0 ? 0 : null);
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

  /** Ends sending, as `Deno.Conn` does: `shutdown(SHUT_WR)`. */
  closeWrite(): Promise<void> {
    return new Promise((resolve) => resolve(this.shutdown(SHUT_WR)));
  }

  /** The socket's own address in Deno's form; `undefined` for families that Deno does not know. */
  get localAddr(): Deno.Addr | undefined {
    return denoAddress(this.family, this.type, this.getsockname());
  }

  /** The address of the other end in Deno's form; `undefined` for families Deno does not know. */
  get remoteAddr(): Deno.Addr | undefined {
    return denoAddress(this.family, this.type, this.getpeername());
  }

  /** Closes the socket at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => resolve(this.close()));
  }

  /** Goes on with an address whose host is numeric: resolves a host name off this thread. */
  #resolved<T>(
    address: unknown,
    options: WaitOptions | undefined,
    then: (address: unknown) => Promise<T>,
  ): Promise<T> {
    const host = handleOf(this).codec.hostname?.(address);
    if (host === undefined) return then(address);
    return resolveLater(
      numericAddress(address as unknown[], this.family),
      options?.signal,
    )
      .then(then);
  }

  /** Drives an operation: tries it, unless others wait before it, and waits if it lacks readiness. */
  #drive<P extends unknown[], T>(
    side: Side,
    options: WaitOptions | undefined,
    attempt: (h: Handle, ...args: P) => Attempt<T>,
    ...args: P
  ): Promise<T> {
    try {
      options?.signal?.throwIfAborted();
      const others = this.#watch !== undefined && this.#watch[side].length > 0;
      const yielding = shared.mustYield();
      let lacking: Wait | undefined;
      if (!others && !yielding) {
        const result = attempt(handleOf(this), ...args);
        if (!(result instanceof Wait)) return Promise.resolve(result);
        lacking = result;
        if (this.timeout === 0) throw osError(result.errno, result.syscall);
      }
      const again = (): Attempt<T> => attempt(handleOf(this), ...args);
      return this.#wait(
        side,
        options?.signal,
        again,
        lacking,
        yielding && !others,
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Waits in a queue until an attempt succeeds or fails, the time has passed, or the signal aborts. */
  #wait<T>(
    side: Side,
    signal: AbortSignal | undefined,
    attempt: () => Attempt<T>,
    lacking: Wait | undefined,
    urgent: boolean,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const watch = this.#watch = shared.watch(this.fileno());
    shared.reference(watch, this.#ref);
    const { timeout } = this;
    const waiter = {
      attempt(): boolean {
        let result: Attempt<T>;
        try {
          result = attempt();
        } catch (error) {
          waiter.fail(error);
          return true;
        }
        if (!(result instanceof Wait)) {
          stopLimits?.();
          resolve(result);
          return true;
        }
        lacking = result;
        if (timeout === 0) waiter.fail(osError(result.errno, result.syscall));
        return timeout === 0;
      },
      fail(error: unknown): void {
        stopLimits?.();
        reject(error);
      },
    };
    const giveUp = (error?: unknown): void => {
      shared.remove(watch, side, waiter);
      waiter.fail(error ?? timedOut(lacking?.syscall));
    };
    const stopLimits = timeout || signal
      ? limit(timeout, signal, giveUp)
      : undefined;
    shared.add(watch, side, waiter, urgent);
    return promise;
  }
}

/**
 * Watches a waiting operation's limits.
 *
 * @returns ends the watching
 */
function limit(
  seconds: number | null,
  signal: AbortSignal | undefined,
  giveUp: (error?: unknown) => void,
): () => void {
  const abort = (): void => giveUp(signal!.reason);
  signal?.addEventListener("abort", abort);
  const deadline = performance.now() + (seconds ?? 0) * 1000;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = (): void => {
    const left = deadline - performance.now();
    if (left <= 0) giveUp();
    else timer = setTimeout(arm, Math.min(Math.ceil(left), 0x7fffffff));
  };
  if (seconds) arm();
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  };
}

onRelease((fd) => shared.forget(fd, () => osError(EBADF)));

function nonBlocking(handle: Handle): Handle {
  if (setNonBlocking(handle.fd, true) < 0) {
    const error = osError(errno(), "ioctl");
    handle.close();
    throw error;
  }
  return handle;
}

/** The socket of a handle that was just opened, and is non-blocking. */
export function asyncSocketOf<A extends Address>(
  handle: Handle,
): AsyncSocket<A> {
  return new AsyncSocket<A>(handle as unknown as Family<A>);
}
