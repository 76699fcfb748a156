/** The storage for addresses, shared by all attempts, as no two ever overlap. */

import { sockaddrStorage } from "../address/codec.ts";
import type { Address } from "../address/types.ts";
import { context } from "../resolver/context.ts";
import type { Handle } from "./handle.ts";

/** Where {@linkcode encodeAddress} writes. */
export const outgoing = sockaddrStorage();
/** Where addresses that come are put, for {@linkcode decodeIncoming}. */
export const incoming = sockaddrStorage();
/** How much of it is filled. */
export const incomingLength = new Uint32Array(1);

/**
 * Writes an address into storage that the next call may pass to libc.
 *
 * @returns the storage's bytes and the address's length
 */
export function encodeAddress(handle: Handle, address: unknown): number {
  return handle.codec.encode(address, outgoing, handle, context);
}

/** The address that came, if any did. */
export function decodeIncoming(handle: Handle): Address | null {
  const length = Math.min(incomingLength[0], incoming.bytes.length);
  return length === 0
    ? null
    : handle.codec.decode(incoming, length, handle, context);
}

/** Makes room for an address that a call will fill in. */
export function expectAddress(): void {
  incomingLength[0] = incoming.bytes.length;
}
