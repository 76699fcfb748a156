/**
 * The C library, opened at first use. The rest of the library calls `libc.recv(...)` and reads
 * `errno()`; only this folder uses Deno's FFI.
 */

import { platform } from "../constants/platform.ts";
import { fromCaller } from "../constants/stack.ts";
import type { Libc, System } from "./system.ts";

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

// The end of this isolate. The process may go on: `deno run --watch` starts the program again in
// the same process, `deno test` runs the next file, and a Worker is one thread of several. Deno
// does not know the descriptors that C opened, so the library closes them itself.

/**
 * Whether this isolate is the main one, not a Worker. Under `node:worker_threads` there is no
 * `WorkerGlobalScope` that would tell.
 */
export const isMain: boolean =
  Object.prototype.toString.call(globalThis) === "[object Window]";

const closers: (() => void)[] = [];

/**
 * Calls a function when this isolate ends. There is no call if the whole process ends, after an
 * error that nobody caught, or when a Worker ends by `terminate()` or `self.close()`.
 */
export function atUnload(close: () => void): void {
  if (closers.push(close) > 1) return;
  globalThis.addEventListener?.("unload", closeAll);
  // A thread of `node:worker_threads` that ends by itself, or by an error, has no `unload`.
  if (!isMain && !("WorkerGlobalScope" in globalThis)) {
    (globalThis as NodeGlobals).process?.once?.("exit", closeAll);
  }
}

interface NodeGlobals {
  readonly process?: { once?(event: "exit", listener: () => void): unknown };
}

function closeAll(): void {
  for (const close of closers.splice(0)) close();
}

/** Descriptors without an object that closes itself at the end. */
let owned: Set<number> | undefined;

/** Has descriptors closed at the end of this isolate, until {@linkcode disown}. */
export function own(...fds: readonly number[]): void {
  if (owned === undefined) {
    owned = new Set();
    atUnload(() => owned!.forEach((fd) => libc.close(fd)));
  }
  for (const fd of fds) owned.add(fd);
}

/** Ends {@linkcode own}: the caller closes the descriptors, or has given them away. */
export function disown(...fds: readonly number[]): void {
  for (const fd of fds) owned?.delete(fd);
}

// The versions of Deno that the library runs on.

/**
 * The oldest version: all tests pass on it (`deno task test:versions`). Before 2.8.0, `node:tls`
 * over a socket fails or hangs. Before 2.7.6, Deno may free a buffer while a call on another thread
 * writes to it.
 */
export const oldestDeno = "2.8.0";

/**
 * Checks that a version of Deno is not too old.
 *
 * @param version the version, as in `Deno.version.deno`
 * @throws {Error} if it is older than {@linkcode oldestDeno}
 */
export function checkVersion(version: string): void {
  if (isBefore(version, oldestDeno)) {
    throw fromCaller(
      new Error(
        `@libc/socket needs Deno ${oldestDeno} or newer, and this is Deno ${version}: run "deno upgrade"`,
      ),
    );
  }
}

/** Whether one version is older. Without regular expressions: one costs the first socket 0.2 ms. */
function isBefore(version: string, other: string): boolean {
  const parts = version.split(".");
  const others = other.split(".");
  for (let i = 0; i < 3; i++) {
    const difference = parseInt(parts[i]) - parseInt(others[i]); // the last may be "0-rc"
    if (difference !== 0) return difference < 0;
  }
  return false;
}
