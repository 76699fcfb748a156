/** Makes the resolver's calls where they do not block this thread. */

import { EAI_SYSTEM } from "../constants/mod.ts";
import {
  type AddrinfoQuery,
  hasAddrinfoThreads,
} from "../ffi/getaddrinfo_a.ts";
import { load } from "../ffi/libc.ts";
import { gaiError } from "../socket/resolver/addrinfo.ts";
import type { Lookup, SlowCalls } from "../socket/resolver/call.ts";
import { abortable } from "./abortable.ts";
import { addrinfoOnThread } from "./addrinfo.ts";
import { Semaphore } from "./semaphore.ts";
import { nextTurn } from "./turn.ts";

// Deno runs nonblocking FFI calls on 32 threads, one of which holds the reactor's wait. Lookups
// that hang on a dead name server must not take them all.
const denoThreads = new Semaphore(16);

// As many threads as glibc makes for lookups. More lookups would only hold descriptors.
const libcThreads = new Semaphore(20);

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
 * Performs a lookup: on this thread if it cannot take long, else on a thread of the C library if it
 * has some for this function, else on one of Deno's.
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
  const { query, isLocal } = lookup.options;
  if (isLocal?.()) {
    await nextTurn(); // many of them must not keep timers and other work waiting
    signal?.throwIfAborted();
    return lookup.call(load());
  }
  const code = query !== undefined && hasAddrinfoThreads()
    ? await onLibcThread(query, signal)
    : await onDenoThread(lookup, signal);
  // EAI_SYSTEM refers to errno, which belongs to the other thread and is lost.
  if (code === EAI_SYSTEM) throw gaiError(code, lookup.syscall);
  return code;
}

async function onLibcThread(
  query: AddrinfoQuery,
  signal: AbortSignal | undefined,
): Promise<number> {
  await libcThreads.acquire(signal);
  try {
    return await addrinfoOnThread(query, signal);
  } finally {
    libcThreads.release();
  }
}

async function onDenoThread(
  lookup: Lookup,
  signal: AbortSignal | undefined,
): Promise<number> {
  await denoThreads.acquire(signal);
  let work: Promise<number>;
  try {
    work = Promise.resolve(lookup.call(slowCalls()));
  } catch (error) {
    denoThreads.release();
    throw error;
  }
  work = work.then((code) => {
    denoThreads.release();
    return code;
  });
  try {
    return await abortable(work, signal);
  } catch (reason) {
    // The result may have come at the same time as the abort, or comes later.
    const { discard } = lookup.options;
    if (discard !== undefined) work.then(discard, () => {});
    throw reason;
  }
}
