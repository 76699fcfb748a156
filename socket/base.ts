/** What `Socket` and `AsyncSocket` share: all that never waits. */

import { isMissing, unavailable } from "../constants/missing.ts";
import { AF_VSOCK, constantName, SOMAXCONN } from "../constants/mod.ts";
import {
  type Bytes,
  bytes,
  describe,
  integer,
  timeoutSeconds,
} from "../errors/arguments.ts";
import { check, OSError } from "../errors/errors.ts";
import { getInheritable, setInheritable } from "../ffi/descriptor.ts";
import { layout } from "../ffi/layout/mod.ts";
import { libc } from "../ffi/libc.ts";
import type { Address, AddressInput, Family } from "./address/types.ts";
import { addressOfEnd, bind } from "./operations/connection.ts";
import { type Handle, setHandleAccess } from "./operations/handle.ts";
import { intOption, option } from "./operations/options.ts";
import { type IoctlOption, ioctlValue } from "./structures/options.ts";

let defaultTimeout: number | null = null;

/**
 * The timeout that new sockets get.
 *
 * @returns seconds, or `null` for none (the default)
 */
export function getdefaulttimeout(): number | null {
  return defaultTimeout;
}

/**
 * Sets the timeout that new sockets get.
 *
 * @param timeout seconds, 0 for non-blocking, `null` for none
 * @throws {RangeError} if it is negative or not a number
 */
export function setdefaulttimeout(timeout: number | null): void {
  defaultTimeout = timeoutSeconds(timeout);
}

/**
 * What {@linkcode Socket} and `AsyncSocket` share: everything about a socket that never waits. It is
 * not made by itself.
 *
 * @typeParam A the addresses of the socket's family
 */
export abstract class SocketBase<A extends Address> {
  #handle: Handle;
  #timeout: number | null;

  static {
    setHandleAccess((socket) => {
      if (#handle in socket) return socket.#handle;
      throw new TypeError(`not a socket of this library: ${describe(socket)}`);
    });
  }

  /** Takes over a handle, with the default timeout or one of 0. For the classes that extend this. */
  protected constructor(handle: unknown, nonBlocking: boolean) {
    this.#handle = handle as Handle;
    this.#handle.closeWhenCollected(this);
    this.#timeout = nonBlocking ? 0 : defaultTimeout;
  }

  /** The address family, such as `AF_INET`. */
  get family(): Family<A> {
    return this.#handle.family as Family<A>;
  }

  /** The socket type, such as `SOCK_STREAM`, without the flags it was made with. */
  get type(): number {
    return this.#handle.type;
  }

  /** The protocol. */
  get proto(): number {
    return this.#handle.proto;
  }

  /** The timeout in seconds: 0 when non-blocking, `null` when blocking. */
  get timeout(): number | null {
    return this.#timeout;
  }

  /** The timeout in seconds: 0 when non-blocking, `null` when blocking. */
  gettimeout(): number | null {
    return this.#timeout;
  }

  /**
   * Sets how long each operation may wait.
   *
   * @param value seconds, 0 for non-blocking, `null` for as long as it takes
   * @throws {RangeError} if it is negative or not a number
   * @throws {OSError} if the socket is closed
   */
  settimeout(value: number | null): void {
    this.#timeout = timeoutSeconds(value);
  }

  /**
   * Makes the socket blocking or non-blocking: `settimeout(null)` or `settimeout(0)`.
   *
   * @param flag whether it shall block
   * @throws {OSError} if the socket is closed
   */
  setblocking(flag: boolean): void {
    this.settimeout(flag ? null : 0);
  }

  /** Whether the socket blocks, with a timeout or without. */
  getblocking(): boolean {
    return this.#timeout !== 0;
  }

  /** The descriptor, or -1 once the socket is closed. */
  fileno(): number {
    return this.#handle.fd;
  }

  /**
   * Binds the socket to an address. `bind(2)`.
   *
   * @param address a local address; port 0 lets the system choose
   * @throws {OSError} if the address is in use (`EADDRINUSE`), not local, or not permitted
   * @throws {TypeError} if it is not an address of the socket's family
   * @throws {RangeError} if a part of it is out of bounds
   */
  bind(address: AddressInput<A>): void {
    bind(this.#handle, address);
  }

  /**
   * Makes the socket a listener. `listen(2)`.
   *
   * @param backlog how many connections may wait to be accepted: the least of 128 and `SOMAXCONN`
   * if left out, 0 if negative
   * @throws {OSError} if the socket cannot listen
   */
  listen(backlog: number = Math.min(SOMAXCONN, 128)): void {
    check(
      libc.listen(this.#handle.fd, Math.max(0, integer("backlog", backlog))),
      "listen",
    );
  }

  /**
   * Ends sending, receiving or both. `shutdown(2)`.
   *
   * @param how `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`
   * @throws {OSError} if the socket is not connected (`ENOTCONN`)
   */
  shutdown(how: number): void {
    check(libc.shutdown(this.#handle.fd, integer("how", how)), "shutdown");
  }

  /**
   * The socket's own address. `getsockname(2)`.
   *
   * @throws {OSError} if the socket is closed
   */
  getsockname(): A {
    return addressOfEnd(this.#handle, "getsockname") as A;
  }

  /**
   * The address that the socket is connected to. `getpeername(2)`.
   *
   * @throws {OSError} if it is not connected (`ENOTCONN`)
   */
  getpeername(): A {
    return addressOfEnd(this.#handle, "getpeername") as A;
  }

  /**
   * Reads an option that is an integer. `getsockopt(2)`.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @returns its value
   * @throws {OSError} if there is no such option
   */
  getsockopt(level: number, optname: number): number;
  /**
   * Reads an option as bytes. `getsockopt(2)`.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @param buflen how many bytes to read at most, 1 to 1024
   * @returns its value, as long as the system made it
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
    const handle = this.#handle;
    integer("level", level);
    integer("optname", optname);
    integer("buflen", buflen, 0, 1024);
    if (buflen > 0) return option(handle, level, optname, buflen);
    if (handle.family !== AF_VSOCK) {
      return intOption(handle, level, optname);
    }
    const wide = option(handle, level, optname, 8);
    const value = new DataView(
      new Uint8Array([...wide, 0, 0, 0, 0, 0, 0, 0, 0]).buffer,
    );
    return Number(value.getBigUint64(0, true));
  }

  /**
   * Sets an option to an integer or to bytes. `setsockopt(2)`.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @param value an integer of 32 bits (64 for `AF_VSOCK`), or the bytes of a structure
   * @throws {OSError} if there is no such option, or it does not take the value
   * @throws {TypeError} if the value is neither
   */
  setsockopt(level: number, optname: number, value: number | Bytes): void;
  /**
   * Sets an option to nothing (a NULL pointer), but with a length.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` …
   * @param optname the option
   * @param value `null`
   * @param optlen the length
   * @throws {OSError} if there is no such option, or it does not take that
   */
  setsockopt(level: number, optname: number, value: null, optlen: number): void;
  setsockopt(
    level: number,
    optname: number,
    value: number | Bytes | null,
    optlen?: number,
  ): void {
    integer("level", level);
    integer("optname", optname);
    if ((value === null) !== (optlen !== undefined)) {
      throw new TypeError(
        "optlen goes with the value null, and null with optlen",
      );
    }
    const { fd, family } = this.#handle;
    const option = optionValue(value, family === AF_VSOCK);
    const length = optlen === undefined
      ? option!.byteLength
      : integer("optlen", optlen, 0, 0xffffffff);
    check(libc.setsockopt(fd, level, optname, option, length), "setsockopt");
  }

  /**
   * Gives the socket's driver a command. `WSAIoctl`; Windows.
   *
   * @param control `SIO_RCVALL`, `SIO_KEEPALIVE_VALS` or `SIO_LOOPBACK_FAST_PATH`
   * @param option a `RCVALL_` value; `[onoff, time, interval]` of `SIO_KEEPALIVE_VALS`, the times in
   * milliseconds; whether the fast path is on
   * @returns how many bytes the driver answered, none with these commands
   * @throws {OSError} if the driver refuses
   * @throws {RangeError} if it is another command, or the platform has none
   */
  ioctl(control: number, option: IoctlOption): number {
    const { WSAIoctl } = libc;
    if (!WSAIoctl) throw unavailable("ioctl");
    const code = integer("control", control, 0, 0xffffffff);
    const value = ioctlValue(code, option);
    const { fd } = this.#handle;
    const length = value.byteLength;
    check(
      WSAIoctl(fd, code, value, length, null, 0, returned, null, null),
      "WSAIoctl",
    );
    return returned[0];
  }

  /**
   * Shares the socket with another process, which makes it by `fromshare()` of the bytes given here;
   * they serve once. Windows.
   *
   * @param process_id the other process
   * @throws {OSError} if there is no such process
   * @throws {RangeError} if the platform shares no sockets so: `send_fds()` passes descriptors there
   */
  share(process_id: number): Uint8Array<ArrayBuffer> {
    const { WSADuplicateSocketW } = libc;
    if (!WSADuplicateSocketW) throw unavailable("share");
    const id = integer("process_id", process_id, 0, 0xffffffff);
    const info = new Uint8Array(layout.wsaprotocol_infow.size);
    check(WSADuplicateSocketW(this.#handle.fd, id, info), "WSADuplicateSocket");
    return info;
  }

  /** Whether child processes inherit the descriptor; it does not unless made to. */
  get_inheritable(): boolean {
    return check(getInheritable(this.#handle.fd), "fcntl") === 1;
  }

  /**
   * Lets child processes inherit the descriptor, or not.
   *
   * @param inheritable whether they shall
   * @throws {OSError} if the socket is closed
   */
  set_inheritable(inheritable: boolean): void {
    check(setInheritable(this.#handle.fd, inheritable), "ioctl");
  }

  /**
   * Closes the socket; closing again does nothing. Later operations fail with
   * `[Errno 9] Bad file descriptor`. While files of `makefile()` are open, the descriptor is too: it
   * closes with the last of them, and until then the socket still works.
   *
   * @throws {OSError} if the system reports an error of the socket (it is closed all the same)
   */
  close(): void {
    this.#handle.close();
  }

  /**
   * Gives the descriptor away without closing it; this socket counts as closed then.
   *
   * @returns the descriptor, -1 if the socket was closed
   */
  detach(): number {
    return this.#handle.detach();
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What `console.log` shows: family and type by name, and the addresses of both ends. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string = String,
    options?: unknown,
  ): string {
    const { closed, fd, family, type, proto } = this.#handle;
    const parts = [
      `fd=${fd}`,
      `family=${constantName("AF_", family) ?? family}`,
      `type=${constantName("SOCK_", type) ?? type}`,
      `proto=${proto}`,
    ];
    for (const [label, call] of ends) {
      const address = fd < 0 ? undefined : this.#addressIfAny(call);
      if (address !== undefined) {
        parts.push(`${label}=${inspect(address, options)}`);
      }
    }
    return `<${this.constructor.name}${closed ? " [closed]" : ""} ${
      parts.join(", ")
    }>`;
  }

  #addressIfAny(
    call: "getsockname" | "getpeername",
  ): Address | null | undefined {
    try {
      return addressOfEnd(this.#handle, call);
    } catch (error) {
      if (error instanceof OSError) return undefined;
      throw error;
    }
  }
}

/** How many bytes a driver answered. */
const returned = new Uint32Array(1);

const ends = [["laddr", "getsockname"], ["raddr", "getpeername"]] as const;

/** The bytes of an option's value; `null` for none. */
function optionValue(
  value: number | Bytes | null,
  wide: boolean,
): Uint8Array<ArrayBuffer> | null {
  if (value === null) return null;
  if (typeof value === "object" && !isMissing(value)) {
    return bytes("value", value);
  }
  if (wide) {
    const cell = new BigUint64Array([
      BigInt(integer("value", value, 0, Number.MAX_SAFE_INTEGER)),
    ]);
    return new Uint8Array(cell.buffer);
  }
  return new Uint8Array(
    new Int32Array([integer("value", value, -0x80000000, 0xffffffff)]).buffer,
  );
}
