/** Allocating the bytes that functions return. */

import { rangeError } from "../constants/stack.ts";
/**
 * Allocates zeroed bytes.
 *
 * @param size how many
 * @throws {RangeError} if there cannot be that many
 */
export function allocate(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw rangeError(`byte string is too large (${size} bytes)`, { cause });
  }
}
