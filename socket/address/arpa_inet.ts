/** Conversions of byte order, and of IP addresses between text and bytes. */

import { AF_INET, AF_INET6 } from "../../constants/mod.ts";
import { rangeError } from "../../constants/stack.ts";
import { type Bytes, bytes, integer, string } from "../../errors/arguments.ts";
import { EAFNOSUPPORT, OSError, osError } from "../../errors/errors.ts";
import { load } from "../../ffi/libc.ts";
import { cstring } from "../../ffi/memory.ts";
import { formatIPv6, parseIPv4, parseIPv6 } from "./inet.ts";

// Network order is big-endian; every platform of this library is little-endian.

function swap16(x: number): number {
  return (x & 0xff) << 8 | x >>> 8;
}

function swap32(x: number): number {
  return (swap16(x & 0xffff) << 16 | swap16(x >>> 16)) >>> 0;
}

/**
 * Converts a 32-bit integer from network to host byte order.
 *
 * @param x the unsigned integer, in network order
 * @returns the unsigned integer in host order
 * @throws {TypeError} if it is not an integer
 * @throws {RangeError} if it does not fit in 32 bits
 * @see {@link https://docs.python.org/3/library/socket.html#socket.ntohl}, `byteorder(3)`
 * @category Names and addresses
 */
export function ntohl(x: number): number {
  return swap32(integer("x", x, 0, 0xffffffff));
}

/**
 * Converts a 16-bit integer from network to host byte order.
 *
 * @param x the unsigned integer, in network order
 * @returns the unsigned integer in host order
 * @throws {TypeError} if it is not an integer
 * @throws {RangeError} if it does not fit in 16 bits
 * @see {@link https://docs.python.org/3/library/socket.html#socket.ntohs}, `byteorder(3)`
 * @category Names and addresses
 */
export function ntohs(x: number): number {
  return swap16(integer("x", x, 0, 0xffff));
}

/**
 * Converts a 32-bit integer from host to network byte order.
 *
 * @param x the unsigned integer, in host order
 * @returns the unsigned integer in network order
 * @throws {TypeError} if it is not an integer
 * @throws {RangeError} if it does not fit in 32 bits
 * @see {@link https://docs.python.org/3/library/socket.html#socket.htonl}, `byteorder(3)`
 * @category Names and addresses
 */
export function htonl(x: number): number {
  return swap32(integer("x", x, 0, 0xffffffff));
}

/**
 * Converts a 16-bit integer from host to network byte order.
 *
 * @param x the unsigned integer, in host order
 * @returns the unsigned integer in network order
 * @throws {TypeError} if it is not an integer
 * @throws {RangeError} if it does not fit in 16 bits
 * @see {@link https://docs.python.org/3/library/socket.html#socket.htons}, `byteorder(3)`
 * @category Names and addresses
 */
export function htons(x: number): number {
  return swap16(integer("x", x, 0, 0xffff));
}

/**
 * Packs an IPv4 address into 4 bytes. Accepts the C library's short forms too (`"127.1"`,
 * `"0x7f.1"`), which {@linkcode inet_pton} rejects.
 *
 * @param ip_string the address
 * @returns its 4 bytes, in network order
 * @throws {OSError} `illegal IP address string passed to inet_aton`
 * @see {@link https://docs.python.org/3/library/socket.html#socket.inet_aton}, `inet(3)`
 * @category Names and addresses
 */
export function inet_aton(ip_string: string): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(4);
  if (
    load().inet_aton(
      cstring("ip_string", string("ip_string", ip_string)),
      address,
    ) === 0
  ) {
    throw new OSError(null, "illegal IP address string passed to inet_aton");
  }
  return address;
}

/**
 * Formats a packed IPv4 address as a dotted quad.
 *
 * @param packed_ip its 4 bytes, in network order
 * @returns the dotted quad
 * @throws {OSError} `packed IP wrong length for inet_ntoa`
 * @see {@link https://docs.python.org/3/library/socket.html#socket.inet_ntoa}, `inet(3)`
 * @category Names and addresses
 */
export function inet_ntoa(packed_ip: Bytes): string {
  const view = bytes("packed_ip", packed_ip);
  if (view.length !== 4) {
    throw new OSError(null, "packed IP wrong length for inet_ntoa");
  }
  return view.join(".");
}

/**
 * Packs an IP address.
 *
 * @param address_family `AF_INET` or `AF_INET6`
 * @param ip_string the address
 * @returns its 4 or 16 bytes, in network order
 * @throws {OSError} `illegal IP address string passed to inet_pton`; `EAFNOSUPPORT` for any other
 * family
 * @throws {RangeError} if the address contains a NUL
 * @see {@link https://docs.python.org/3/library/socket.html#socket.inet_pton}, `inet_pton(3)`
 * @category Names and addresses
 */
export function inet_pton(
  address_family: number,
  ip_string: string,
): Uint8Array<ArrayBuffer> {
  const text = string("ip_string", ip_string);
  if (text.includes("\0")) {
    throw rangeError("ip_string: embedded null byte");
  }
  const illegal = "illegal IP address string passed to inet_pton";
  switch (integer("address_family", address_family)) {
    case AF_INET: {
      const number = parseIPv4(text);
      if (number < 0) throw new OSError(null, illegal);
      return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
    }
    case AF_INET6: {
      const address = new Uint8Array(16);
      if (!parseIPv6(text, address)) throw new OSError(null, illegal);
      return address;
    }
    default:
      throw osError(EAFNOSUPPORT, "inet_pton");
  }
}

/**
 * Formats a packed IP address as text, the same way on every platform. Python calls the C library,
 * which on the BSDs and macOS formats some addresses differently: `::2` as `::0.0.0.2`.
 *
 * @param address_family `AF_INET` or `AF_INET6`
 * @param packed_ip its 4 or 16 bytes, in network order
 * @returns the text
 * @throws {RangeError} if the length does not match the family, or for any other family
 * @see {@link https://docs.python.org/3/library/socket.html#socket.inet_ntop}, `inet_ntop(3)`
 * @category Names and addresses
 */
export function inet_ntop(address_family: number, packed_ip: Bytes): string {
  const view = bytes("packed_ip", packed_ip);
  const family = integer("address_family", address_family);
  const length = family === AF_INET ? 4 : family === AF_INET6 ? 16 : undefined;
  if (length === undefined) {
    throw rangeError(`unknown address family ${family}`);
  }
  if (view.length !== length) {
    throw rangeError(
      "packed_ip: invalid length of packed IP address string",
    );
  }
  return length === 16 ? formatIPv6(view) : view.join(".");
}
