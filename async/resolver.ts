/** Makes the resolver's calls on other threads. */

import { EAI_SYSTEM } from "../constants/mod.ts";
import { load } from "../ffi/libc.ts";
import { gaiError } from "../socket/resolver/addrinfo.ts";
import type { Lookup, SlowCalls } from "../socket/resolver/call.ts";
import { abortable } from "./abortable.ts";
import { Semaphore } from "./semaphore.ts";

// Deno runs nonblocking FFI calls on 32 threads, one of which holds the reactor's wait. Lookups
// that hang on a dead name server must not take them all.
const MAX_LOOKUPS = 16;

const threads = new Semaphore(MAX_LOOKUPS);

let calls: SlowCalls | undefined;

/** The calls on another thread: the same arguments, but they return promises of the results. */
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
 * @param signal aborting it rejects with its reason; the call continues, and its result is then
 * freed
 * @returns the call's return value
 * @throws {gaierror} if the call returned `EAI_SYSTEM`
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
  // EAI_SYSTEM refers to errno, which belongs to the other thread and is lost.
  if (code === EAI_SYSTEM) throw gaiError(code, "getaddrinfo");
  return code;
}
