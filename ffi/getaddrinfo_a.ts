/**
 * glibc's `getaddrinfo_a(3)`: lookups on threads of the C library. Other than Deno's, these threads
 * do not keep the process alive.
 */

import { gaicb, sigevent } from "./layout/mod.ts";
import { libc, load } from "./libc.ts";
import { cstring, view } from "./memory.ts";

/** The arguments of `getaddrinfo(3)`. */
export interface AddrinfoQuery {
  /** The host, ending in NUL. */
  readonly node: Uint8Array<ArrayBuffer> | null;
  /** The service, ending in NUL. */
  readonly service: Uint8Array<ArrayBuffer> | null;
  /** The `addrinfo` that restricts the result. */
  readonly hints: Uint8Array<ArrayBuffer>;
  /** Receives the address of the first entry. */
  readonly result: BigUint64Array<ArrayBuffer>;
}

const GAI_NOWAIT = 1;
const SIGEV_THREAD = 2;
/** What {@linkcode codeOf} returns until a lookup ends. */
export const EAI_INPROGRESS = -100;
const EAI_CANCELED = -101;

let closeAddress: bigint | undefined;

/**
 * The address of `close`, which glibc calls at the end of a lookup; 0 where it cannot be asked to.
 */
function notifyFunction(): bigint {
  const { getaddrinfo_a, gai_error, gai_cancel, dlsym, pipe2 } = load();
  if (!(getaddrinfo_a && gai_error && gai_cancel && dlsym && pipe2)) return 0n;
  return dlsym(0n, cstring("name", "close"));
}

/** Whether the C library has `getaddrinfo_a`. */
export function hasAddrinfoThreads(): boolean {
  return (closeAddress ??= notifyFunction()) !== 0n;
}

/**
 * Makes a lookup. It is memory of the C library, because it must outlive a Worker that ends while
 * the lookup runs.
 *
 * @returns its address, 0 if there is no memory
 */
export function newLookup(
  { node, service, hints }: AddrinfoQuery,
): bigint {
  const size = gaicb.size + hints.length + (node?.length ?? 0) +
    (service?.length ?? 0);
  const lookup = libc.calloc!(1, size);
  if (lookup === 0n) return lookup;
  const bytes = new Uint8Array(size);
  const fields = new DataView(bytes.buffer);
  let end = gaicb.size;
  for (
    const [{ at }, part] of [
      [gaicb.ar_request, hints],
      [gaicb.ar_name, node],
      [gaicb.ar_service, service],
    ] as const
  ) {
    if (part === null) continue;
    bytes.set(part, end);
    fields.setBigUint64(at, lookup + BigInt(end), true);
    end += part.length;
  }
  libc.memcpy_to!(lookup, bytes, size);
  return lookup;
}

/**
 * Begins a lookup.
 *
 * @param lookup what {@linkcode newLookup} returned
 * @param fd a descriptor that the C library closes when the lookup has ended
 * @returns 0, or an `EAI_` code
 */
export function beginLookup(lookup: bigint, fd: number): number {
  const event = new DataView(new ArrayBuffer(sigevent.size));
  event.setInt32(sigevent.sigev_value.at, fd, true);
  event.setInt32(sigevent.sigev_notify.at, SIGEV_THREAD, true);
  event.setBigUint64(sigevent.sigev_notify_function.at, closeAddress!, true);
  return libc.getaddrinfo_a!(
    GAI_NOWAIT,
    new BigUint64Array([lookup]),
    1,
    new Uint8Array(event.buffer),
  );
}

/** Returns what `getaddrinfo(3)` returned; {@linkcode EAI_INPROGRESS} before it has. */
export function codeOf(lookup: bigint): number {
  return libc.gai_error!(lookup);
}

/** Returns the address of the first entry that a lookup found. */
export function resultOf(lookup: bigint): bigint {
  return view(lookup, gaicb.size).getBigUint64(gaicb.ar_result.at, true);
}

/**
 * Takes a lookup back that no thread has begun.
 *
 * @returns whether it was taken back: nothing uses it then, and its descriptor stays open
 */
export function cancelLookup(lookup: bigint): boolean {
  return libc.gai_cancel!(lookup) === EAI_CANCELED;
}

/** Frees a lookup that has ended, or was never begun. */
export function freeLookup(lookup: bigint): void {
  libc.free!(lookup);
}
