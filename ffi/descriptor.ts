/** What any descriptor has: whether it blocks, whether child processes inherit it, duplicates. */

import { table } from "../constants/table.ts";
import { libc, system } from "./libc.ts";

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
export function settle(fd: number): void {
  setInheritable(fd, false);
  const { SO_NOSIGPIPE, SOL_SOCKET } = table.constants;
  if (SO_NOSIGPIPE === undefined) return;
  libc.setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, on, on.byteLength);
}
