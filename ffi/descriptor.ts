/** Flags that any descriptor has: non-blocking, close-on-exec. */

import { table } from "../constants/table.ts";
import { libc } from "./libc.ts";

const on = new Int32Array([1]);
const off = new Int32Array([0]);
const nothing = new Uint8Array(0);

/** Makes a descriptor blocking or non-blocking; -1 if that fails, as `errno` says. */
export function setNonBlocking(fd: number, nonBlocking: boolean): number {
  return libc.ioctl(fd, table.constants.FIONBIO, nonBlocking ? on : off);
}

/** Makes a descriptor inheritable or closed on `exec`; -1 if that fails, as `errno` says. */
export function setCloseOnExec(fd: number, closeOnExec: boolean): number {
  return libc.ioctl(
    fd,
    closeOnExec ? table.constants.FIOCLEX : table.constants.FIONCLEX,
    nothing,
  );
}

/** The descriptor's flags (`FD_CLOEXEC`), or -1 if that fails, as `errno` says. */
export function descriptorFlags(fd: number): number {
  return libc.fcntl(fd, table.constants.F_GETFD);
}

/** A second descriptor for the same file, closed on `exec`; -1 if that fails, as `errno` says. */
export function duplicate(fd: number): number {
  return libc.fcntl_int(fd, table.constants.F_DUPFD_CLOEXEC, 0);
}
