/** What `Socket` and `AsyncSocket` share: every method that never waits. */

import { isMissing, nameClasses, unavailable } from "../constants/table.ts";
import { AF_VSOCK, SOMAXCONN } from "../constants/mod.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import {
  type Bytes,
  bytes,
  describe,
  instance,
  integer,
  timeoutSeconds,
} from "../errors/arguments.ts";
import { refuseCloning } from "../errors/cloning.ts";
import { check } from "../errors/errors.ts";
import { getInheritable, setInheritable } from "../ffi/descriptor.ts";
import { layout } from "../ffi/layout/mod.ts";
import { libc } from "../ffi/libc.ts";
import type { Address, AddressInput, Family } from "./address/types.ts";
import {
  descriptionOf,
  type SocketDescription,
  textOf,
} from "./description.ts";
import { addressOfEnd, bind, listen } from "./operations/connection.ts";
import { Handle, handleOf, setHandleAccess } from "./operations/attempt.ts";
import { intOption, option } from "./operations/open.ts";
import { unsigned } from "./structures/fields.ts";
import { type IoctlOption, ioctlValue } from "./structures/options.ts";

const INSPECT = Symbol.for("Deno.customInspect");

let defaultTimeout: number | null = null;

/**
 * Returns the timeout that new sockets get.
 *
 * @returns seconds, or `null` for none (the default)
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getdefaulttimeout}
 * @category Sockets
 */
export function getdefaulttimeout(): number | null {
  return defaultTimeout;
}

/**
 * Sets the timeout that new sockets get.
 *
 * @param timeout seconds, 0 for non-blocking, `null` for none
 * @throws {TypeError} if it is neither a number nor `null`
 * @throws {RangeError} if it is negative, too large or NaN
 * @see {@link https://docs.python.org/3/library/socket.html#socket.setdefaulttimeout}
 * @category Sockets
 */
export function setdefaulttimeout(timeout: number | null): void {
  defaultTimeout = timeoutSeconds(timeout);
}

/**
 * The base of {@linkcode Socket} and `AsyncSocket`: every operation that never waits. Not
 * constructible directly.
 *
 * @typeParam A the addresses of the socket's family
 * @category Sockets
 */
export abstract class SocketBase<out A extends Address = Address> {
  #handle: Handle;
  #timeout: number | null;

  static {
    setHandleAccess((socket: unknown) => {
      if (typeof socket === "object" && socket !== null && #handle in socket) {
        return socket.#handle;
      }
      throw typeError(`not a socket of this library: ${describe(socket)}`);
    });
  }

  /**
   * Adopts a handle; for subclasses.
   *
   * @param handle a `Handle`, typed `unknown` because that class is not public
   * @param nonBlocking true for a timeout of 0 instead of the default timeout
   */
  protected constructor(handle: unknown, nonBlocking: boolean) {
    this.#handle = instance("handle", handle, Handle, "a handle");
    this.#handle.closeWhenCollected(this);
    this.#timeout = nonBlocking ? 0 : defaultTimeout;
  }

  /** The address family, such as `AF_INET`. */
  get family(): Family<A> {
    return handleOf(this).family as Family<A>;
  }

  /** The socket type, such as `SOCK_STREAM`, without the flags it was created with. */
  get type(): number {
    return handleOf(this).type;
  }

  /** The protocol. */
  get proto(): number {
    return handleOf(this).proto;
  }

  /** The timeout in seconds: 0 when non-blocking, `null` when blocking. */
  get timeout(): number | null {
    handleOf(this); // refuses what is not a socket
    return this.#timeout;
  }

  /**
   * Returns the timeout in seconds: 0 when non-blocking, `null` when blocking.
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.gettimeout}
   */
  gettimeout(): number | null {
    return this.timeout;
  }

  /**
   * Sets how long each operation may wait.
   *
   * @param value seconds, 0 for non-blocking, `null` for no limit
   * @throws {TypeError} if it is neither a number nor `null`
   * @throws {RangeError} if it is negative, too large or NaN
   * @throws {OSError} if the socket is closed
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.settimeout}
   */
  settimeout(value: number | null): void {
    if (value === undefined) {
      throw typeError(
        "timeout must be a number of seconds or null, not undefined",
      );
    }
    const timeout = timeoutSeconds(value);
    handleOf(this); // refuses what is not a socket
    this.#timeout = timeout;
  }

  /**
   * Makes the socket blocking or non-blocking: `settimeout(null)` or `settimeout(0)`.
   *
   * @param flag true for blocking; as in Python, also 1 and 0
   * @throws {TypeError} if it is neither a boolean nor an integer
   * @throws {OSError} if the socket is closed
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.setblocking}
   */
  setblocking(flag: boolean | number): void {
    const isBlocking = typeof flag === "boolean" ? flag : integer("flag", flag);
    this.settimeout(isBlocking ? null : 0);
  }

  /**
   * Returns whether the socket blocks, with or without a timeout.
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.getblocking}
   */
  getblocking(): boolean {
    return this.timeout !== 0;
  }

  /**
   * Returns the descriptor, or -1 once the socket is closed.
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.fileno}
   */
  fileno(): number {
    return handleOf(this).fd;
  }

  /**
   * Binds the socket to an address. `bind(2)`.
   *
   * @param address a local address; port 0 lets the system choose
   * @throws {OSError} if the address is in use (`EADDRINUSE`), not local, or not permitted
   * @throws {TypeError} if it is not an address of the socket's family
   * @throws {RangeError} if a part of it is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.bind}
   */
  bind(address: AddressInput<A>): void {
    bind(handleOf(this), address);
  }

  /**
   * Makes the socket a listener. `listen(2)`.
   *
   * @param backlog how many connections may wait to be accepted: the smaller of 128 and
   * `SOMAXCONN` if left out, 0 if negative; `true` is 1, as everywhere for an integer
   * @throws {OSError} if the socket cannot listen
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.listen}
   */
  listen(backlog: number | boolean = Math.min(SOMAXCONN, 128)): void {
    listen(handleOf(this), Math.max(0, integer("backlog", backlog)));
  }

  /**
   * Ends sending, receiving or both. `shutdown(2)`.
   *
   * The system decides what happens to operations that wait. On Linux, `SHUT_RD` ends a stream's
   * `recv()` with no bytes, as at the end of the stream, and a TCP listener's `accept()` with an
   * `OSError` (`EINVAL`); `SHUT_WR` ends a TCP `sendall()` with a `BrokenPipeError`; either ends a
   * TCP `connect()` with a `ConnectionResetError`. The `recv()` of a datagram socket keeps waiting,
   * and so do the `sendall()` and the `accept()` of Unix sockets.
   *
   * @param how `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`
   * @throws {OSError} if the socket is not connected (`ENOTCONN`), or `how` is none of these
   * (`EINVAL`)
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.shutdown}
   */
  shutdown(how: number): void {
    check(libc.shutdown(handleOf(this).fd, integer("how", how)), "shutdown");
  }

  /**
   * Returns the socket's own address. `getsockname(2)`.
   *
   * @throws {OSError} if the socket is closed
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.getsockname}
   */
  getsockname(): A {
    return addressOfEnd(handleOf(this), "getsockname") as A;
  }

  /**
   * Returns the address that the socket is connected to. `getpeername(2)`.
   *
   * @throws {OSError} if it is not connected (`ENOTCONN`)
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.getpeername}
   */
  getpeername(): A {
    return addressOfEnd(handleOf(this), "getpeername") as A;
  }

  /**
   * Reads an option that is an integer. `getsockopt(2)`.
   *
   * The integer is a signed C `int`. Options of `AF_VSOCK` sockets may have 64 bits: they are read
   * as an unsigned integer, which is a bigint if it is beyond 2^53 - 1, whatever the type says.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @returns its value
   * @throws {OSError} if there is no such option
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.getsockopt}
   */
  getsockopt(level: number, optname: number): number;
  /**
   * Reads an option as bytes. `getsockopt(2)`.
   *
   * `SO_GET_FILTER` is read in bytes too, although its length in C is a number of instructions. An
   * option whose value is input as well, such as `IP_MSFILTER`, gets zeros as its input.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @param buflen how many bytes to read at most, 1 to 1024
   * @returns its value, with the length that the system reports
   * @throws {OSError} if there is no such option
   * @throws {RangeError} if `buflen` is out of bounds
   */
  getsockopt(
    level: number,
    optname: number,
    buflen: number,
  ): Uint8Array<ArrayBuffer>;
  getsockopt(
    level: number,
    optname: number,
    buflen = 0,
  ): number | Uint8Array<ArrayBuffer> {
    const handle = handleOf(this);
    const at = integer("level", level);
    const name = integer("optname", optname);
    const length = integer("buflen", buflen, 0, 1024);
    if (length > 0) return option(handle, at, name, length);
    return handle.family === AF_VSOCK
      ? wideOption(handle, at, name)
      : intOption(handle, at, name);
  }

  /**
   * Sets an option to an integer or to bytes. `setsockopt(2)`.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @param value an integer of 32 bits (for `AF_VSOCK` an unsigned one of 64), a boolean for 0 or
   * 1, or the bytes of a structure
   * @throws {OSError} if there is no such option, or it does not take the value
   * @throws {TypeError} if the value is neither
   * @throws {RangeError} if the integer is out of bounds
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.setsockopt}
   */
  setsockopt(
    level: number,
    optname: number,
    value: number | bigint | boolean | Bytes,
  ): void;
  /**
   * Sets an option to a NULL pointer with a length. `setsockopt(2)`.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @param value `null`
   * @param optlen the length
   * @throws {OSError} if there is no such option, or it does not take a NULL pointer
   */
  setsockopt(level: number, optname: number, value: null, optlen: number): void;
  setsockopt(
    level: number,
    optname: number,
    value: number | bigint | boolean | Bytes | null,
    optlen?: number,
  ): void {
    const at = integer("level", level);
    const name = integer("optname", optname);
    if ((value === null) !== (optlen !== undefined)) {
      throw typeError(
        "optlen goes with the value null, and null with optlen",
      );
    }
    const { fd, family } = handleOf(this);
    const option = optionValue(value, family === AF_VSOCK);
    const length = optlen === undefined
      ? option!.byteLength
      : integer("optlen", optlen, 0, 0xffffffff);
    check(libc.setsockopt(fd, at, name, option, length), "setsockopt");
  }

  /**
   * Controls the socket's mode. `WSAIoctl`; Windows.
   *
   * @param control `SIO_RCVALL`, `SIO_KEEPALIVE_VALS` or `SIO_LOOPBACK_FAST_PATH`
   * @param option for `SIO_RCVALL` an `RCVALL_` value; for `SIO_KEEPALIVE_VALS`
   * `[onoff, time, interval]`, the times in milliseconds; for `SIO_LOOPBACK_FAST_PATH` whether the
   * fast path is on
   * @returns how many bytes of output the system wrote: 0 for these commands
   * @throws {OSError} if the system rejects the command
   * @throws {RangeError} if `control` is another command, or the platform is not Windows
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.ioctl}
   */
  ioctl(control: number, option: IoctlOption): number {
    const { WSAIoctl } = libc;
    if (!WSAIoctl) throw unavailable("ioctl");
    const code = integer("control", control, 0, 0xffffffff);
    const value = ioctlValue(code, option);
    const { fd } = handleOf(this);
    const length = value.byteLength;
    check(
      WSAIoctl(fd, code, value, length, null, 0, returned, null, null),
      "WSAIoctl",
    );
    return returned[0];
  }

  /**
   * Prepares the socket for another process, which passes the returned bytes to `fromshare()`.
   * They can be used once. Windows.
   *
   * @param process_id the other process's id
   * @returns the bytes to send to that process
   * @throws {OSError} if there is no such process
   * @throws {RangeError} if the platform is not Windows; elsewhere, `send_fds()` passes descriptors
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.share}
   */
  share(process_id: number): Uint8Array<ArrayBuffer> {
    const { WSADuplicateSocketW } = libc;
    if (!WSADuplicateSocketW) throw unavailable("share");
    const id = integer("process_id", process_id, 0, 0xffffffff);
    const info = new Uint8Array(layout.wsaprotocol_infow.size);
    check(
      WSADuplicateSocketW(handleOf(this).fd, id, info),
      "WSADuplicateSocket",
    );
    return info;
  }

  /**
   * Returns whether child processes inherit the descriptor; by default they do not.
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.get_inheritable}
   * @see `fcntl(2)`
   */
  get_inheritable(): boolean {
    return check(getInheritable(handleOf(this).fd), "fcntl") === 1;
  }

  /**
   * Sets whether child processes inherit the descriptor.
   *
   * @param inheritable true if they inherit it; as in Python, also 1 and 0
   * @throws {OSError} if the socket is closed
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.set_inheritable}
   * @see `fcntl(2)`
   */
  set_inheritable(inheritable: boolean | number): void {
    check(setInheritable(handleOf(this).fd, Boolean(inheritable)), "ioctl");
  }

  /**
   * Closes the socket; closing again does nothing. Later operations fail with
   * `[Errno 9] Bad file descriptor`. While files of `makefile()` are open, so is the descriptor:
   * the last of them closes it, and until then the socket still works.
   *
   * @throws {OSError} if the system reports an error of the socket (which is closed anyway)
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.close}, `close(2)`
   */
  close(): void {
    handleOf(this).close();
  }

  /**
   * Releases the descriptor without closing it; afterwards this socket counts as closed, and
   * pending operations of an `AsyncSocket` reject with `EBADF`.
   *
   * The descriptor stays as it is: non-blocking if this socket has a timeout, or awaits. A `Socket`
   * made of it, `new Socket(null, null, null, socket.detach())`, waits all the same; a program that
   * expects a blocking one needs `setblocking(true)` of such a socket before.
   *
   * @returns the descriptor, or -1 if the socket was closed
   * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.detach}
   */
  detach(): number {
    return handleOf(this).detach();
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What a template string shows, as Python's `repr()`: `<Socket fd=3, family=AF_INET, …>`. */
  toString(): string {
    return this[INSPECT]();
  }

  /** What `JSON.stringify` shows: descriptor, family, type, protocol and the addresses. */
  toJSON(): SocketDescription {
    return descriptionOf(handleOf(this));
  }

  /** What `console.log` shows: family and type by name, and the addresses of both ends. */
  [INSPECT](
    inspect?: (value: unknown, options?: unknown) => string,
    options?: unknown,
  ): string {
    if (!(#handle in this)) return `${describe(this)} {}`; // the prototype
    const show = inspect && ((value: unknown) => inspect(value, options));
    return textOf(this.constructor.name, this.#handle, show);
  }
}

refuseCloning(
  SocketBase,
  "post its descriptor, detach(), and adopt it there with " +
    "new Socket(null, null, null, fd) or new AsyncSocket(…)",
);
nameClasses({ SocketBase });

/** Where `WSAIoctl` writes how many bytes of output there are. */
const returned = new Uint32Array(1);

/** The bytes of a 64-bit option. */
const WIDE = { at: 0, size: 8 };

/** Reads an option of up to 64 bits. */
function wideOption(handle: Handle, level: number, optname: number): number {
  const value = new Uint8Array(WIDE.size);
  value.set(option(handle, level, optname, WIDE.size));
  // The type of getsockopt() is that of all other options.
  return unsigned(new DataView(value.buffer), WIDE) as number;
}

/** Encodes an option's value; `null` stays `null`. */
function optionValue(
  value: number | bigint | boolean | Bytes | null,
  wide: boolean,
): Uint8Array<ArrayBuffer> | null {
  if (value === null) return null;
  if (typeof value === "object" && !isMissing(value)) {
    return bytes("value", value);
  }
  return wide
    ? new Uint8Array(new BigUint64Array([wideValue(value)]).buffer)
    : new Uint8Array(
      new Int32Array([integer("value", value, -0x80000000, 0xffffffff)]).buffer,
    );
}

function wideValue(value: unknown): bigint {
  if (typeof value !== "bigint") {
    return BigInt(integer("value", value, 0, Number.MAX_SAFE_INTEGER));
  }
  if (value >= 0n && value < 2n ** 64n) return value;
  throw rangeError(`value must be 0-${2n ** 64n - 1n}, not ${value}`);
}
