/** When a silent or unreachable peer is noticed: keep-alive, user timeout, lingering at close. */

import { table, unavailable } from "../constants/table.ts";
import {
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SO_LINGER,
  SOL_SOCKET,
} from "../constants/mod.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import { describe, instance, integer, optionsOf } from "../errors/arguments.ts";
import type { Address } from "./address/types.ts";
import { SocketBase } from "./base.ts";
import { decodeLinger, encodeLinger } from "./structures/options.ts";

/**
 * When keep-alive probes are sent; what is left out stays as the system has it.
 * @category Options
 */
export interface KeepaliveOptions {
  /** Seconds of silence before the first probe. */
  readonly idle?: number | undefined;
  /** Seconds between probes. */
  readonly interval?: number | undefined;
  /** How many probes without an answer end the connection. */
  readonly count?: number | undefined;
}

const { constants } = table;

/** The first of several constants that the platform has. */
function firstOf(names: readonly [string, ...string[]]): number {
  const name = names.find((each) => each in constants);
  if (name === undefined) throw unavailable(names[0]);
  return constants[name];
}

// macOS calls the first option TCP_KEEPALIVE. Windows has both names for it.
const options = {
  idle: ["TCP_KEEPIDLE", "TCP_KEEPALIVE"],
  interval: ["TCP_KEEPINTVL"],
  count: ["TCP_KEEPCNT"],
} as const satisfies Record<
  keyof KeepaliveOptions,
  readonly [string, ...string[]]
>;

const keys = Object.keys(options) as (keyof KeepaliveOptions)[];

/**
 * Turns keep-alive of a TCP socket on or off: probes to a silent peer, so that a connection whose
 * peer is gone ends with an error instead of never. Sent data that stays unconfirmed is bounded by
 * {@linkcode setUserTimeout}.
 *
 * @param socket a TCP socket; a listener passes it on to accepted connections, except on Windows
 * @param keepalive `{ idle, interval, count }`, times in whole seconds; `true` for the system's
 * own times (two hours, unless it was set up otherwise), `false` for none
 * @throws {OSError} if the socket is not a TCP socket, or a number is beyond the system's limit
 * @throws {RangeError} if a number is not positive
 * @throws {TypeError} if a time is not an integer
 *
 * @example A peer that is gone is noticed after a minute and a half
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { getKeepalive, setKeepalive, Socket } from "@libc/socket";
 *
 * using socket = new Socket();
 * setKeepalive(socket, { idle: 60, interval: 10, count: 3 });
 * assertEquals(getKeepalive(socket), { idle: 60, interval: 10, count: 3 });
 * ```
 * @see `tcp(7)`
 * @category Options
 */
export function setKeepalive<A extends Address>(
  socket: SocketBase<A>,
  keepalive: KeepaliveOptions | boolean,
): void {
  instance("socket", socket, SocketBase, "a socket");
  const isSwitch = typeof keepalive === "boolean";
  if (keepalive === undefined || keepalive === null) {
    throw typeError(
      `keepalive must be options or a boolean, not ${describe(keepalive)}`,
    );
  }
  const times = isSwitch ? {} : optionsOf(keepalive);
  const values = keys.flatMap((key) => {
    const value = times[key];
    return value === undefined
      ? []
      : [[firstOf(options[key]), integer(key, value, 1)] as const];
  });
  for (const [option, value] of values) {
    socket.setsockopt(IPPROTO_TCP, option, value);
  }
  // At last, so that a time that the system refuses leaves it off.
  socket.setsockopt(SOL_SOCKET, SO_KEEPALIVE, keepalive !== false);
}

/**
 * Returns the keep-alive of a TCP socket.
 *
 * @param socket a TCP socket
 * @returns `{ idle, interval, count }`, times in seconds; `null` if it is off
 * @throws {OSError} if the socket is not a TCP socket
 * @see `tcp(7)`
 * @category Options
 */
export function getKeepalive<A extends Address>(
  socket: SocketBase<A>,
): Required<KeepaliveOptions> | null {
  instance("socket", socket, SocketBase, "a socket");
  if (socket.getsockopt(SOL_SOCKET, SO_KEEPALIVE) === 0) return null;
  const read = (key: keyof KeepaliveOptions): number =>
    socket.getsockopt(IPPROTO_TCP, firstOf(options[key]));
  return {
    idle: read("idle"),
    interval: read("interval"),
    count: read("count"),
  };
}

/** How a platform bounds the time that sent data may stay unconfirmed. */
interface UserTimeout {
  readonly option: string;
  /** How many of its units make a second. */
  readonly perSecond: number;
}

const userTimeouts: readonly UserTimeout[] = [
  { option: "TCP_USER_TIMEOUT", perSecond: 1000 }, // Linux
  { option: "TCP_MAXRTMS", perSecond: 1000 }, // Windows
  { option: "TCP_RXT_CONNDROPTIME", perSecond: 1 }, // macOS
  { option: "TCP_MAXUNACKTIME", perSecond: 1 }, // FreeBSD
];

function userTimeout(): UserTimeout {
  const found = userTimeouts.find(({ option }) => option in constants);
  if (found === undefined) throw unavailable("TCP_USER_TIMEOUT");
  return found;
}

/**
 * Sets how long sent data may stay unconfirmed before a TCP connection ends with `ETIMEDOUT`:
 * `TCP_USER_TIMEOUT` on Linux, `TCP_MAXRTMS` on Windows, `TCP_RXT_CONNDROPTIME` on macOS,
 * `TCP_MAXUNACKTIME` on FreeBSD.
 *
 * @param socket a TCP socket
 * @param timeout seconds, 0 for the system's own limit. Linux and Windows know milliseconds; macOS
 * and FreeBSD whole seconds, to which it is rounded up
 * @throws {OSError} if the socket is not a TCP socket
 * @throws {RangeError} if it is negative or too large
 * @throws {TypeError} if it is not a number
 * @see `tcp(7)`
 * @category Options
 */
export function setUserTimeout<A extends Address>(
  socket: SocketBase<A>,
  timeout: number,
): void {
  instance("socket", socket, SocketBase, "a socket");
  const { option, perSecond } = userTimeout();
  const seconds = finite("timeout", timeout, 0x7fffffff / perSecond);
  const units = Math.ceil(Number((seconds * perSecond).toFixed(6)));
  socket.setsockopt(IPPROTO_TCP, constants[option], units);
}

/**
 * Returns how long sent data may stay unconfirmed, see {@linkcode setUserTimeout}.
 *
 * @param socket a TCP socket
 * @returns seconds, 0 for the system's own limit
 * @throws {OSError} if the socket is not a TCP socket
 * @see `tcp(7)`
 * @category Options
 */
export function getUserTimeout<A extends Address>(
  socket: SocketBase<A>,
): number {
  instance("socket", socket, SocketBase, "a socket");
  const { option, perSecond } = userTimeout();
  return socket.getsockopt(IPPROTO_TCP, constants[option]) / perSecond;
}

// macOS counts SO_LINGER in ticks, and has another option for seconds.
const lingerOption = constants.SO_LINGER_SEC ?? SO_LINGER;

/**
 * Sets whether closing the socket waits for unsent data: `SO_LINGER` (macOS: `SO_LINGER_SEC`).
 *
 * @param socket a stream socket
 * @param linger how long closing waits, in whole seconds; 0 to reset the connection instead, so
 * that unsent data is lost and the peer sees `ECONNRESET`; `null` for the default: closing returns
 * at once, and the system goes on sending
 * @throws {OSError} if the system refuses it
 * @throws {RangeError} if it is negative or too large
 * @throws {TypeError} if it is neither an integer nor `null`
 * @see `socket(7)`
 * @category Options
 */
export function setLinger<A extends Address>(
  socket: SocketBase<A>,
  linger: number | null,
): void {
  instance("socket", socket, SocketBase, "a socket");
  const value = encodeLinger(linger !== null, linger ?? 0);
  socket.setsockopt(SOL_SOCKET, lingerOption, value);
}

/**
 * Returns whether closing the socket waits for unsent data, see {@linkcode setLinger}.
 *
 * @param socket a stream socket
 * @returns how long, in seconds; `null` if closing returns at once
 * @throws {OSError} if the socket is closed
 * @see `socket(7)`
 * @category Options
 */
export function getLinger<A extends Address>(
  socket: SocketBase<A>,
): number | null {
  instance("socket", socket, SocketBase, "a socket");
  const value = decodeLinger(socket.getsockopt(SOL_SOCKET, lingerOption, 8));
  return value.onoff ? value.linger : null;
}

/** Checks a number of seconds. */
function finite(name: string, value: unknown, max: number): number {
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw typeError(
      `${name} must be a number of seconds, not ${describe(value)}`,
    );
  }
  const number = Number(value);
  if (!(number >= 0 && number <= max)) {
    throw rangeError(`${name} must be 0-${max}, not ${value}`);
  }
  return number;
}
