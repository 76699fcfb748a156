/** Netlink's attributes: type, length, value; nested to any depth. */

import { isMissing } from "../constants/table.ts";
import { rangeError } from "../constants/stack.ts";
import { type Bytes, bytes, integer, iterable } from "../errors/arguments.ts";
import { converting, object, type ValueType } from "./values.ts";

/**
 * An attribute as it is on the wire.
 * @category Netlink
 */
export interface Attribute {
  /** The type, without the flags `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`. */
  readonly type: number;
  /** Whether `NLA_F_NESTED` is set: the value consists of attributes. Older ones lack the flag. */
  readonly nested?: boolean | undefined;
  /** The value. */
  readonly data: Bytes;
}

/**
 * An attribute that was decoded.
 * @category Netlink
 */
export interface DecodedAttribute extends Attribute {
  /** Whether `NLA_F_NESTED` is set. */
  readonly nested: boolean;
  /** The value, a copy. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The flag and the mask of a type, as numbers: bytes can be decoded on any system. */
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

/** The size of `struct nlattr`: length and type. */
const HEADER = 4;

/** The longest attribute: its length has 16 bits. */
const MAX = 0xffff;

/** Rounds up to netlink's alignment, of attributes and of messages. */
export const aligned = (length: number): number => (length + 3) & ~3;

/**
 * Encodes attributes, each padded to a multiple of 4 bytes.
 *
 * @param attributes the attributes
 * @returns their bytes
 * @throws {RangeError} if a type has more than 14 bits, or a value more than 65,531 bytes
 * @category Netlink
 */
export function encodeAttributes(
  attributes: Iterable<Attribute>,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const one of iterable("attributes", attributes)) {
    const { type, nested, data } = object("each attribute", one as Attribute);
    const value = bytes("data", data);
    const length = HEADER + value.length;
    if (length > MAX) {
      throw rangeError(
        `data must have ${MAX - HEADER} bytes at most, not ${value.length}`,
      );
    }
    const part = new Uint8Array(aligned(length));
    const view = new DataView(part.buffer);
    const number = integer("type", type, 0, 0x3fff);
    view.setUint16(0, length, true);
    view.setUint16(2, nested ? number | NLA_F_NESTED : number, true);
    part.set(value, HEADER);
    parts.push(part);
  }
  return concat(parts);
}

/** Joins bytes. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Decodes attributes one level deep.
 *
 * @param data the bytes of the attributes
 * @returns the attributes in order
 * @throws {TypeError} if `data` is not bytes
 * @throws {RangeError} if an attribute's length is less than its header's, or more than there is
 * @category Netlink
 */
export function decodeAttributes(data: Bytes): DecodedAttribute[] {
  const all = bytes("data", data);
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  const attributes: DecodedAttribute[] = [];
  // Fewer bytes than a header are padding.
  for (let at = 0; at + HEADER <= all.length;) {
    const length = view.getUint16(at, true);
    if (length < HEADER || at + length > all.length) {
      throw rangeError(
        `the attribute at byte ${at} has a length of ${length}, which must be ${HEADER}-${
          all.length - at
        }`,
      );
    }
    const type = view.getUint16(at + 2, true);
    attributes.push({
      type: type & NLA_TYPE_MASK,
      nested: (type & NLA_F_NESTED) !== 0,
      data: all.slice(at + HEADER, at + length),
    });
    at += aligned(length);
  }
  return attributes;
}

/**
 * Which attributes there are: by name, the number and the type of the value.
 * @category Netlink
 */
export type Policy = Readonly<
  // deno-lint-ignore no-explicit-any -- the types of the values differ
  Record<string, readonly [type: number, value: ValueType<any, any>]>
>;

/**
 * The attributes that were decoded by a policy, by name.
 * @category Netlink
 */
export type Attributes<P extends Policy> =
  & {
    readonly [K in keyof P]?: P[K][1] extends ValueType<infer T, infer _> ? T
      : never;
  }
  & {
    /** The attributes that the policy does not know; left out if there are none. */
    readonly unknown?: readonly DecodedAttribute[];
  };

/**
 * The attributes to encode by a policy, by name. Those that are `undefined` are left out.
 * @category Netlink
 */
export type AttributesInput<P extends Policy> =
  & {
    readonly [K in keyof P]?:
      | (P[K][1] extends ValueType<infer _, infer I> ? I : never)
      | undefined;
  }
  & {
    /** Further attributes, by number. */
    readonly unknown?: readonly Attribute[] | undefined;
  };

/**
 * The type of a value that consists of attributes.
 * @category Netlink
 */
export type NestedType<P extends Policy> = ValueType<
  Attributes<P>,
  AttributesInput<P>
>;

/**
 * Checks the number of an attribute. It may be a constant that the platform lacks: where there is
 * no netlink, types can still be made of them.
 */
function attributeNumber(name: string, type: number): void {
  if (!isMissing(type)) integer(name, type, 0, 0x3fff);
}

/**
 * Makes the type of a value that consists of attributes.
 *
 * @param policy the attributes that it may have
 * @category Netlink
 */
export function nested<P extends Policy>(
  policy: P,
): NestedType<P> {
  let names: Map<number, string> | undefined;
  for (const [name, entry] of Object.entries(object("policy", policy))) {
    const [type, value] = iterable(`policy.${name}`, entry) as typeof entry;
    attributeNumber(`the number in policy.${name}`, type);
    converting(`the type in policy.${name}`, value);
  }
  return {
    nested: true,
    encode(attributes, of) {
      const { unknown = [], ...known } = object(of, attributes) as Record<
        string,
        unknown
      >;
      const list = Object.entries(known).flatMap(([name, value]) => {
        if (!Object.hasOwn(policy, name)) {
          throw rangeError(`there is no attribute ${name} here`);
        }
        if (value === undefined || value === false) return [];
        const [type, kind] = policy[name];
        const data = kind.encode(value, name);
        return { type, nested: kind.nested, data };
      });
      return encodeAttributes([
        ...list,
        ...iterable("unknown", unknown) as Iterable<Attribute>,
      ]);
    },
    decode(data) {
      names ??= new Map(
        Object.entries(policy).map(([name, [type]]) => [type, name]),
      );
      const attributes: Record<string, unknown> = {};
      const unknown: DecodedAttribute[] = [];
      for (const attribute of decodeAttributes(data)) {
        const name = names.get(attribute.type);
        if (name === undefined) unknown.push(attribute);
        else attributes[name] = policy[name][1].decode(attribute.data, name);
      }
      if (unknown.length > 0) attributes.unknown = unknown;
      return attributes as Attributes<P>;
    },
  };
}

/**
 * Makes the type of a value that is a list: attributes whose numbers only count, or are all the
 * same.
 *
 * @param element the type of the elements
 * @param type the number of each element; if left out, they are counted from 1
 * @category Netlink
 */
export function list<T, I>(
  element: ValueType<T, I>,
  type?: number,
): ValueType<T[], Iterable<I>> {
  converting("element", element);
  if (type !== undefined) attributeNumber("type", type);
  return {
    nested: true,
    encode: (values, name) =>
      encodeAttributes(
        [...iterable(name, values) as Iterable<I>].map((value, i) => ({
          type: type ?? i + 1,
          nested: element.nested,
          data: element.encode(value, name),
        })),
      ),
    decode: (data, name) =>
      decodeAttributes(data).map(({ data }) => element.decode(data, name)),
  };
}
