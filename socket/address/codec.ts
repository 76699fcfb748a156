/**
 * What every address family's file provides: how its addresses are written as a `sockaddr` and read
 * from one. A codec learns the platform from its context, never from the process, so that a test on
 * Linux sees the bytes that macOS and Windows would.
 */

import type { Field, Layout } from "../../ffi/layout/types.ts";
import { cstring, stringIn } from "../../ffi/memory.ts";
import type { Features } from "../../ffi/features.ts";
import { describe, integer, stringOrBytes } from "../../errors/arguments.ts";
import type { Address } from "./types.ts";

/** What a codec may ask of its surroundings. */
export interface CodecContext {
  /** The platform's constants, by name. */
  readonly constants: Readonly<Record<string, number>>;
  /** The platform's structures. */
  readonly layout: Layout;
  /** What no constant and no structure tells. */
  readonly features: Features;
  /** The numeric text of a host name's address in the family; throws `gaierror`. */
  resolve(host: string, family: number): string;
  /** The index of a network interface; throws `OSError` if there is none of that name. */
  if_nametoindex(name: string): number;
  /** Asks a socket's driver something: `ioctl(2)`, which may fill `arg`; throws `OSError`. */
  ioctl(fd: number, request: number, arg: Uint8Array<ArrayBuffer>): void;
}

/** The socket whose address is encoded or decoded: protocols of a family may differ in theirs. */
export interface CodecSocket {
  /** The address family. */
  readonly family: number;
  /** The protocol. */
  readonly proto: number;
  /** The descriptor, for the families that ask the kernel about a name. */
  readonly fd: number;
}

/** What a codec knows of a socket that is not open, or not there: its family and protocol. */
export function bareSocket(family: number, proto = 0): CodecSocket {
  return { family, proto, fd: -1 };
}

/** Storage for a socket address: as large as `sockaddr_storage`, seen as bytes and as fields. */
export interface Sockaddr {
  /** The storage as bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The storage as fields. */
  readonly view: DataView<ArrayBuffer>;
}

/** One address family: a `sockaddr` written and read. */
export interface AddressCodec<A extends Address = Address> {
  /**
   * Writes an address, whatever the storage held before.
   *
   * @param address what the caller passed
   * @param into the storage
   * @param socket the socket it is for
   * @param context the platform
   * @returns the length of the address in bytes
   * @throws {TypeError} if it is not an address of this family
   * @throws {RangeError} if a field is out of bounds
   * @throws {OSError} if it is a name that nothing has, or one that Python refuses so
   */
  encode(
    address: unknown,
    into: Sockaddr,
    socket: CodecSocket,
    context: CodecContext,
  ): number;

  /**
   * Reads an address.
   *
   * @param from the storage
   * @param length how many bytes of it the kernel filled
   * @param socket the socket it is from
   * @param context the platform
   */
  decode(
    from: Sockaddr,
    length: number,
    socket: CodecSocket,
    context: CodecContext,
  ): A;

  /** The host name in an address that has to be looked up before `encode` can write it, if any. */
  hostname?(address: unknown): string | undefined;

  /** Whether a platform with this family has its structure; if left out, each does. */
  suits?(layout: Layout): boolean;
}

/** Makes storage for a socket address. */
export function sockaddrStorage(): Sockaddr {
  const bytes = new Uint8Array(128);
  return { bytes, view: new DataView(bytes.buffer) };
}

/**
 * Begins a `sockaddr`: clears it and writes its head, which is the family, and on the BSDs the length
 * byte before it.
 *
 * @param length the length of the whole address
 * @returns the length
 */
export function writeHead(
  into: Sockaddr,
  family: number,
  length: number,
  layout: Layout,
): number {
  // By words, as a call of fill() costs more than all the rest of a short address.
  for (let at = 0; at < length; at += 4) into.view.setUint32(at, 0);
  const { sa_family, sa_len } = layout.sockaddr;
  write(into.view, sa_family, family);
  if (sa_len !== undefined) into.bytes[sa_len.at] = length;
  return length;
}

/** Reads the family from the head of a `sockaddr`. */
export function familyOf(from: Sockaddr, layout: Layout): number {
  return read(from.view, layout.sockaddr.sa_family);
}

/** Writes an integer field of 1, 2 or 4 bytes in the platform's (little-endian) order. */
export function write(view: DataView, field: Field, value: number): void {
  if (field.size === 4) view.setUint32(field.at, value, true);
  else if (field.size === 2) view.setUint16(field.at, value, true);
  else view.setUint8(field.at, value);
}

/** Reads an unsigned integer field of 1, 2 or 4 bytes in the platform's (little-endian) order. */
export function read(view: DataView, field: Field): number {
  if (field.size === 4) return view.getUint32(field.at, true);
  if (field.size === 2) return view.getUint16(field.at, true);
  return view.getUint8(field.at);
}

/**
 * Writes a string into an array of characters, with a NUL after it.
 *
 * @param name the argument's name
 * @throws {TypeError} if it is no string (or bytes)
 * @throws {RangeError} if it is too long, or has a NUL inside
 */
export function writeText(
  into: Uint8Array,
  field: Field,
  name: string,
  value: unknown,
): void {
  const text = cstring(name, stringOrBytes(name, value));
  if (text.length > field.size) {
    throw new RangeError(`${name} too long (at most ${field.size - 1} bytes)`);
  }
  into.set(text, field.at);
}

/** Reads a string from an array of characters, up to its NUL if it has one. */
export function readText(from: Uint8Array, field: Field): string {
  return stringIn(from.subarray(field.at, field.at + field.size));
}

/**
 * Checks an integer of 32 bits. As JavaScript's own operators give masks and identifiers of the
 * highest bit as negative numbers, these count as what their bits say.
 *
 * @param name the argument's name
 * @returns the value, unsigned
 * @throws {TypeError} if it is no integer
 * @throws {RangeError} if it has more bits
 */
export function uint32(name: string, value: unknown): number {
  return integer(name, value, -0x80000000, 0xffffffff) >>> 0;
}

/**
 * Checks that an address is an array whose length lies within bounds.
 *
 * @param form what it should be, for the message
 */
export function checkTuple(
  address: unknown,
  min: number,
  max: number,
  form: string,
): readonly unknown[] {
  if (!Array.isArray(address) || address.length < min || address.length > max) {
    throw new TypeError(`address must be ${form}, not ${shown(address)}`);
  }
  return address;
}

function shown(address: unknown): string {
  return Array.isArray(address)
    ? `an array of ${address.length}`
    : describe(address);
}
