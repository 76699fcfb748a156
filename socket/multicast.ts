/** Joining and leaving multicast groups. */

import { rangeError } from "../constants/stack.ts";
import { instance, integer, optionsOf, string } from "../errors/arguments.ts";
import { inet_aton } from "./address/arpa_inet.ts";
import {
  bareSocket,
  type CodecContext,
  sockaddrStorage,
} from "./address/codec.ts";
import { inet, inet6, parseIPv4, parseIPv6 } from "./address/inet.ts";
import type { Address } from "./address/types.ts";
import { SocketBase } from "./base.ts";
import { context } from "./resolver/addrinfo.ts";
import { structOf } from "./structures/fields.ts";

/**
 * Options of {@linkcode joinGroup} and {@linkcode leaveGroup}.
 * @category Options
 */
export interface GroupOptions {
  /**
   * The interface: its name or index, or for an IPv4 group one of its IPv4 addresses. If it is left
   * out or 0, the system chooses.
   */
  readonly interface?: string | number | undefined;
  /** The IP address of the only source to receive from (source-specific multicast). */
  readonly source?: string | undefined;
}

/**
 * Joins a multicast group, so that the socket receives what is sent to the group. A socket may join
 * several groups, and one group on several interfaces or from several sources.
 *
 * @param socket a datagram socket
 * @param group the group's IPv4 or IPv6 address. An IPv6 address may name the interface
 * (`"ff02::fb%eth0"`)
 * @param options `{ interface, source }`
 * @throws {OSError} if the socket has joined the group already (`EADDRINUSE`), or the interface
 * does not exist (for an index `ENODEV`, for a name no error number)
 * @throws {RangeError} if the group is not a multicast address, or the source is of another version
 * of IP
 * @throws {TypeError} if an argument has the wrong type: `options` is not a bare interface
 *
 * @example Multicast DNS on one interface
 * ```ts ignore
 * import { AF_INET, joinGroup, SOCK_DGRAM, Socket } from "@libc/socket";
 *
 * using socket = new Socket(AF_INET, SOCK_DGRAM);
 * socket.bind(["224.0.0.251", 5353]);
 * joinGroup(socket, "224.0.0.251", { interface: "eth0" });
 * ```
 * @see `ip(7)`
 * @category Options
 */
export function joinGroup<A extends Address>(
  socket: SocketBase<A>,
  group: string,
  options?: GroupOptions,
): void {
  instance("socket", socket, SocketBase, "a socket");
  const { level, join, value } = membership(group, optionsOf(options), context);
  socket.setsockopt(level, join, value);
}

/**
 * Leaves a multicast group that was joined with {@linkcode joinGroup}. Closing the socket leaves
 * all its groups.
 *
 * @param socket the socket
 * @param group the group's address
 * @param options the same interface and source as for {@linkcode joinGroup}
 * @throws {OSError} if the socket has not joined the group with these options (`EADDRNOTAVAIL`)
 * @throws {RangeError} if the group is not a multicast address, or the source is of another version
 * of IP
 * @throws {TypeError} if an argument has the wrong type: `options` is not a bare interface
 * @see `ip(7)`
 * @category Options
 */
export function leaveGroup<A extends Address>(
  socket: SocketBase<A>,
  group: string,
  options?: GroupOptions,
): void {
  instance("socket", socket, SocketBase, "a socket");
  const { level, leave, value } = membership(
    group,
    optionsOf(options),
    context,
  );
  socket.setsockopt(level, leave, value);
}

/**
 * How multicast datagrams are sent; what is left out stays as it is.
 * @category Options
 */
export interface MulticastOptions {
  /**
   * The interface by which they leave: its name or index, or for an IPv4 socket one of its IPv4
   * addresses. With 0, the routes decide.
   */
  readonly interface?: string | number | undefined;
  /** How many routers they may pass, plus one: the TTL or hop limit, 0-255. The default is 1. */
  readonly ttl?: number | undefined;
  /**
   * Whether this machine's own sockets receive them too. The default is true. On Windows, it is the
   * receiving socket that decides, for IPv4.
   */
  readonly loop?: boolean | undefined;
}

/**
 * Sets how a socket sends multicast datagrams, over IPv4 and IPv6 alike: by which interface, how
 * far, and whether this machine receives them too.
 *
 * @param socket a datagram socket of `AF_INET` or `AF_INET6`
 * @param options `{ interface, ttl, loop }`
 * @throws {OSError} if there is no such interface (for an index `EADDRNOTAVAIL` or `ENODEV`, for a
 * name no error number)
 * @throws {RangeError} if the TTL is out of bounds, or the socket is of another family
 * @throws {TypeError} if an argument has the wrong type
 *
 * @example
 * ```ts ignore
 * import { AF_INET6, setMulticast, SOCK_DGRAM, Socket } from "@libc/socket";
 *
 * using socket = new Socket(AF_INET6, SOCK_DGRAM);
 * setMulticast(socket, { interface: "eth0", ttl: 4, loop: false });
 * ```
 * @see `ip(7)`
 * @category Options
 */
export function setMulticast<A extends Address>(
  socket: SocketBase<A>,
  options: MulticastOptions,
): void {
  instance("socket", socket, SocketBase, "a socket");
  const { family } = socket;
  const { AF_INET, AF_INET6 } = context.constants;
  if (family !== AF_INET && family !== AF_INET6) {
    throw rangeError("socket must be of AF_INET or AF_INET6");
  }
  const version = family === AF_INET ? 4 : 6;
  for (
    const [level, optname, value] of multicast(
      version,
      optionsOf(options),
      context,
    )
  ) {
    socket.setsockopt(level, optname, value);
  }
}

/** A `setsockopt` call. */
type Setting = readonly [
  level: number,
  optname: number,
  value: number | Uint8Array<ArrayBuffer>,
];

/** Encodes the options of {@linkcode setMulticast} for any platform, which `context` describes. */
export function multicast(
  version: 4 | 6,
  { interface: by, ttl, loop }: MulticastOptions,
  context: CodecContext,
): Setting[] {
  const { constants } = context;
  const [level, names] = version === 4
    ? [constants.IPPROTO_IP, ["IP_MULTICAST_TTL", "IP_MULTICAST_LOOP"]]
    : [constants.IPPROTO_IPV6, ["IPV6_MULTICAST_HOPS", "IPV6_MULTICAST_LOOP"]];
  const settings: Setting[] = [];
  if (by !== undefined) {
    settings.push(
      version === 4
        ? [level, constants.IP_MULTICAST_IF, outgoing(by, context)]
        : [level, constants.IPV6_MULTICAST_IF, interfaceIndex(by, context)],
    );
  }
  if (ttl !== undefined) {
    settings.push([level, constants[names[0]], integer("ttl", ttl, 0, 255)]);
  }
  if (loop !== undefined) {
    settings.push([level, constants[names[1]], loop ? 1 : 0]);
  }
  return settings;
}

/** Encodes the value of `IP_MULTICAST_IF`. */
function outgoing(
  by: string | number,
  context: CodecContext,
): Uint8Array<ArrayBuffer> {
  const isAddress = typeof by === "string" && parseIPv4(by) >= 0;
  const { ip_mreqn } = context.layout;
  if (ip_mreqn === undefined) {
    // Windows: an address, or in its place the index in network order, as 0.x.x.x.
    if (isAddress) return inet_aton(by);
    const value = new Uint8Array(4);
    const index = interfaceIndex(by, context);
    new DataView(value.buffer).setUint32(
      0,
      integer("interface", index, 0, 0xffffff),
    );
    return value;
  }
  const value = new Uint8Array(ip_mreqn.size);
  if (isAddress) value.set(inet_aton(by), ip_mreqn.imr_address.at);
  else {
    const index = interfaceIndex(by, context);
    new DataView(value.buffer).setUint32(ip_mreqn.imr_ifindex.at, index, true);
  }
  return value;
}

/** The `setsockopt` arguments that join and leave a group. */
export interface Membership {
  /** The level of the options. */
  readonly level: number;
  /** The option that joins. */
  readonly join: number;
  /** The option that leaves. */
  readonly leave: number;
  /** The value of both. */
  readonly value: Uint8Array<ArrayBuffer>;
}

/** Encodes a membership for any platform, which `context` describes. */
export function membership(
  group: string,
  options: GroupOptions,
  context: CodecContext,
): Membership {
  const [address, scope] = string("group", group).split("%", 2);
  const version = versionOf("group", address);
  const { source } = options;
  if (!isMulticast(address, version)) {
    throw rangeError(`group must be a multicast address, not ${address}`);
  }
  if (source !== undefined && versionOf("source", source) !== version) {
    throw rangeError(
      `source must be an IPv${version} address as group is, not ${source}`,
    );
  }
  const by = options.interface ?? scope ?? 0;
  return typeof by === "string" && parseIPv4(by) >= 0
    ? byAddress(address, by, source, version, context)
    : byIndex(address, interfaceIndex(by, context), source, version, context);
}

function versionOf(name: string, address: unknown): 4 | 6 {
  const text = string(name, address);
  if (parseIPv4(text) >= 0) return 4;
  if (parseIPv6(text, new Uint8Array(16))) return 6;
  throw rangeError(
    `${name} must be an IP address, not ${JSON.stringify(text)}`,
  );
}

function isMulticast(address: string, version: 4 | 6): boolean {
  if (version === 4) return Math.floor(parseIPv4(address) / 2 ** 28) === 0xe;
  const octets = new Uint8Array(16);
  parseIPv6(address, octets);
  return octets[0] === 0xff;
}

function interfaceIndex(by: unknown, context: CodecContext): number {
  if (typeof by === "number" || typeof by === "bigint") {
    return integer("interface", by, 0);
  }
  const name = string("interface", by);
  return /^\d+$/.test(name) ? +name : context.if_nametoindex(name);
}

/** Encodes for the older, IPv4-only options: only they identify an interface by its address. */
function byAddress(
  group: string,
  address: string,
  source: string | undefined,
  version: 4 | 6,
  { constants, layout }: CodecContext,
): Membership {
  if (version === 6) {
    throw rangeError(
      `interface must be a name or an index for an IPv6 group, not ${address}`,
    );
  }
  const struct = structOf(
    layout,
    source === undefined ? "ip_mreq" : "ip_mreq_source",
  );
  const value = new Uint8Array(struct.size);
  value.set(inet_aton(group), struct.imr_multiaddr.at);
  value.set(inet_aton(address), struct.imr_interface.at);
  if (source !== undefined) {
    value.set(inet_aton(source), struct.imr_sourceaddr.at);
  }
  const kind = source === undefined ? "MEMBERSHIP" : "SOURCE_MEMBERSHIP";
  return {
    level: constants.IPPROTO_IP,
    join: constants[`IP_ADD_${kind}`],
    leave: constants[`IP_DROP_${kind}`],
    value,
  };
}

/** Encodes for the newer options, which are the same for both versions of IP. */
function byIndex(
  group: string,
  index: number,
  source: string | undefined,
  version: 4 | 6,
  context: CodecContext,
): Membership {
  const { constants, layout } = context;
  const name = source === undefined ? "group_req" : "group_source_req";
  const struct = structOf(layout, name);
  const value = new Uint8Array(struct.size);
  const prefix = source === undefined ? "gr" : "gsr";
  new DataView(value.buffer).setUint32(
    struct[`${prefix}_interface`].at,
    index,
    true,
  );
  value.set(
    socketAddress(group, version, context),
    struct[`${prefix}_group`].at,
  );
  if (source !== undefined) {
    value.set(socketAddress(source, version, context), struct.gsr_source.at);
  }
  const kind = source === undefined ? "GROUP" : "SOURCE_GROUP";
  return {
    level: version === 4 ? constants.IPPROTO_IP : constants.IPPROTO_IPV6,
    join: constants[`MCAST_JOIN_${kind}`],
    leave: constants[`MCAST_LEAVE_${kind}`],
    value,
  };
}

function socketAddress(
  address: string,
  version: 4 | 6,
  context: CodecContext,
): Uint8Array {
  const storage = sockaddrStorage();
  const { AF_INET, AF_INET6 } = context.constants;
  const socket = bareSocket(version === 4 ? AF_INET : AF_INET6);
  const codec = version === 4 ? inet : inet6;
  const length = codec.encode([address, 0], storage, socket, context);
  return storage.bytes.subarray(0, length);
}
