/** What any descriptor has: whether it blocks, whether child processes inherit it, duplicates; pairs. */

import { table } from "../constants/table.ts";
import { features } from "./features.ts";
import { libc, load, system } from "./libc.ts";

const on = new Int32Array([1]);
const off = new Int32Array([0]);

/** Makes a descriptor blocking or non-blocking; -1 if that fails, as `errno` says. */
export function setNonBlocking(fd: number, nonBlocking: boolean): number {
  return libc.ioctl(fd, table.constants.FIONBIO, nonBlocking ? on : off);
}

export const { duplicate, getInheritable, setInheritable } = system;

/**
 * Gives a socket just made what it could not be made with where `socket` and `accept4` take no flags:
 * child processes do not inherit it. On macOS also no SIGPIPE from writing to a peer that is gone:
 * Deno ignores that signal anyway, as Python does, but a program that listens for signals need not
 * see it.
 */
export function setCommonFlags(fd: number): void {
  setInheritable(fd, false);
  const { SO_NOSIGPIPE, SOL_SOCKET } = table.constants;
  if (SO_NOSIGPIPE === undefined) return;
  libc.setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, on, on.byteLength);
}

/** `SOCK_CLOEXEC`; 0 where a socket cannot be made with it. */
export const CLOSE_ON_EXEC: number = table.constants.SOCK_CLOEXEC ?? 0;

/**
 * Makes two sockets that are connected to each other, with the common flags.
 *
 * @param pair where the two descriptors go
 * @param family the family; if left out, the one that pairs have on this platform
 * @returns -1 if that fails, as `errno` says
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
