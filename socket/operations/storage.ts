/** The storage for addresses. All attempts share it, because no two ever overlap. */

import { sockaddrStorage } from "../address/codec.ts";
import type { Address } from "../address/types.ts";
import { context } from "../resolver/context.ts";
import type { Handle } from "./handle.ts";

/** Where {@linkcode encodeAddress} writes. */
export const outgoing = sockaddrStorage();
/** Where system calls write addresses, for {@linkcode decodeIncoming}. */
export const incoming = sockaddrStorage();
/** How many bytes of {@linkcode incoming} are in use. */
export const incomingLength = new Uint32Array(1);

/**
 * Encodes an address into {@linkcode outgoing}, for the next system call.
 *
 * @returns the address's length in bytes
 */
export function encodeAddress(handle: Handle, address: unknown): number {
  return handle.codec.encode(address, outgoing, handle, context);
}

/** Decodes the address that a system call wrote; `null` if it wrote none. */
export function decodeIncoming(handle: Handle): Address | null {
  const length = Math.min(incomingLength[0], incoming.bytes.length);
  return length === 0
    ? null
    : handle.codec.decode(incoming, length, handle, context);
}

/** Makes all of {@linkcode incoming} available to the next system call. */
export function expectAddress(): void {
  incomingLength[0] = incoming.bytes.length;
}
