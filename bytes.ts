/**
 * Bytes as Python programs write, show, pack and unpack them: `b"..."`, `repr()` and the `struct`
 * module.
 *
 * The formats are those of Python's documentation of `struct`: all characters, byte orders, native
 * sizes and alignment, padding and repeat counts. All this needs no permission.
 *
 * What differs from Python:
 *
 * - `struct.error` is a `RangeError`, or a `TypeError` if a value is of the wrong kind, or if
 *   there are too many or too few. The messages are those of Python 3.13.
 * - `?` takes booleans and numbers only. In Python everything is true or false, strings too.
 * - `c`, `s` and `p` take any buffer or view, and unpack to a `Uint8Array`.
 * - `pack_into()` writes nothing if it fails; in Python a part may be written.
 * - A format may describe less than 2^53 bytes; in Python less than 2^63.
 *
 * @example A header packed, sent and taken apart
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { socketpair } from "@libc/socket";
 * import { b, calcsize, concat, pack, repr, unpack, unpack_from } from "@libc/socket/bytes";
 *
 * const [a, z] = socketpair();
 * using _a = a;
 * using _z = z;
 *
 * const body = b("hello\n");
 * a.sendall(concat(pack("!BI", 7, body.length), body));
 *
 * const message = z.recv(100);
 * assertEquals(repr(message), "b'\\x07\\x00\\x00\\x00\\x06hello\\n'");
 * const [type, length] = unpack_from("!BI", message);
 * const [text] = unpack(`${length}s`, message.subarray(calcsize("!BI")));
 * assertEquals([type, text], [7, body]);
 * ```
 *
 * @module
 */

export type { Bytes } from "./errors/arguments.ts";
export { concat } from "./bytes/concat.ts";
export {
  calcsize,
  iter_unpack,
  pack,
  pack_into,
  unpack,
  unpack_from,
} from "./bytes/functions.ts";
export { b } from "./bytes/literal.ts";
export { repr } from "./bytes/repr.ts";
export { Struct } from "./bytes/struct.ts";
export type {
  Integer,
  Packable,
  Packed,
  Unpacked,
  Value,
} from "./bytes/types.ts";
