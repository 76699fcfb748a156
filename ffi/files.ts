/** The files of Unix sockets: `<sys/stat.h>`, `<sys/file.h>` and `unlink` of `<unistd.h>`. */

import { os } from "../constants/platform.ts";
import { libc } from "./libc.ts";

/** Whether this system has these functions. */
export const hasFiles: boolean = os === "linux" || os === "darwin" ||
  os === "freebsd";

/** Where a system's struct has the file's type and number. */
interface Stat {
  readonly st_mode: number;
  readonly st_ino: number;
}

const STATX: Stat = { st_mode: 28, st_ino: 32 };
const stats: Readonly<Record<string, Stat>> = {
  darwin: { st_mode: 4, st_ino: 8 },
  freebsd: { st_mode: 24, st_ino: 8 },
};

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_TYPE_AND_INO = 0x101;
const S_IFMT = 0o170000;
const S_IFSOCK = 0o140000;

/**
 * Returns the number (inode) of a socket's file; `undefined` if there is no socket at this path
 * itself (a symbolic link is none), or the system does not say.
 */
export function socketInode(
  path: Uint8Array<ArrayBuffer>,
): bigint | undefined {
  const { statx, lstat, lstat_inode64 } = libc;
  const view = new DataView(new ArrayBuffer(256));
  const bytes = new Uint8Array(view.buffer);
  let at: Stat | undefined;
  if (statx) {
    at = STATX;
    const flags = AT_SYMLINK_NOFOLLOW;
    if (statx(AT_FDCWD, path, flags, STATX_TYPE_AND_INO, bytes) < 0) return;
  } else {
    at = stats[os];
    const call = lstat_inode64 ?? lstat;
    if (at === undefined || !call || call(path, bytes) < 0) return;
  }
  return (view.getUint16(at.st_mode, true) & S_IFMT) === S_IFSOCK
    ? view.getBigUint64(at.st_ino, true)
    : undefined;
}

const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Locks a descriptor (`flock`) for this process, without waiting. The lock ends when the descriptor
 * is closed.
 *
 * @returns 0; -1 on failure, with `errno` set
 */
export function lock(fd: number): number {
  return libc.flock!(fd, LOCK_EX | LOCK_NB);
}
