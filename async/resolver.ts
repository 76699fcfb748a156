/** The resolver's calls on other threads. */

import { EAI_SYSTEM } from "../constants/mod.ts";
import { load } from "../ffi/libc.ts";
import { gaiError } from "../socket/resolver/addrinfo.ts";
import type { Lookup, SlowCalls } from "../socket/resolver/call.ts";
import { abortable } from "./abortable.ts";
import { Semaphore } from "./semaphore.ts";

// Deno runs nonblocking FFI calls on 32 threads, one of which holds the reactor's wait. Lookups stuck
// on a dead name server must not take them all.
const MAX_LOOKUPS = 16;

const threads = new Semaphore(MAX_LOOKUPS);

let calls: SlowCalls | undefined;

/** The calls made on another thread: they take the same arguments, and return promises of the results. */
function slowCalls(): SlowCalls {
  const libc = load();
  return calls ??= {
    getaddrinfo: libc.getaddrinfo_async,
    getnameinfo: libc.getnameinfo_async,
    gethostbyname_r: libc.gethostbyname_r_async,
    gethostbyaddr_r: libc.gethostbyaddr_r_async,
  } as unknown as SlowCalls;
}

/**
 * Makes a call of the resolver on another thread.
 *
 * @param lookup the call
 * @param signal ends the waiting; the call goes on, and what it returns is freed then
 * @returns the call's result
 */
export async function performLookup(
  lookup: Lookup,
  signal: AbortSignal | undefined,
): Promise<number> {
  await threads.acquire(signal);
  let work: Promise<number>;
  try {
    work = Promise.resolve(lookup.call(slowCalls()));
  } catch (error) {
    threads.release();
    throw error;
  }
  let isAwaited = true;
  work = work.then((code) => {
    threads.release();
    if (!isAwaited) lookup.discard?.(code);
    return code;
  });
  let code: number;
  try {
    code = await abortable(work, signal);
  } finally {
    isAwaited = false;
  }
  // The error number that this refers to was the other thread's.
  if (code === EAI_SYSTEM) throw gaiError(code, "getaddrinfo");
  return code;
}
