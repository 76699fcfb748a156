/**
 * The interface of address codecs, which encode a family's addresses as a `sockaddr` and decode
 * them, and helpers to write one. A codec takes the platform from its context, never from the
 * process, so that tests on Linux can check the bytes of macOS and Windows.
 */

import { rangeError, typeError } from "../../constants/stack.ts";
import {
  bytes,
  describe,
  integer,
  stringOrBytes,
} from "../../errors/arguments.ts";
import type { Features } from "../../ffi/features.ts";
import type { Field, Layout } from "../../ffi/layout/mod.ts";
import { cstring, stringIn } from "../../ffi/memory.ts";
import type { Address, UnknownAddress } from "./types.ts";

/** The platform and the system calls that a codec may use. */
export interface CodecContext {
  /** The platform's constants, by name. */
  readonly constants: Readonly<Record<string, number>>;
  /** The platform's structures. */
  readonly layout: Layout;
  /** Platform differences that neither constants nor structures express. */
  readonly features: Features;
  /** Resolves a host name to an address of the family, as numeric text; throws `gaierror`. */
  resolve(host: string, family: number): string;
  /** Returns the index of a network interface; throws `OSError` if no interface has that name. */
  if_nametoindex(name: string): number;
  /** Calls `ioctl(2)`, which may fill `arg`; throws `OSError`. */
  ioctl(fd: number, request: number, arg: Uint8Array<ArrayBuffer>): void;
}

/** The socket whose address is encoded or decoded: a family's addresses may differ by protocol. */
export interface CodecSocket {
  /** The address family. */
  readonly family: number;
  /** The protocol. */
  readonly proto: number;
  /** The descriptor, for the families that look names up with `ioctl(2)`. */
  readonly fd: number;
}

/**
 * Makes the codec's view of an address that belongs to no open socket: family and protocol only.
 */
export function bareSocket(family: number, proto = 0): CodecSocket {
  return { family, proto, fd: -1 };
}

/** Storage for a socket address, as large as `sockaddr_storage`. */
export interface Sockaddr {
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, for access to fields. */
  readonly view: DataView<ArrayBuffer>;
}

/** Encodes and decodes the addresses of one family. */
export interface AddressCodec<A extends Address = Address> {
  /**
   * Writes an address, overwriting what the storage held before.
   *
   * @param address what the caller passed
   * @param into the storage
   * @param socket the socket it is for
   * @param context the platform
   * @returns the length of the address in bytes
   * @throws {TypeError} if it is not an address of this family
   * @throws {RangeError} if a field is out of bounds
   * @throws {OSError} if a name in it does not exist, or where Python throws `OSError` too
   */
  encode(
    address: unknown,
    into: Sockaddr,
    socket: CodecSocket,
    context: CodecContext,
  ): number;

  /**
   * Reads an address. What lies beyond `length` reads as 0: the storage may hold the rest of an
   * earlier address.
   *
   * @param from the storage
   * @param length how many bytes of it the kernel filled
   * @param socket the socket it is from
   * @param context the platform
   * @returns the address
   */
  decode(
    from: Sockaddr,
    length: number,
    socket: CodecSocket,
    context: CodecContext,
  ): A;

  /** Returns the host name that must be resolved before `encode` can write the address, if any. */
  hostname?(address: unknown): string | undefined;

  /** Whether a platform that has this family also has its structure; if omitted, all do. */
  suits?(layout: Layout): boolean;
}

/** Makes storage for a socket address. */
export function sockaddrStorage(): Sockaddr {
  const bytes = new Uint8Array(128);
  return { bytes, view: new DataView(bytes.buffer) };
}

/**
 * Clears a `sockaddr` and writes its head: the family, after the length byte on the BSDs and macOS.
 *
 * @param length the length of the whole address in bytes
 * @returns the length
 */
export function writeHead(
  into: Sockaddr,
  family: number,
  length: number,
  layout: Layout,
): number {
  // By words: for a short address, one call of fill() costs more than all the other work.
  for (let at = 0; at < length; at += 4) into.view.setUint32(at, 0);
  const { sa_family, sa_len } = layout.sockaddr;
  write(into.view, sa_family, family);
  if (sa_len !== undefined) into.bytes[sa_len.at] = length;
  return length;
}

/**
 * Clears the bytes of a struct beyond the address that the kernel wrote, which hold a part of an
 * earlier address. Python reads zeros there too.
 *
 * @param length how many bytes the kernel filled
 * @param size how many bytes are going to be read
 */
export function clearRest(from: Sockaddr, length: number, size: number): void {
  for (let at = length; at < size; at++) from.bytes[at] = 0;
}

/** Reads the family from the head of a `sockaddr`. */
export function familyOf(from: Sockaddr, layout: Layout): number {
  return read(from.view, layout.sockaddr.sa_family);
}

/** Writes an integer field of 1, 2 or 4 bytes in host order (little-endian). */
export function write(view: DataView, field: Field, value: number): void {
  if (field.size === 4) view.setUint32(field.at, value, true);
  else if (field.size === 2) view.setUint16(field.at, value, true);
  else view.setUint8(field.at, value);
}

/** Reads an unsigned integer field of 1, 2 or 4 bytes in host order (little-endian). */
export function read(view: DataView, field: Field): number {
  if (field.size === 4) return view.getUint32(field.at, true);
  if (field.size === 2) return view.getUint16(field.at, true);
  return view.getUint8(field.at);
}

/**
 * Writes a NUL-terminated string into an array of characters.
 *
 * @param name the argument's name, for error messages
 * @throws {TypeError} if the value is neither a string nor bytes
 * @throws {RangeError} if it is too long or contains a NUL
 */
export function writeText(
  into: Uint8Array,
  field: Field,
  name: string,
  value: unknown,
): void {
  const text = cstring(name, stringOrBytes(name, value));
  if (text.length > field.size) {
    throw rangeError(`${name} too long (at most ${field.size - 1} bytes)`);
  }
  into.set(text, field.at);
}

/** Reads a string from an array of characters, up to its NUL if there is one. */
export function readText(from: Uint8Array, field: Field): string {
  return stringIn(from.subarray(field.at, field.at + field.size));
}

/**
 * Checks a 32-bit integer. Accepts negative numbers by their bits, because JavaScript's bitwise
 * operators return masks that contain the highest bit as negative numbers.
 *
 * @param name the argument's name, for error messages
 * @returns the value, unsigned
 * @throws {TypeError} if it is not an integer
 * @throws {RangeError} if it does not fit in 32 bits
 */
export function uint32(name: string, value: unknown): number {
  return integer(name, value, -0x80000000, 0xffffffff) >>> 0;
}

/**
 * Checks that an address is an array of `min` to `max` elements.
 *
 * @param form the expected form, for the error message
 * @throws {TypeError} if it is not
 */
export function checkTuple(
  address: unknown,
  min: number,
  max: number,
  form: string,
): readonly unknown[] {
  if (!Array.isArray(address) || address.length < min || address.length > max) {
    throw typeError(`address must be ${form}, not ${shown(address)}`);
  }
  return address;
}

function shown(address: unknown): string {
  return Array.isArray(address)
    ? `an array of ${address.length}`
    : describe(address);
}

// Addresses of families without a codec: `[family, data]`, the raw bytes of a `sockaddr`.

/**
 * The codec of any other family. It decodes as Python does, except that it returns all bytes
 * instead of the first 14; unlike Python, it also encodes that form.
 */
export const unknown: AddressCodec<UnknownAddress> = {
  encode(address, into, _socket, { layout }) {
    const form = "[family: number, data: bytes]";
    const [family, data] = checkTuple(address, 2, 2, form);
    const { at, size } = layout.sockaddr.sa_family;
    const number = integer("family", family, 0, 2 ** (8 * size) - 1);
    const rest = bytes("data", data);
    const room = into.bytes.length - at - size;
    if (rest.length > room) {
      throw rangeError(`data too long (at most ${room} bytes)`);
    }
    const length = writeHead(into, number, at + size + rest.length, layout);
    into.bytes.set(rest, at + size);
    return length;
  },

  decode(from, length, _socket, { layout }) {
    const { at, size } = layout.sockaddr.sa_family;
    clearRest(from, length, at + size);
    return [
      familyOf(from, layout),
      from.bytes.slice(at + size, Math.max(length, at + size)),
    ];
  },
};
