/** Reads and writes the fields of C structs in bytes, by the layout's offsets. */

import { isMissing } from "../../constants/table.ts";
import { rangeError } from "../../constants/stack.ts";
import { type Bytes, bytes } from "../../errors/arguments.ts";
import type { Field, Layout, Struct } from "../../ffi/layout/mod.ts";

/** Reads the fields of one struct. */
export interface Reader {
  /** The struct's bytes. */
  readonly view: DataView<ArrayBuffer>;
  /** Reads an unsigned integer of at most 32 bits. */
  unsigned(field: Field): number;
  /** Reads a signed integer: a bigint if it is not a safe integer. */
  signed(field: Field): number | bigint;
  /** Copies the bytes of a field. */
  bytes(field: Field): Uint8Array<ArrayBuffer>;
}

/**
 * Returns the struct with a name.
 *
 * @throws {RangeError} if the platform lacks it
 */
export function structOf(layout: Layout, name: string): Struct {
  const struct = layout[name] as Struct | undefined;
  if (struct === undefined) {
    throw rangeError(`struct ${name} is not available on this platform`);
  }
  return struct;
}

/**
 * Makes the reader of a struct.
 *
 * @param data what the caller passed
 * @param name the struct's name, for the error message
 * @param size how many bytes it must have at least
 * @throws {TypeError} if `data` is not bytes
 * @throws {RangeError} if it is too short
 */
export function reader(data: Bytes, name: string, size: number): Reader {
  const all = bytes("data", data);
  if (all.byteLength < size) {
    throw rangeError(
      `data is too short for struct ${name}: ${all.byteLength} of ${size} bytes`,
    );
  }
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  return {
    view,
    unsigned: (field) => Number(unsigned(view, field)),
    signed: (field) => signed(view, field),
    bytes: ({ at, size }) => all.slice(at, at + size),
  };
}

/** Returns a 64-bit integer as a number where that is exact, otherwise as a bigint. */
function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Reads an unsigned integer of 1, 2, 4 or 8 bytes: a bigint if it is not a safe integer. */
export function unsigned(view: DataView, { at, size }: Field): number | bigint {
  if (size === 8) return exact(view.getBigUint64(at, true));
  if (size === 4) return view.getUint32(at, true);
  return size === 2 ? view.getUint16(at, true) : view.getUint8(at);
}

/** Reads a signed integer of 1, 2, 4 or 8 bytes: a bigint if it is not a safe integer. */
export function signed(view: DataView, { at, size }: Field): number | bigint {
  if (size === 8) return exact(view.getBigInt64(at, true));
  if (size === 4) return view.getInt32(at, true);
  return size === 2 ? view.getInt16(at, true) : view.getInt8(at);
}

/** Whether the first argument of `encode…` is the object that `decode…` returned. */
export function isFields<T>(value: T): value is T & object {
  return typeof value === "object" && value !== null && !isMissing(value);
}

/** Makes a struct's bytes from the values of its fields, by their C names; other fields are 0. */
export function encodeStruct(
  struct: Struct,
  values: Readonly<Record<string, number | Uint8Array>>,
): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(struct.size);
  const view = new DataView(data.buffer);
  for (const [name, value] of Object.entries(values)) {
    const { at, size } = struct[name];
    if (typeof value !== "number") data.set(value, at);
    else if (size === 8) view.setBigInt64(at, BigInt(value), true);
    else if (size === 4) view.setInt32(at, value, true);
    else if (size === 2) view.setInt16(at, value, true);
    else view.setInt8(at, value);
  }
  return data;
}
