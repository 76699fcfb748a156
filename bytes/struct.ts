/** Python's `struct.Struct`: values packed into bytes and unpacked, as a format says. */

import { nameClasses } from "../constants/table.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import { type Bytes, dataView, integer, string } from "../errors/arguments.ts";
import { type Format, parseFormat } from "./format.ts";
import { allocate } from "./memory.ts";
import type { Packable, Packed, Unpacked, Value } from "./types.ts";

/**
 * A format that is read once and used often, as Python's `struct.Struct`. The functions of the
 * same names remember the formats they were called with, so they are about as fast.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { b, Struct } from "@libc/socket/bytes";
 *
 * const point = new Struct("<hh");
 * assertEquals(point.size, 4);
 * assertEquals(point.pack(1, -1), b("\x01\0\xff\xff"));
 * assertEquals([...point.iter_unpack(b("\x01\0\x02\0\x03\0\x04\0"))], [[1, 2], [3, 4]]);
 * ```
 * @see {@link https://docs.python.org/3/library/struct.html#struct.Struct}
 * @category Bytes
 */
export class Struct<F extends string = string> {
  /** The format, as it was given. */
  readonly format: F;
  /** How many bytes it describes: Python's `calcsize()` of it. */
  readonly size: number;
  readonly #format: Format;

  /**
   * Reads a format.
   *
   * @param format the format, as Python's `struct` defines it
   * @throws {TypeError} if it is not a string
   * @throws {RangeError} if it is malformed, or describes 2^53 bytes or more
   */
  constructor(format: F) {
    this.#format = parseFormat(string("format", format));
    this.format = format;
    this.size = this.#format.size;
  }

  /**
   * Packs values; see {@linkcode pack}.
   *
   * @param values one for each value of the format
   * @returns new bytes, {@linkcode Struct.size} of them
   * @throws {TypeError} if there are too many or too few values, or one is of the wrong kind
   * @throws {RangeError} if a value is out of range
   */
  pack(...values: Packed<F>): Uint8Array<ArrayBuffer> {
    this.#checkCount("pack", values);
    const checked = this.#check(values);
    const data = allocate(this.size);
    this.#write(new DataView(data.buffer), 0, checked);
    return data;
  }

  /**
   * Packs values into a buffer; see {@linkcode pack_into}.
   *
   * @param buffer where to write
   * @param offset the first byte; a negative one counts from the end
   * @param values one for each value of the format
   * @throws {TypeError} if there are too many or too few values, or one is of the wrong kind, or if
   * `buffer` is not bytes
   * @throws {RangeError} if a value is out of range, or the buffer is too short
   */
  pack_into(buffer: Bytes, offset: number, ...values: Packed<F>): void {
    this.#checkCount("pack_into", values);
    const view = dataView("buffer", buffer);
    const at = this.#locate(view, offset, "pack_into", "packing");
    const checked = this.#check(values);
    for (const [i, value] of checked.entries()) {
      // Bytes of the buffer itself must be read before it is overwritten.
      if (value instanceof Uint8Array && value.buffer === view.buffer) {
        checked[i] = value.slice();
      }
    }
    new Uint8Array(view.buffer, view.byteOffset + at, this.size).fill(0);
    this.#write(view, at, checked);
  }

  /**
   * Unpacks bytes; see {@linkcode unpack}.
   *
   * @param buffer the bytes, {@linkcode Struct.size} of them
   * @returns the values
   * @throws {TypeError} if `buffer` is not bytes
   * @throws {RangeError} if it has more or fewer bytes
   */
  unpack(buffer: Bytes): Unpacked<F> {
    const view = dataView("buffer", buffer);
    if (view.byteLength !== this.size) {
      throw rangeError(
        `unpack requires a buffer of ${this.size} bytes (got ${view.byteLength})`,
      );
    }
    return this.#read(view, 0);
  }

  /**
   * Unpacks a part of a buffer; see {@linkcode unpack_from}.
   *
   * @param buffer the bytes
   * @param offset the first byte to read; a negative one counts from the end
   * @returns the values
   * @throws {TypeError} if `buffer` is not bytes, or `offset` is not an integer
   * @throws {RangeError} if the buffer is too short
   */
  unpack_from(buffer: Bytes, offset: number = 0): Unpacked<F> {
    const view = dataView("buffer", buffer);
    return this.#read(
      view,
      this.#locate(view, offset, "unpack_from", "unpacking"),
    );
  }

  /**
   * Unpacks one piece of a buffer after the other; see {@linkcode iter_unpack}.
   *
   * @param buffer the bytes, a multiple of {@linkcode Struct.size}
   * @returns an iterator over the values of each piece, which throws a `TypeError` if the buffer
   * was detached or became too small
   * @throws {TypeError} if `buffer` is not bytes
   * @throws {RangeError} if its length is not such a multiple, or the format describes no bytes
   */
  iter_unpack(buffer: Bytes): IterableIterator<Unpacked<F>> {
    const length = dataView("buffer", buffer).byteLength;
    if (this.size === 0) {
      throw rangeError(
        "format: cannot iteratively unpack with a struct of length 0",
      );
    }
    if (length % this.size !== 0) {
      throw rangeError(
        `iterative unpacking requires a buffer of a multiple of ${this.size} bytes (got ${length})`,
      );
    }
    return this.#pieces(buffer, length);
  }

  *#pieces(buffer: Bytes, length: number): Generator<Unpacked<F>> {
    for (let at = 0; at < length; at += this.size) {
      // Views the buffer again: it may have been resized since the last piece.
      yield this.unpack_from(buffer, at);
    }
  }

  #checkCount(name: string, { length }: readonly Packable[]): void {
    const { count } = this.#format;
    if (length === count) return;
    throw typeError(
      `${name} expected ${count} items for packing (got ${length})`,
    );
  }

  /** Checks values, and turns them into what the codes write. */
  #check(values: readonly Packable[]): Value[] {
    const { count, runs } = this.#format;
    const checked = new Array<Value>(count);
    let i = 0;
    for (const { count, code } of runs) {
      for (const end = i + count; i < end; i++) {
        checked[i] = code.check(values[i], i);
      }
    }
    return checked;
  }

  /** Writes checked values into zeroed memory. */
  #write(view: DataView<ArrayBuffer>, offset: number, values: Value[]): void {
    const { runs, littleEndian } = this.#format;
    let i = 0;
    for (const { at, count, code, length } of runs) {
      for (let n = 0; n < count; n++, i++) {
        const to = offset + at + n * length;
        code.write(view, to, values[i], littleEndian, length);
      }
    }
  }

  #read(view: DataView<ArrayBuffer>, offset: number): Unpacked<F> {
    const { runs, littleEndian } = this.#format;
    const values: Value[] = [];
    for (const { at, count, code, length } of runs) {
      for (let n = 0; n < count; n++) {
        const from = offset + at + n * length;
        values.push(code.read(view, from, littleEndian, length));
      }
    }
    return values as Unpacked<F>;
  }

  /** Finds the first byte of a part of a buffer, which must be long enough. */
  #locate(
    { byteLength }: DataView,
    given: number,
    name: string,
    doing: "packing" | "unpacking",
  ): number {
    const offset = integer(
      "offset",
      given,
      -Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    );
    const { size } = this;
    if (offset < 0 && offset + size > 0) {
      throw rangeError(
        doing === "packing"
          ? `no space to pack ${size} bytes at offset ${offset}`
          : `not enough data to unpack ${size} bytes at offset ${offset}`,
      );
    }
    if (offset + byteLength < 0) {
      throw rangeError(
        `offset ${offset} out of range for ${byteLength}-byte buffer`,
      );
    }
    const at = offset < 0 ? offset + byteLength : offset;
    if (byteLength - at < size) {
      throw rangeError(
        `${name} requires a buffer of at least ${
          size + at
        } bytes for ${doing} ${size} bytes at offset ${at} (actual buffer size is ${byteLength})`,
      );
    }
    return at;
  }
}

nameClasses({ Struct });
