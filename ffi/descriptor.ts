/**
 * Operations on any descriptor: blocking mode, inheritance by child processes, duplication. Also
 * makes connected pairs of sockets.
 */

import { table } from "../constants/table.ts";
import { features } from "./features.ts";
import { libc, load, system } from "./libc.ts";

const on = new Int32Array([1]);
const off = new Int32Array([0]);

/**
 * Makes a descriptor blocking or non-blocking.
 *
 * @returns 0; -1 on failure, with `errno` set
 */
export function setNonBlocking(fd: number, nonBlocking: boolean): number {
  return libc.ioctl(fd, table.constants.FIONBIO, nonBlocking ? on : off);
}

/** Whether a descriptor's open file description, which its duplicates share, is non-blocking. */
export const isNonBlocking: (fd: number) => boolean = system.isNonBlocking ??
  (() => false);

/** The methods of {@linkcode System} of the same names. */
export const { duplicate, getInheritable, setInheritable } = system;

/**
 * Sets the flags of a new socket that `socket` and `accept4` set themselves where they take flags:
 * child processes do not inherit it. On macOS, also turns off the SIGPIPE of writing to a closed
 * connection: Deno ignores that signal anyway, as Python does, but a program that listens for
 * signals should not see it.
 */
export function setCommonFlags(fd: number): void {
  setInheritable(fd, false);
  const { SO_NOSIGPIPE, SOL_SOCKET } = table.constants;
  if (SO_NOSIGPIPE === undefined) return;
  libc.setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, on, on.byteLength);
}

/** `SOCK_CLOEXEC`; 0 where `socket` does not accept it. */
export const CLOSE_ON_EXEC: number = table.constants.SOCK_CLOEXEC ?? 0;

/**
 * Makes two connected sockets, with the common flags set.
 *
 * @param pair receives the two descriptors
 * @param family the address family; the platform's usual one for pairs if left out
 * @param type the socket type
 * @param proto the protocol number
 * @returns 0; -1 on failure, with `errno` set
 */
export function makePair(
  pair: Int32Array<ArrayBuffer>,
  family: number = table.constants[features.socketpairFamily],
  type: number = table.constants.SOCK_STREAM,
  proto = 0,
): number {
  const result = load().socketpair(family, type | CLOSE_ON_EXEC, proto, pair);
  if (result >= 0 && CLOSE_ON_EXEC === 0) {
    for (const fd of pair) setCommonFlags(fd);
  }
  return result;
}
