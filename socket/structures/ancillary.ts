/**
 * Values of ancillary data: interface and address of a datagram, times of packets, and messages of
 * the error queue.
 */

import { rangeError } from "../../constants/stack.ts";
import { type Bytes, bytes, integer, string } from "../../errors/arguments.ts";
import { type Layout, layout as running } from "../../ffi/layout/mod.ts";
import {
  formatIPv4,
  formatIPv6,
  parseIPv4,
  parseIPv6,
} from "../address/inet.ts";
import { encodeStruct, isFields, reader, structOf } from "./fields.ts";
import type { AddressCodec, CodecContext } from "../address/codec.ts";
import { addressIn, codecOf } from "../address/registry.ts";
import type { Address } from "../address/types.ts";
import { context } from "../resolver/addrinfo.ts";

// The interface and address by which a datagram was received, or is to be sent.

/**
 * The data of `IP_PKTINFO`: the interface and addresses by which a datagram was received.
 * @category Messages
 */
export interface PacketInfo {
  /** The index of the interface. */
  readonly ifindex: number;
  /** The local address from which a reply should be sent; on Windows, the same as `addr`. */
  readonly specDst: string;
  /** The destination in the datagram's header, which may be a multicast or broadcast address. */
  readonly addr: string;
}

/**
 * The data of `IPV6_PKTINFO`: the interface and address by which a datagram was received.
 * @category Messages
 */
export interface PacketInfo6 {
  /** The index of the interface. */
  readonly ifindex: number;
  /** The destination address in the datagram's header. */
  readonly addr: string;
}

/**
 * Decodes the data of `IP_PKTINFO` (`struct in_pktinfo`).
 *
 * @param data the data of the control message, from `recvmsg()`
 * @returns the interface and the addresses
 * @throws {RangeError} if the data is too short, or the platform lacks the struct
 * @see `ip(7)`
 * @category Messages
 */
export function decodePktinfo(data: Bytes): PacketInfo {
  return packetInfo(data, running);
}

/** Like {@linkcode decodePktinfo}, for any platform. */
export function packetInfo(data: Bytes, layout: Layout): PacketInfo {
  const struct = structOf(layout, "in_pktinfo");
  const { size, ipi_ifindex, ipi_addr, ipi_spec_dst = ipi_addr } = struct;
  const { view, unsigned } = reader(data, "in_pktinfo", size);
  return {
    ifindex: unsigned(ipi_ifindex),
    specDst: formatIPv4(view.getUint32(ipi_spec_dst.at)),
    addr: formatIPv4(view.getUint32(ipi_addr.at)),
  };
}

/**
 * Encodes the data of `IP_PKTINFO`, which chooses the interface and the source address of a
 * datagram.
 *
 * @param ifindex the index of the interface to send by; 0 lets the system choose
 * @param specDst the local address to send from; `"0.0.0.0"` lets the system choose
 * @returns the data for `sendmsg()`
 * @throws {RangeError} if the index is out of bounds, the address is not an IPv4 address, or the
 * platform lacks the struct
 * @see `ip(7)`
 * @category Messages
 */
export function encodePktinfo(
  ifindex: number,
  specDst?: string,
): Uint8Array<ArrayBuffer>;
/**
 * Encodes the data of `IP_PKTINFO`, as {@linkcode decodePktinfo} returns it: a datagram sent with
 * it leaves by the interface, and from the address, by which the other one came. Its `addr` does
 * not matter for sending.
 *
 * @param info the interface and the address
 * @returns the data for `sendmsg()`
 * @throws {RangeError} if the index is out of bounds, the address is not an IPv4 address, or the
 * platform lacks the struct
 */
export function encodePktinfo(
  info: Pick<PacketInfo, "ifindex" | "specDst">,
): Uint8Array<ArrayBuffer>;
export function encodePktinfo(
  first: number | Pick<PacketInfo, "ifindex" | "specDst">,
  second?: string,
): Uint8Array<ArrayBuffer> {
  const { ifindex, specDst = "0.0.0.0" } = isFields(first)
    ? first
    : { ifindex: first, specDst: second };
  return packetInfoBytes(ifindex, specDst, running);
}

/** Like {@linkcode encodePktinfo}, for any platform. */
export function packetInfoBytes(
  ifindex: unknown,
  specDst: unknown,
  layout: Layout,
): Uint8Array<ArrayBuffer> {
  const address = parseIPv4(string("specDst", specDst));
  if (address < 0) {
    throw rangeError(`specDst must be an IPv4 address, not ${specDst}`);
  }
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, address);
  const struct = structOf(layout, "in_pktinfo");
  // Without that field (Windows), `ipi_addr` is the address to send from.
  const from = struct.ipi_spec_dst === undefined ? "ipi_addr" : "ipi_spec_dst";
  return encodeStruct(struct, {
    ipi_ifindex: integer("ifindex", ifindex, 0),
    [from]: octets,
  });
}

/**
 * Decodes the data of `IPV6_PKTINFO` (`struct in6_pktinfo`).
 *
 * @param data the data of the control message, from `recvmsg()`
 * @returns the interface and the address
 * @throws {RangeError} if the data is too short
 * @see `ipv6(7)`
 * @category Messages
 */
export function decodePktinfo6(data: Bytes): PacketInfo6 {
  return packetInfo6(data, running);
}

/** Like {@linkcode decodePktinfo6}, for any platform. */
export function packetInfo6(data: Bytes, layout: Layout): PacketInfo6 {
  const { size, ipi6_addr, ipi6_ifindex } = structOf(layout, "in6_pktinfo");
  const fields = reader(data, "in6_pktinfo", size);
  return {
    ifindex: fields.unsigned(ipi6_ifindex),
    addr: formatIPv6(fields.bytes(ipi6_addr)),
  };
}

/**
 * Encodes the data of `IPV6_PKTINFO`, which chooses the interface and the source address of a
 * datagram.
 *
 * @param ifindex the index of the interface to send by; 0 lets the system choose
 * @param addr the local address to send from; `"::"` lets the system choose
 * @returns the data for `sendmsg()`
 * @throws {RangeError} if the index is out of bounds or the address is not an IPv6 address
 * @see `ipv6(7)`
 * @category Messages
 */
export function encodePktinfo6(
  ifindex: number,
  addr?: string,
): Uint8Array<ArrayBuffer>;
/**
 * Encodes the data of `IPV6_PKTINFO`, as {@linkcode decodePktinfo6} returns it.
 *
 * @param info the interface and the address, which must not be a multicast address for sending
 * @returns the data for `sendmsg()`
 * @throws {RangeError} if the index is out of bounds or the address is not an IPv6 address
 */
export function encodePktinfo6(info: PacketInfo6): Uint8Array<ArrayBuffer>;
export function encodePktinfo6(
  first: number | PacketInfo6,
  second?: string,
): Uint8Array<ArrayBuffer> {
  const { ifindex, addr = "::" } = isFields(first)
    ? first
    : { ifindex: first, addr: second };
  return packetInfo6Bytes(ifindex, addr, running);
}

/** Like {@linkcode encodePktinfo6}, for any platform. */
export function packetInfo6Bytes(
  ifindex: unknown,
  addr: unknown,
  layout: Layout,
  name = "addr",
): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(16);
  if (!parseIPv6(string(name, addr), octets)) {
    throw rangeError(`${name} must be an IPv6 address, not ${addr}`);
  }
  return encodeStruct(structOf(layout, "in6_pktinfo"), {
    ipi6_addr: octets,
    ipi6_ifindex: integer("ifindex", ifindex, 0),
  });
}

// The times at which packets were received or sent.

/**
 * A point in time, as precise as the kernel reports it.
 * @category Messages
 */
export interface Timestamp {
  /** Whole seconds since 1970 (UTC), or on a hardware clock's own scale. */
  readonly seconds: number;
  /** Additional nanoseconds. */
  readonly nanoseconds: number;
}

/**
 * Decodes a `struct timeval`: the data of `SCM_TIMESTAMP`, which `SO_TIMESTAMP` enables.
 *
 * @param data the data of the control message, from `recvmsg()`
 * @returns the time
 * @throws {RangeError} if the data is too short
 * @category Messages
 */
export function decodeTimeval(data: Bytes): Timestamp {
  return timeval(data, running);
}

/** Like {@linkcode decodeTimeval}, for any platform. */
export function timeval(data: Bytes, layout: Layout): Timestamp {
  const { size, tv_sec, tv_usec } = structOf(layout, "timeval");
  const { signed } = reader(data, "timeval", size);
  return {
    seconds: Number(signed(tv_sec)),
    nanoseconds: Number(signed(tv_usec)) * 1000,
  };
}

/**
 * Decodes a `struct timespec`: the data of `SCM_TIMESTAMPNS`, which `SO_TIMESTAMPNS` enables.
 *
 * @param data the data of the control message, from `recvmsg()`
 * @returns the time
 * @throws {RangeError} if the data is too short, or the platform lacks the struct
 * @category Messages
 */
export function decodeTimespec(data: Bytes): Timestamp {
  return timespec(data, running);
}

/** Like {@linkcode decodeTimespec}, for any platform. */
export function timespec(data: Bytes, layout: Layout): Timestamp {
  const { size, tv_sec, tv_nsec } = structOf(layout, "timespec");
  const { signed } = reader(data, "timespec", size);
  return {
    seconds: Number(signed(tv_sec)),
    nanoseconds: Number(signed(tv_nsec)),
  };
}

/**
 * The data of `SCM_TIMESTAMPING`; a timestamp that was not taken is `null`.
 * @category Messages
 */
export interface Timestamping {
  /** The timestamp taken in software. */
  readonly software: Timestamp | null;
  /** The hardware's timestamp in the system's time; kernels since Linux 3.17 leave it out. */
  readonly transformed: Timestamp | null;
  /** The timestamp taken in hardware, by its own clock. */
  readonly hardware: Timestamp | null;
}

/**
 * Decodes the data of `SCM_TIMESTAMPING` (`struct scm_timestamping`), which `SO_TIMESTAMPING`
 * enables. Linux.
 *
 * @param data the data of the control message, from `recvmsg()`
 * @returns the timestamps
 * @throws {RangeError} if the data is too short, or the platform lacks the struct
 * @category Messages
 */
export function decodeTimestamping(data: Bytes): Timestamping {
  return timestamping(data, running);
}

/** Like {@linkcode decodeTimestamping}, for any platform. */
export function timestamping(data: Bytes, layout: Layout): Timestamping {
  const { size } = structOf(layout, "timespec");
  reader(data, "scm_timestamping", 3 * size);
  const all = bytes("data", data);
  const [software, transformed, hardware] = [0, 1, 2].map((i) => {
    const time = timespec(all.subarray(i * size), layout);
    return time.seconds === 0 && time.nanoseconds === 0 ? null : time;
  });
  return { software, transformed, hardware };
}

// Messages of a socket's error queue (Linux).

/**
 * An error or notification from a socket's error queue: the data of `IP_RECVERR`, `IPV6_RECVERR`.
 * @category Messages
 */
export interface ExtendedError {
  /** The error number; 0 or `ENOMSG` for a notification that is not an error. */
  readonly errno: number;
  /** The origin: `SO_EE_ORIGIN_LOCAL`, `SO_EE_ORIGIN_ICMP` …; on Windows the ICMP protocol. */
  readonly origin: number;
  /** The ICMP type. */
  readonly type: number;
  /** The ICMP code, or `SO_EE_CODE_…`. */
  readonly code: number;
  /** Depends on the origin: the discovered MTU, or the number of the first zero-copy send. */
  readonly info: number;
  /** Depends on the origin: the number of the last zero-copy send. */
  readonly data: number;
  /** The address of the host that reported the error; `null` if none did. */
  readonly offender: Address | null;
}

/**
 * Decodes the data of `IP_RECVERR` and `IPV6_RECVERR`, which `recvmsg(…, MSG_ERRQUEUE)` returns: a
 * `struct sock_extended_err` and the address after it. Linux.
 *
 * @param data the data of the control message
 * @returns the error or notification
 * @throws {RangeError} if the data is too short, or the platform lacks the struct
 * @see `ip(7)`
 * @category Messages
 */
export function decodeExtendedError(data: Bytes): ExtendedError {
  return extendedError(data, context, codecOf);
}

/** Like {@linkcode decodeExtendedError}, for any platform. */
export function extendedError(
  data: Bytes,
  context: CodecContext,
  codec: (family: number) => AddressCodec,
): ExtendedError {
  const struct = structOf(context.layout, "sock_extended_err");
  const fields = reader(data, "sock_extended_err", struct.size);
  const offender = fields.bytes({
    at: struct.size,
    size: fields.view.byteLength,
  });
  return {
    errno: fields.unsigned(struct.ee_errno),
    origin: fields.unsigned(struct.ee_origin),
    type: fields.unsigned(struct.ee_type),
    code: fields.unsigned(struct.ee_code),
    info: fields.unsigned(struct.ee_info),
    data: fields.unsigned(struct.ee_data),
    offender: addressIn(offender, context, codec),
  };
}
