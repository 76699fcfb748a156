/**
 * The C library, opened at first use. The rest of the library calls `libc.recv(...)` and reads
 * `errno()`; only this folder uses Deno's FFI.
 */

import { platform } from "../constants/platform.ts";
import type { Libc, System } from "./system.ts";
import { checkVersion } from "./version.ts";

export type { Libc } from "./system.ts";

/** The running system's implementation. Only its module is loaded. */
export const system: System =
  await (platform === "windows"
    ? import("./windows/system.ts")
    : import("./posix.ts"));

/**
 * The C library's functions. Undefined until {@linkcode load} has run. Opening a socket runs it, so
 * operations on an open socket use this directly.
 */
export let libc: Libc = undefined as unknown as Libc;

/** Opens the C library at the first call, and returns its functions. */
export function load(): Libc {
  return libc ??= open();
}

function open(): Libc {
  checkVersion(Deno.version.deno);
  return system.open();
}

/** Returns this thread's last error number. Call it right after the call that failed. */
export const errno: () => number = system.errno;
