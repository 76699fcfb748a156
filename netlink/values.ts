/** The types of values in netlink's attributes and structures: to bytes and back. */

import { rangeError, typeError } from "../constants/stack.ts";
import {
  type Bytes,
  bytes,
  describe,
  integer,
  string,
} from "../errors/arguments.ts";
import {
  formatIPv4,
  formatIPv6,
  parseIPv4,
  parseIPv6,
} from "../socket/address/inet.ts";
import { cstring, stringIn } from "../ffi/memory.ts";

/**
 * How a value lies in bytes. The types of this module have it; others may be written.
 *
 * @typeParam T what is decoded
 * @typeParam I what may be encoded
 * @category Netlink
 */
export interface ValueType<T, I = T> {
  /**
   * Encodes a value.
   *
   * @param value the value
   * @param name the name of the attribute or field, for error messages
   */
  encode(value: I, name: string): Uint8Array<ArrayBuffer>;
  /**
   * Decodes a value.
   *
   * @param data the bytes
   * @param name the name of the attribute or field, for error messages
   */
  decode(data: Uint8Array<ArrayBuffer>, name: string): T;
  /** Whether the value consists of attributes: `NLA_F_NESTED` marks it. */
  readonly nested?: boolean | undefined;
}

/**
 * An integer of a fixed size, which may also be a field of a structure.
 * @category Netlink
 */
export interface IntegerType<T extends number | bigint = number>
  extends ValueType<T, number | bigint> {
  /** The size in bytes. */
  readonly size: 1 | 2 | 4 | 8;
}

/** Checks that something has properties, and returns it. */
export function object<T>(name: string, value: T): T & object {
  if (typeof value === "object" && value !== null) return value;
  throw typeError(`${name} must be an object, not ${describe(value)}`);
}

/** Checks that something encodes and decodes, and returns it. */
export function converting<T extends { encode: unknown; decode: unknown }>(
  name: string,
  value: T,
): T {
  const { encode, decode } = object(name, value);
  if (typeof encode === "function" && typeof decode === "function") {
    return value;
  }
  throw typeError(`${name} must have the methods encode() and decode()`);
}

/** Checks that something is bytes, and enough of them. */
export function atLeast(
  size: number,
  data: Bytes,
  name: string,
): Uint8Array<ArrayBuffer> {
  const all = bytes(name, data);
  if (all.length >= size) return all;
  throw rangeError(`${name} must have ${size} bytes, not ${all.length}`);
}

const viewOf = (data: Uint8Array): DataView =>
  new DataView(data.buffer, data.byteOffset, data.byteLength);

function integerType(
  size: 1 | 2 | 4,
  signed: boolean,
  bigEndian = false,
): IntegerType {
  const bits = size * 8;
  // A mask with the highest bit set is negative where JavaScript's operators made it.
  const min = -(2 ** (bits - 1));
  const max = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  return {
    size,
    encode(value, name) {
      const view = new DataView(new ArrayBuffer(size));
      const number = integer(name, value, min, max);
      if (size === 4) view.setInt32(0, number, !bigEndian);
      else if (size === 2) view.setInt16(0, number, !bigEndian);
      else view.setInt8(0, number);
      return new Uint8Array(view.buffer);
    },
    decode(data, name) {
      const view = viewOf(atLeast(size, data, name));
      if (size === 4) {
        return signed
          ? view.getInt32(0, !bigEndian)
          : view.getUint32(0, !bigEndian);
      }
      if (size === 2) {
        return signed
          ? view.getInt16(0, !bigEndian)
          : view.getUint16(0, !bigEndian);
      }
      return signed ? view.getInt8(0) : view.getUint8(0);
    },
  };
}

/**
 * An unsigned integer of 8 bits.
 * @category Netlink
 */
export const u8: IntegerType = integerType(1, false);
/**
 * An unsigned integer of 16 bits.
 * @category Netlink
 */
export const u16: IntegerType = integerType(2, false);
/**
 * An unsigned integer of 32 bits.
 * @category Netlink
 */
export const u32: IntegerType = integerType(4, false);
/**
 * A signed integer of 32 bits.
 * @category Netlink
 */
export const s32: IntegerType = integerType(4, true);
/**
 * An unsigned integer of 16 bits in network order, such as a port.
 * @category Netlink
 */
export const be16: IntegerType = integerType(2, false, true);
/**
 * An unsigned integer of 32 bits in network order.
 * @category Netlink
 */
export const be32: IntegerType = integerType(4, false, true);

/**
 * An unsigned integer of 64 bits: a bigint if it is not a safe integer.
 * @category Netlink
 */
export const u64: IntegerType<number | bigint> = {
  size: 8,
  encode(value, name) {
    const number = typeof value === "bigint"
      ? value
      : BigInt(integer(name, value, 0, Number.MAX_SAFE_INTEGER));
    if (number < 0n || number >= 2n ** 64n) {
      throw rangeError(`${name} must be 0-${2n ** 64n - 1n}, not ${value}`);
    }
    return new Uint8Array(new BigUint64Array([number]).buffer);
  },
  decode(data, name) {
    const value = viewOf(atLeast(8, data, name)).getBigUint64(0, true);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  },
};

/**
 * A string, which a NUL ends.
 * @category Netlink
 */
export const text: ValueType<string> = {
  encode: (value, name) => cstring(name, string(name, value)),
  decode: (data, name) => stringIn(bytes(name, data)),
};

/**
 * Bytes as they are, such as a hardware address.
 * @category Netlink
 */
export const binary: ValueType<Uint8Array<ArrayBuffer>, Bytes> = {
  encode: (value, name) => bytes(name, value).slice(),
  decode: (data, name) => bytes(name, data).slice(),
};

/**
 * An attribute that is there (true) or not, without a value.
 * @category Netlink
 */
export const flag: ValueType<true, boolean> = {
  encode: () => new Uint8Array(),
  decode: () => true,
};

/**
 * An IP address as text; its length says which version. What has another length, such as the label
 * of an MPLS route, is bytes.
 * @category Netlink
 */
export const ip: ValueType<string | Uint8Array<ArrayBuffer>, string | Bytes> = {
  encode(value, name) {
    if (typeof value !== "string") return bytes(name, value).slice();
    const number = parseIPv4(value);
    const data = new Uint8Array(number >= 0 ? 4 : 16);
    if (number >= 0) viewOf(data).setUint32(0, number);
    else if (!parseIPv6(value, data)) {
      throw rangeError(
        `${name} must be an IP address, not ${JSON.stringify(value)}`,
      );
    }
    return data;
  },
  decode(data, name) {
    const all = bytes(name, data);
    if (all.length === 4) return formatIPv4(viewOf(all).getUint32(0));
    return all.length === 16 ? formatIPv6(all) : all.slice();
  },
};

/**
 * The fields of a structure, by name.
 * @category Netlink
 */
export type Fields = Readonly<Record<string, IntegerType<number | bigint>>>;

/**
 * The values of a structure's fields.
 * @category Netlink
 */
export type FieldValues<F extends Fields> = {
  [K in keyof F]: F[K] extends IntegerType<infer T> ? T : never;
};

/**
 * A structure: how its fields lie in bytes.
 * @category Netlink
 */
export interface StructType<F extends Fields> extends
  ValueType<
    FieldValues<F>,
    Readonly<Partial<Record<keyof F, number | bigint | undefined>>>
  > {
  /** Its size in bytes. */
  readonly size: number;
}

/**
 * Describes a C structure of integers. Each field lies at a multiple of its size, as in C.
 *
 * @param fields the fields in order. Those that are left out when it is encoded are 0; those for
 * which there are not enough bytes when it is decoded are 0 too, if they are whole fields: newer
 * kernels append fields
 * @param required how many bytes there must be at least; all if left out
 * @category Netlink
 */
export function struct<F extends Fields>(
  fields: F,
  required?: number,
): StructType<F> {
  const places = new Map<string, number>();
  let end = 0;
  const types = Object.entries(object("fields", fields));
  for (const [name, type] of types) {
    const { size } = converting(`fields.${name}`, type);
    integer(`fields.${name}.size`, size, 1, 8);
    const at = Math.ceil(end / size) * size;
    places.set(name, at);
    end = at + size;
  }
  const least = required === undefined ? end : integer("required", required, 0);
  return {
    size: end,
    encode(values, of) {
      const data = new Uint8Array(end);
      for (const [name, value] of Object.entries(object(of, values))) {
        const at = places.get(name);
        if (at === undefined) {
          throw rangeError(`${of} has no field ${name}`);
        }
        if (value === undefined) continue;
        data.set(fields[name].encode(value, `${of}.${name}`), at);
      }
      return data;
    },
    decode(data, of) {
      const all = atLeast(least, data, of);
      const values: Record<string, number | bigint> = {};
      for (const [name, at] of places) {
        const { size } = fields[name];
        values[name] = at + size <= all.length
          ? fields[name].decode(all.subarray(at, at + size), name)
          : 0;
      }
      return values as FieldValues<F>;
    },
  };
}
