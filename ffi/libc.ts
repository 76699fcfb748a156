/**
 * The C library: opened at first use, its functions bound once. The rest of the library calls
 * `libc.recv(...)` and reads `errno()`, and knows nothing else of the FFI.
 */

import { platform } from "../constants/platform.ts";
import type { Libc, System } from "./system.ts";

export type { Libc } from "./system.ts";

/** The running system. Only its file is loaded. */
export const system: System =
  await (platform === "windows"
    ? import("./windows/system.ts")
    : import("./posix.ts"));

/**
 * The C library's functions. Undefined until {@linkcode load} has run, which the constructor of a
 * socket does: what works on an open socket need not ask again.
 */
export let libc: Libc = undefined as unknown as Libc;

/** Opens the C library if that has not happened yet, and gives its functions. */
export function load(): Libc {
  return libc ??= system.open();
}

/** The number of this thread's last error: read it right after the call that failed. */
export const errno: () => number = system.errno;
