/** Packets as lines for people to read. */

import {
  AF_INET,
  AF_INET6,
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  inet_ntop,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_MULTICAST,
  PACKET_OUTGOING,
  type PacketAddress,
} from "@libc/socket";

/**
 * A packet as a socket of `AF_PACKET` and `SOCK_DGRAM` receives it: without the link-layer header.
 */
export function packetLine(
  packet: Uint8Array,
  [ifname, proto, pkttype]: PacketAddress,
): string {
  return `${ifname} ${directions.get(pkttype) ?? "other"} ${
    describe(packet, proto)
  }`;
}

/**
 * The same for a packet that begins with an IPv4 header, whose addresses show the direction.
 *
 * @param packet the packet
 * @param host the address of the interface that it passed
 */
export function ipv4Line(packet: Uint8Array, host: string): string {
  const [from, to] = packet.length < 20 ? [] : ends(packet);
  const direction = from === host ? "out" : to === host ? "in" : "other";
  return `${host} ${direction} ${described(packet, ipv4)}`;
}

/** A hardware address in its usual form. */
export function macText(address: Uint8Array): string {
  return Array.from(address, (byte) => byte.toString(16).padStart(2, "0"))
    .join(":");
}

const directions = new Map([
  [PACKET_HOST, "in"],
  [PACKET_OUTGOING, "out"],
  [PACKET_BROADCAST, "broadcast"],
  [PACKET_MULTICAST, "multicast"],
]);

function describe(packet: Uint8Array, proto: number): string {
  if (proto === ETH_P_IP) return described(packet, ipv4);
  if (proto === ETH_P_IPV6) return described(packet, ipv6);
  if (proto === ETH_P_ARP) return described(packet, arp);
  const type = proto.toString(16).padStart(4, "0");
  return `EtherType 0x${type}, ${packet.length} bytes`;
}

/** Describes a packet of a protocol, unless some of its fields are missing. */
function described(
  packet: Uint8Array,
  describe: (packet: Uint8Array, fields: DataView) => string,
): string {
  const { buffer, byteOffset, byteLength } = packet;
  try {
    return describe(packet, new DataView(buffer, byteOffset, byteLength));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `cut or malformed, ${packet.length} bytes`; // a field lies beyond the end of the packet
  }
}

/** The source and the destination of an IPv4 packet. */
function ends(packet: Uint8Array): string[] {
  return [12, 16].map((at) => inet_ntop(AF_INET, packet.subarray(at, at + 4)));
}

function ipv4(packet: Uint8Array, fields: DataView): string {
  const header = (fields.getUint8(0) & 0xf) * 4;
  const length = fields.getUint16(2) - header;
  const [from, to] = ends(packet);
  const offset = (fields.getUint16(6) & 0x1fff) * 8;
  return offset > 0
    ? `IPv4 fragment ${from} > ${to}, ${length} bytes at ${offset}`
    : `IPv4 ${transport(fields.getUint8(9), fields, header, length, from, to)}`;
}

function ipv6(packet: Uint8Array, fields: DataView): string {
  const [from, to] = [8, 24].map((at) =>
    inet_ntop(AF_INET6, packet.subarray(at, at + 16))
  );
  const length = fields.getUint16(4);
  return `IPv6 ${transport(fields.getUint8(6), fields, 40, length, from, to)}`;
}

/** What a packet carries, which begins at an offset. */
function transport(
  protocol: number,
  fields: DataView,
  at: number,
  length: number,
  from: string,
  to: string,
): string {
  const between = () => {
    const [a, b] = from.includes(":") ? [`[${from}]`, `[${to}]`] : [from, to];
    return `${a}:${fields.getUint16(at)} > ${b}:${fields.getUint16(at + 2)}`;
  };
  switch (protocol) {
    case IPPROTO_TCP: {
      const bits = fields.getUint8(at + 13);
      const flags = tcpFlags.filter((_, i) => bits & (1 << i)).join(" ");
      const data = length - (fields.getUint8(at + 12) >> 4) * 4;
      return `TCP ${between()} ${flags}, ${data} bytes`;
    }
    case IPPROTO_UDP:
      return `UDP ${between()}, ${length - 8} bytes`;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6: {
      const [name, types] = protocol === IPPROTO_ICMP
        ? ["ICMP", icmpTypes] as const
        : ["ICMPv6", icmp6Types] as const;
      const type = fields.getUint8(at);
      const kind = types[type] ?? `type ${type}`;
      return `${name} ${from} > ${to} ${kind}, ${length} bytes`;
    }
    default:
      return `protocol ${protocol} ${from} > ${to}, ${length} bytes`;
  }
}

const tcpFlags = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

const icmpTypes: Record<number, string> = {
  0: "echo reply",
  3: "unreachable",
  8: "echo request",
  11: "time exceeded",
};

const icmp6Types: Record<number, string> = {
  1: "unreachable",
  3: "time exceeded",
  128: "echo request",
  129: "echo reply",
  133: "router solicitation",
  135: "neighbor solicitation",
  136: "neighbor advertisement",
  143: "multicast listener report",
};

/** ARP for IPv4 over Ethernet, as nearly all ARP is. */
function arp(packet: Uint8Array, fields: DataView): string {
  const operation = fields.getUint16(6);
  const sender = inet_ntop(AF_INET, packet.subarray(14, 18));
  const target = inet_ntop(AF_INET, packet.subarray(24, 28));
  if (operation === 1) return `ARP who has ${target}? tell ${sender}`;
  return operation === 2
    ? `ARP ${sender} is at ${macText(packet.subarray(8, 14))}`
    : `ARP operation ${operation}`;
}
