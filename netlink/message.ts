/** Netlink's messages: a header, a structure, attributes. */

import { rangeError } from "../constants/stack.ts";
import { type Bytes, bytes, integer, string } from "../errors/arguments.ts";
import {
  aligned,
  type Attributes,
  type AttributesInput,
  concat,
  nested,
  type Policy,
} from "./attributes.ts";
import {
  atLeast,
  converting,
  type Fields,
  type FieldValues,
  object,
  type StructType,
} from "./values.ts";

/**
 * A netlink message: the fields of `struct nlmsghdr`, and what follows it.
 * @category Netlink
 */
export interface NetlinkMessage {
  /** The type: an `RTM_` or `NLMSG_` value, or the id of a generic family. */
  readonly type: number;
  /** The flags: bits of the `NLM_F_` constants. */
  readonly flags: number;
  /** The sequence number: a reply has that of its request. */
  readonly seq: number;
  /** The port of the socket to which the message replies; 0 for the kernel's own. */
  readonly pid: number;
  /** What follows the header. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/**
 * A message to encode. What is left out is 0, or empty.
 * @category Netlink
 */
export interface NetlinkMessageInput {
  /** The type. */
  readonly type: number;
  /** The flags: bits of the `NLM_F_` constants. */
  readonly flags?: number | undefined;
  /** The sequence number. */
  readonly seq?: number | undefined;
  /** The port of the sender; the kernel takes 0 as well. */
  readonly pid?: number | undefined;
  /** What follows the header. */
  readonly payload?: Bytes | undefined;
}

/** The size of `struct nlmsghdr`. */
const HEADER = 16;

/**
 * Encodes a message, padded to a multiple of 4 bytes.
 *
 * @param message the message
 * @returns its bytes
 * @throws {TypeError} if a field is missing or of the wrong kind
 * @throws {RangeError} if a field is out of bounds
 * @category Netlink
 */
export function encodeMessage(
  message: NetlinkMessageInput,
): Uint8Array<ArrayBuffer> {
  const { type, flags = 0, seq = 0, pid = 0, payload } = object(
    "message",
    message,
  );
  const content = payload === undefined
    ? new Uint8Array()
    : bytes("payload", payload);
  const length = HEADER + content.length;
  const all = new Uint8Array(aligned(length));
  const view = new DataView(all.buffer);
  view.setUint32(0, length, true);
  view.setUint16(4, integer("type", type, 0, 0xffff), true);
  view.setUint16(6, integer("flags", flags, 0, 0xffff), true);
  view.setUint32(8, integer("seq", seq, 0, 0xffffffff), true);
  view.setUint32(12, integer("pid", pid, 0, 0xffffffff), true);
  all.set(content, HEADER);
  return all;
}

/**
 * Decodes the messages of a datagram.
 *
 * @param data what a socket received
 * @returns the messages in order
 * @throws {TypeError} if `data` is not bytes
 * @throws {RangeError} if a message's length is less than its header's, or more than there is
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeMessages, encodeMessage } from "@libc/socket/netlink";
 *
 * const bytes = encodeMessage({ type: 16, seq: 7, payload: new Uint8Array(3) });
 * assertEquals(bytes.length, 20);
 * const [{ type, seq, payload }] = decodeMessages(bytes);
 * assertEquals([type, seq, payload.length], [16, 7, 3]);
 * ```
 * @category Netlink
 */
export function decodeMessages(data: Bytes): NetlinkMessage[] {
  const all = bytes("data", data);
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at < all.length;) {
    const left = all.length - at;
    const length = left < HEADER ? left : view.getUint32(at, true);
    if (length < HEADER || length > left) {
      throw rangeError(
        `the message at byte ${at} has a length of ${length}, which must be ${
          length < HEADER ? `${HEADER} or more` : `${left} at most`
        }`,
      );
    }
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      seq: view.getUint32(at + 8, true),
      pid: view.getUint32(at + 12, true),
      payload: all.slice(at + HEADER, at + length),
    });
    at += aligned(length);
    // The last message of a datagram need not be padded.
  }
  return messages;
}

/**
 * What a message of a format is decoded to: the fields of its structure, and the attributes.
 * @category Netlink
 */
export type Decoded<F extends Fields, P extends Policy> =
  & Readonly<FieldValues<F>>
  & {
    /** The attributes by their names in C. */
    readonly attributes: Attributes<P>;
  };

/**
 * What a message of a format is encoded from. Fields that are left out are 0.
 * @category Netlink
 */
export type Encodable<F extends Fields, P extends Policy> =
  & Readonly<Partial<Record<keyof F, number | bigint | undefined>>>
  & {
    /** The attributes by their names in C. */
    readonly attributes?: AttributesInput<P> | undefined;
  };

/**
 * What follows the header in messages of a kind.
 *
 * @typeParam T what is decoded
 * @typeParam I what may be encoded
 * @category Netlink
 */
export interface MessageFormat<T, I> {
  /**
   * Encodes the payload of a message.
   *
   * @param fields the structure's fields, and `attributes`; what is left out is 0, or missing
   * @returns the payload
   * @throws {TypeError} if a value is of the wrong kind
   * @throws {RangeError} if a value is out of bounds, or there is no field or attribute of a name
   */
  encode(fields?: I): Uint8Array<ArrayBuffer>;
  /**
   * Decodes the payload of a message.
   *
   * @param payload what follows the header
   * @returns the structure's fields, and `attributes`
   * @throws {TypeError} if it is not bytes
   * @throws {RangeError} if it is too short, or an attribute is damaged
   */
  decode(payload: Bytes): T;
}

/**
 * Describes the messages of a kind: a structure, then attributes.
 *
 * @param name the structure's name, for error messages
 * @param header the structure
 * @param policy the attributes
 * @returns the format, which encodes and decodes
 *
 * @example A command of a family of generic netlink
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { messageFormat, struct, text, u32, u8 } from "@libc/socket/netlink";
 *
 * const format = messageFormat("genlmsghdr", struct({ cmd: u8, version: u8 }), {
 *   EXAMPLE_ATTR_NAME: [1, text],
 *   EXAMPLE_ATTR_COUNT: [2, u32],
 * });
 * const payload = format.encode({ cmd: 3, attributes: { EXAMPLE_ATTR_NAME: "eth0" } });
 * assertEquals(payload.toHex(), "03000000" + "09000100" + "6574683000" + "000000");
 * const { cmd, attributes } = format.decode(payload);
 * assertEquals([cmd, attributes], [3, { EXAMPLE_ATTR_NAME: "eth0" }]);
 * ```
 * @category Netlink
 */
export function messageFormat<F extends Fields, P extends Policy>(
  name: string,
  header: StructType<F>,
  policy: P,
): MessageFormat<Decoded<F, P>, Encodable<F, P>> {
  string("name", name);
  const size = aligned(
    integer("header.size", converting("header", header).size, 0),
  );
  const set = nested(policy);
  return {
    encode(fields) {
      const { attributes, ...rest } = object(
        "fields",
        fields ?? {} as Encodable<F, P>,
      );
      const start = new Uint8Array(size);
      start.set(header.encode(rest as never, name));
      if (attributes === undefined) return start;
      return concat([start, set.encode(attributes, name)]);
    },
    decode(payload) {
      const all = bytes("payload", payload);
      atLeast(header.size, all, `struct ${name}`);
      return {
        ...header.decode(all, name),
        attributes: set.decode(all.subarray(Math.min(size, all.length)), name),
      } as Decoded<F, P>;
    },
  };
}

/**
 * The format of a message whose payload is bytes.
 * @category Netlink
 */
export const payload: MessageFormat<Uint8Array<ArrayBuffer>, Bytes> = {
  encode: (content) =>
    content === undefined
      ? new Uint8Array()
      : bytes("payload", content).slice(),
  decode: (content) => bytes("payload", content).slice(),
};
