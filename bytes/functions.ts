/** Python's `struct` module: the functions, which remember the formats they were called with. */

import type { Bytes } from "../errors/arguments.ts";
import { Struct } from "./struct.ts";
import type { Packed, Unpacked } from "./types.ts";

/** The formats that the functions were called with; as many as Python remembers. */
const structs = new Map<string, unknown>();
const MAX_STRUCTS = 100;

function structOf<F extends string>(format: F): Struct<F> {
  const known = structs.get(format);
  if (known !== undefined) return known as Struct<F>;
  const struct = new Struct(format);
  if (structs.size === MAX_STRUCTS) structs.clear();
  structs.set(format, struct);
  return struct;
}

/**
 * How many bytes a format describes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { calcsize } from "@libc/socket/bytes";
 *
 * assertEquals(calcsize("!BHI"), 7);
 * assertEquals(calcsize("BHI"), 8); // as a C compiler lays it out
 * ```
 *
 * @param format the format, as Python's `struct` defines it
 * @returns the number of bytes, padding included
 * @throws {TypeError} if it is not a string
 * @throws {RangeError} if it is malformed, or describes 2^53 bytes or more
 * @see {@link https://docs.python.org/3/library/struct.html#struct.calcsize}
 * @category Bytes
 */
export function calcsize(format: string): number {
  return structOf(format).size;
}

/**
 * Packs values into new bytes, as a format says.
 *
 * Integers are numbers or bigints, or booleans for 1 and 0. `?` takes a boolean, or a number, of
 * which 0 is false. `c`, `s` and `p` take bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, pack } from "@libc/socket/bytes";
 *
 * assertEquals(pack("!HB4s", 1, 2, b("abc")), b("\0\x01\x02abc\0"));
 * ```
 *
 * @param format the format, as Python's `struct` defines it
 * @param values one for each value of the format
 * @returns new bytes, as many as {@linkcode calcsize} says
 * @throws {TypeError} if there are too many or too few values, or one is of the wrong kind
 * @throws {RangeError} if the format is malformed, or a value is out of range
 * @see {@link https://docs.python.org/3/library/struct.html#struct.pack}
 * @category Bytes
 */
export function pack<F extends string>(
  format: F,
  ...values: Packed<F>
): Uint8Array<ArrayBuffer> {
  return structOf(format).pack(...values);
}

/**
 * Packs values into a buffer, as a format says. Padding becomes zeros. If it throws, it has written
 * nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, pack_into } from "@libc/socket/bytes";
 *
 * const packet = new Uint8Array(6);
 * pack_into("!H", packet, 2, 0x1234);
 * assertEquals(packet, b("\0\0\x12\x34\0\0"));
 * ```
 *
 * @param format the format, as Python's `struct` defines it
 * @param buffer where to write
 * @param offset the first byte; a negative one counts from the end
 * @param values one for each value of the format
 * @throws {TypeError} if there are too many or too few values, or one is of the wrong kind, or if
 * `buffer` is not bytes
 * @throws {RangeError} if the format is malformed, a value is out of range, or the buffer is too
 * short
 * @see {@link https://docs.python.org/3/library/struct.html#struct.pack_into}
 * @category Bytes
 */
export function pack_into<F extends string>(
  format: F,
  buffer: Bytes,
  offset: number,
  ...values: Packed<F>
): void {
  structOf(format).pack_into(buffer, offset, ...values);
}

/**
 * Unpacks bytes, as a format says.
 *
 * Integers are numbers; those of 64 bits are bigints beyond 2^53. `?` is a boolean. `c`, `s` and
 * `p` are a `Uint8Array`, a copy.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, unpack } from "@libc/socket/bytes";
 *
 * const [type, length, name] = unpack("!HB4s", b("\0\x01\x02abc\0"));
 * assertEquals([type, length, name], [1, 2, b("abc\0")]);
 * ```
 *
 * @param format the format, as Python's `struct` defines it
 * @param buffer the bytes, as many as {@linkcode calcsize} says
 * @returns the values, typed by the format if it is written out
 * @throws {TypeError} if `buffer` is not bytes
 * @throws {RangeError} if the format is malformed, or the buffer has more or fewer bytes
 * @see {@link https://docs.python.org/3/library/struct.html#struct.unpack}
 * @category Bytes
 */
export function unpack<F extends string>(
  format: F,
  buffer: Bytes,
): Unpacked<F> {
  return structOf(format).unpack(buffer);
}

/**
 * Unpacks a part of a buffer, as a format says.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, unpack_from } from "@libc/socket/bytes";
 *
 * assertEquals(unpack_from("!H", b("ab\x12\x34cd"), 2), [0x1234]);
 * ```
 *
 * @param format the format, as Python's `struct` defines it
 * @param buffer the bytes
 * @param offset the first byte to read; a negative one counts from the end
 * @returns the values, typed by the format if it is written out
 * @throws {TypeError} if `buffer` is not bytes, or `offset` is not an integer
 * @throws {RangeError} if the format is malformed, or the buffer is too short
 * @see {@link https://docs.python.org/3/library/struct.html#struct.unpack_from}
 * @category Bytes
 */
export function unpack_from<F extends string>(
  format: F,
  buffer: Bytes,
  offset: number = 0,
): Unpacked<F> {
  return structOf(format).unpack_from(buffer, offset);
}

/**
 * Unpacks one piece of a buffer after the other, as a format says.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, iter_unpack } from "@libc/socket/bytes";
 *
 * assertEquals([...iter_unpack("!H", b("\0\x01\0\x02\0\x03"))], [[1], [2], [3]]);
 * ```
 *
 * @param format the format, as Python's `struct` defines it
 * @param buffer the bytes, a multiple of what {@linkcode calcsize} says
 * @returns an iterator over the values of each piece, which throws a `TypeError` if the buffer was
 * detached or became too small
 * @throws {TypeError} if `buffer` is not bytes
 * @throws {RangeError} if the format is malformed or describes no bytes, or the buffer's length is
 * not such a multiple
 * @see {@link https://docs.python.org/3/library/struct.html#struct.iter_unpack}
 * @category Bytes
 */
export function iter_unpack<F extends string>(
  format: F,
  buffer: Bytes,
): IterableIterator<Unpacked<F>> {
  return structOf(format).iter_unpack(buffer);
}
