/**
 * The end of this isolate. The process may go on: `deno run --watch` starts the program again in
 * the same process, `deno test` runs the next file, and a Worker is one thread of several. Deno
 * does not know the descriptors that C opened, so the library closes them itself.
 */

import { libc } from "./libc.ts";

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
