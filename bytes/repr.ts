/** Bytes shown as Python shows them. */

import type { Bytes } from "../errors/arguments.ts";
import { bytesText } from "../errors/text.ts";

/**
 * Bytes as Python's `repr()` and `print()` show them: `b'GET / HTTP/1.0\r\n'`.
 *
 * Between single quotes; between double quotes if the bytes have single quotes and no double ones.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, repr } from "@libc/socket/bytes";
 *
 * assertEquals(repr(b("\x7fELF\0")), "b'\\x7fELF\\x00'");
 * assertEquals(repr(b("it's")), `b"it's"`);
 * ```
 *
 * @param data the bytes
 * @returns the bytes as a Python literal
 * @throws {TypeError} if it is not bytes, or its buffer was detached
 * @category Bytes
 */
export function repr(data: Bytes): string {
  return bytesText("data", data);
}
