/** Bytes joined together. */

import { type Bytes, bytes } from "../errors/arguments.ts";
import { allocate } from "./memory.ts";

/**
 * Joins bytes, as Python's `b"".join(buffers)` and `+`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, concat } from "@libc/socket/bytes";
 *
 * assertEquals(concat(b("ab"), b(""), b("c")), b("abc"));
 * ```
 *
 * @param buffers what to join; none at all make no bytes
 * @returns new bytes, a copy
 * @throws {TypeError} if one is not bytes, or its buffer was detached
 * @throws {RangeError} if all together are too large
 * @category Bytes
 */
export function concat(...buffers: Bytes[]): Uint8Array<ArrayBuffer> {
  const parts = buffers.map((buffer, i) => bytes(`buffers[${i}]`, buffer));
  const whole = allocate(
    parts.reduce((length, part) => length + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
