/** The blocking socket, Python's `socket.socket`. */

import { setNonBlocking } from "../ffi/descriptor.ts";
import { errno } from "../ffi/libc.ts";
import { waitReady } from "../poll/ready.ts";
import type {
  Address,
  AddressInput,
  Family,
  InetAddress,
} from "./address/types.ts";
import type { Bytes } from "./arguments.ts";
import { handleOf, SocketBase } from "./base.ts";
import { check, OSError, osError, timedOut } from "./errors.ts";
import { Handle } from "./handle.ts";
import { EINTR, EWOULDBLOCK } from "./numbers.ts";
import { asksNonBlocking, duplicateDescriptor, openHandle } from "./open.ts";
import * as operations from "./operations.ts";
import { type Attempt, Wait } from "./operations.ts";

/**
 * A socket whose operations block until they are done, as Python's `socket.socket`.
 *
 * It blocks this thread: no timer and no promise of the process's other work goes on meanwhile. For
 * that, take `AsyncSocket`. Each operation that waits throws `TimeoutError` when the socket's timeout
 * runs out, and `BlockingIOError` if the socket is non-blocking and it would have to wait; a call
 * that a signal interrupts is made again.
 *
 * @typeParam A the addresses of the socket's family
 *
 * @example An echo over loopback
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Socket } from "../mod.ts";
 *
 * using listener = new Socket();
 * listener.bind(["127.0.0.1", 0]);
 * listener.listen();
 * using client = new Socket();
 * client.connect(listener.getsockname());
 * const [connection] = listener.accept();
 * using _ = connection;
 * client.sendall(new TextEncoder().encode("hello"));
 * assertEquals(new TextDecoder().decode(connection.recv(1024)), "hello");
 * ```
 */
export class Socket<A extends Address = InetAddress> extends SocketBase<A> {
  /**
   * Makes a socket, or adopts a descriptor.
   *
   * @param family the address family, `AF_INET` if left out; of a descriptor, what the kernel says.
   * A plain number needs `new Socket<Address>(…)`
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
      adopted ? family : openHandle(family, type, proto, fileno),
      asksNonBlocking(type),
    );
    if (this.timeout !== null) this.settimeout(this.timeout);
  }

  /**
   * Sets how long each operation may wait.
   *
   * @param value seconds, 0 for non-blocking, `null` for as long as it takes
   * @throws {RangeError} if it is negative or not a number
   * @throws {OSError} if the socket is closed
   */
  override settimeout(value: number | null): void {
    super.settimeout(value);
    check(setNonBlocking(this.fileno(), value != null), "ioctl");
  }

  /**
   * Accepts a connection, waiting for one. `accept(2)`.
   *
   * @returns the connection's socket, which has the default timeout, and the address of its other end
   * @throws {OSError} if the socket is no listener, or no descriptor is left (`EMFILE`)
   */
  accept(): [socket: Socket<A>, address: A] {
    const [handle, address] = this.#run(operations.accept, false);
    return [socketOf<A>(handle), address as A];
  }

  /**
   * Connects to an address, waiting until the connection stands. `connect(2)`.
   *
   * @param address a remote address; a host name in it is resolved
   * @throws {ConnectionRefusedError} if nobody listens there
   * @throws {gaierror} if a host name cannot be resolved
   * @throws {TypeError} if it is not an address of the socket's family
   * @throws {RangeError} if a part of it is out of bounds
   */
  connect(address: AddressInput<A>): void {
    this.#run(operations.connection(address));
  }

  /**
   * Connects as {@linkcode connect} does, but gives the error number of a failed `connect(2)`
   * instead of throwing.
   *
   * @param address a remote address
   * @returns 0, or an error number: `EINPROGRESS` of a non-blocking socket that is on its way
   * @throws {gaierror} if a host name cannot be resolved
   */
  connect_ex(address: AddressInput<A>): number {
    try {
      this.connect(address);
      return 0;
    } catch (error) {
      if (!(error instanceof OSError) || error.syscall !== "connect") {
        throw error;
      }
      return error.errno ?? EWOULDBLOCK;
    }
  }

  /**
   * Receives bytes. `recv(2)`.
   *
   * @param bufsize how many bytes at most
   * @param flags `MSG_` flags
   * @returns what came, as long as that was; nothing at the end of a stream
   * @throws {RangeError} if `bufsize` is negative or beyond 2^31 - 1
   */
  recv(bufsize: number, flags = 0): Uint8Array<ArrayBuffer> {
    return this.#run(operations.recv, bufsize, flags);
  }

  /**
   * Receives bytes into a buffer. `recv(2)`.
   *
   * @param buffer where they go
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @returns how many came, 0 at the end of a stream; with `MSG_TRUNC`, a datagram's true length
   * @throws {RangeError} if the buffer is smaller than `nbytes`
   */
  recv_into(buffer: Bytes, nbytes = 0, flags = 0): number {
    return this.#run(operations.recv_into, buffer, nbytes, flags);
  }

  /**
   * Receives a message and the address it came from. `recvfrom(2)`.
   *
   * @param bufsize how many bytes at most: the rest of a longer datagram is lost
   * @param flags `MSG_` flags
   * @returns the bytes and the address, which is `null` where the protocol gives none (TCP)
   */
  recvfrom(
    bufsize: number,
    flags = 0,
  ): [data: Uint8Array<ArrayBuffer>, address: A] {
    return this.#run(operations.recvfrom, bufsize, flags) as [
      Uint8Array<ArrayBuffer>,
      A,
    ];
  }

  /**
   * Receives a message into a buffer, and the address it came from. `recvfrom(2)`.
   *
   * @param buffer where it goes
   * @param nbytes how many bytes at most; 0 for as many as the buffer holds
   * @param flags `MSG_` flags
   * @returns how many bytes came (with `MSG_TRUNC`, the datagram's true length) and the address,
   * which is `null` where the protocol gives none (TCP)
   * @throws {RangeError} if the buffer is smaller than `nbytes`
   */
  recvfrom_into(
    buffer: Bytes,
    nbytes = 0,
    flags = 0,
  ): [nbytes: number, address: A] {
    return this.#run(operations.recvfrom_into, buffer, nbytes, flags) as [
      number,
      A,
    ];
  }

  /**
   * Sends bytes. `send(2)`.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @returns how many were sent: a stream may take fewer than given
   * @throws {BrokenPipeError} if the other end no longer reads
   */
  send(data: Bytes, flags = 0): number {
    return this.#run(operations.send, data, flags);
  }

  /**
   * Sends all bytes; the socket's timeout is for the whole. When this throws, some may have been sent.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @throws {BrokenPipeError} if the other end no longer reads
   */
  sendall(data: Bytes, flags = 0): void {
    this.#run(operations.sending(data, flags));
  }

  /**
   * Sends a message to an address. `sendto(2)`.
   *
   * @param data the bytes
   * @param address where to; a host name in it is resolved
   * @returns how many bytes were sent
   * @throws {OSError} if it is too long for the protocol (`EMSGSIZE`)
   */
  sendto(data: Bytes, address: AddressInput<A>): number;
  /**
   * Sends a message to an address. `sendto(2)`.
   *
   * @param data the bytes
   * @param flags `MSG_` flags
   * @param address where to; a host name in it is resolved
   * @returns how many bytes were sent
   * @throws {OSError} if it is too long for the protocol (`EMSGSIZE`)
   */
  sendto(data: Bytes, flags: number, address: AddressInput<A>): number;
  sendto(data: Bytes, flagsOrAddress: unknown, address?: unknown): number {
    return this.#run(operations.sendto, data, flagsOrAddress, address);
  }

  /**
   * A second socket object for the same socket, with a descriptor of its own.
   *
   * @throws {OSError} if the socket is closed, or no descriptor is left (`EMFILE`)
   */
  dup(): Socket<A> {
    const fd = duplicateDescriptor(this.fileno());
    const { family, type, proto } = this;
    const copy = socketOf<A>(new Handle(fd, family, type, proto));
    copy.settimeout(this.timeout);
    return copy;
  }

  /** Drives an operation: its first attempt mostly succeeds, and waiting is another matter. */
  #run<P extends unknown[], T>(
    attempt: (h: Handle, ...args: P) => Attempt<T>,
    ...args: P
  ): T {
    const result = attempt(handleOf(this), ...args);
    return result instanceof Wait ? this.#block(result, attempt, args) : result;
  }

  /** Repeats an attempt each time the socket is ready, until it succeeds or the time has passed. */
  #block<P extends unknown[], T>(
    wait: Wait,
    attempt: (h: Handle, ...args: P) => Attempt<T>,
    args: P,
  ): T {
    const { timeout } = this;
    // The system itself waits for a blocking socket; only an interrupted connect must be waited for.
    if (timeout === 0 || (timeout === null && wait.errno !== EINTR)) {
      throw osError(wait.errno, wait.syscall);
    }
    const deadline = timeout === null
      ? null
      : performance.now() / 1000 + timeout;
    for (;;) {
      const left = deadline === null
        ? null
        : Math.max(0, deadline - performance.now() / 1000);
      const ready = waitReady(this.fileno(), wait.readiness, left);
      if (ready < 0 && errno() !== EINTR) throw osError(errno(), "poll");
      if (ready > 0) {
        const result = attempt(handleOf(this), ...args);
        if (!(result instanceof Wait)) return result;
        wait = result;
      }
      if (left === 0) throw timedOut(wait.syscall);
    }
  }
}

/** The socket of a handle that was just opened. */
export function socketOf<A extends Address>(handle: Handle): Socket<A> {
  return new Socket<A>(handle as unknown as Family<A>);
}
