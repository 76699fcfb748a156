/**
 * Prints a line for each packet that passes an interface, or any interface if none is named. On
 * Linux, and on Windows, where the interface is one of the host's IPv4 addresses and defaults to
 * its first. It needs privileges. Ctrl-C ends it.
 *
 *     deno run --allow-ffi examples/sniffer.ts [-c count] [interface]
 *
 * With a count, it ends after that many packets.
 */

import { parseArgs } from "node:util";
import {
  AF_INET,
  AF_INET6,
  AF_PACKET,
  ETH_P_ALL,
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  gethostbyname,
  gethostname,
  hasattr,
  inet_ntop,
  IP_HDRINCL,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_MULTICAST,
  PACKET_OUTGOING,
  type PacketAddress,
  RCVALL_OFF,
  RCVALL_ON,
  SIO_RCVALL,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
} from "@libc/socket";
import { unpack_from } from "@libc/socket/bytes";

const directions = new Map([
  [PACKET_HOST, "in"],
  [PACKET_OUTGOING, "out"],
  [PACKET_BROADCAST, "broadcast"],
  [PACKET_MULTICAST, "multicast"],
]);

/** A packet as a socket of `AF_PACKET` and `SOCK_DGRAM` receives it. */
export function packetLine(
  packet: Uint8Array,
  [ifname, proto, type]: PacketAddress,
): string {
  const way = `${ifname} ${directions.get(type) ?? "other"}`;
  if (proto === ETH_P_IP) return `${way} ${described(packet, ipv4)}`;
  if (proto === ETH_P_IPV6) return `${way} ${described(packet, ipv6)}`;
  if (proto === ETH_P_ARP) return `${way} ${described(packet, arp)}`;
  const hex = proto.toString(16).padStart(4, "0");
  return `${way} EtherType 0x${hex}, ${packet.length} bytes`;
}

/** A packet that begins with an IPv4 header, which shows how it passed an interface. */
export function ipv4Line(packet: Uint8Array, host: string): string {
  const [from, to] = packet.length < 20
    ? []
    : unpack_from("!12x4s4s", packet).map((end) => inet_ntop(AF_INET, end));
  const way = from === host ? "out" : to === host ? "in" : "other";
  return `${host} ${way} ${described(packet, ipv4)}`;
}

/** Describes a packet of a protocol, unless some of its fields are missing. */
function described(
  packet: Uint8Array,
  describe: (packet: Uint8Array) => string,
): string {
  try {
    return describe(packet);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `cut or malformed, ${packet.length} bytes`; // a field lies beyond the end of the packet
  }
}

function ipv4(packet: Uint8Array): string {
  const [version, total, fragment, protocol, ...ends] = unpack_from(
    "!BxH2xHxB2x4s4s",
    packet,
  );
  const [from, to] = ends.map((end) => inet_ntop(AF_INET, end));
  const header = (version & 0xf) * 4;
  const length = total - header;
  const offset = (fragment & 0x1fff) * 8;
  return offset > 0
    ? `IPv4 fragment ${from} > ${to}, ${length} bytes at ${offset}`
    : `IPv4 ${transport(protocol, packet, header, length, from, to)}`;
}

function ipv6(packet: Uint8Array): string {
  const [length, protocol, ...ends] = unpack_from("!4xHBx16s16s", packet);
  const [from, to] = ends.map((end) => inet_ntop(AF_INET6, end));
  return `IPv6 ${transport(protocol, packet, 40, length, from, to)}`;
}

/** ARP for IPv4 over Ethernet, as nearly all ARP is. */
function arp(packet: Uint8Array): string {
  const [operation, hardware, ...ends] = unpack_from("!6xH6s4s6x4s", packet);
  const [sender, target] = ends.map((end) => inet_ntop(AF_INET, end));
  if (operation === 1) return `ARP who has ${target}? tell ${sender}`;
  const address = hardware.toHex().replace(/..(?!$)/g, "$&:");
  return operation === 2
    ? `ARP ${sender} is at ${address}`
    : `ARP operation ${operation}`;
}

/** What a packet carries, which begins at an offset. */
function transport(
  protocol: number,
  packet: Uint8Array,
  at: number,
  length: number,
  from: string,
  to: string,
): string {
  const between = (): string => {
    const [source, destination] = unpack_from("!HH", packet, at);
    return from.includes(":")
      ? `[${from}]:${source} > [${to}]:${destination}`
      : `${from}:${source} > ${to}:${destination}`;
  };
  switch (protocol) {
    case IPPROTO_TCP: {
      const [words, bits] = unpack_from("!BB", packet, at + 12);
      const flags = tcpFlags.filter((_, i) => bits & (1 << i)).join(" ");
      return `TCP ${between()} ${flags}, ${length - (words >> 4) * 4} bytes`;
    }
    case IPPROTO_UDP:
      return `UDP ${between()}, ${length - 8} bytes`;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6: {
      const [name, types] = protocol === IPPROTO_ICMP
        ? ["ICMP", icmpTypes] as const
        : ["ICMPv6", icmp6Types] as const;
      const [type] = unpack_from("!B", packet, at);
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

/** Sniffs an interface, or all; yields lines. */
function* ofInterface(ifname: string): Generator<string> {
  // With protocol 0 it receives nothing until it is bound: no packet of another interface.
  using socket = new Socket(AF_PACKET, SOCK_DGRAM, 0);
  socket.bind([ifname, ETH_P_ALL]);
  console.error("Listening on", ifname || "all interfaces");
  for (;;) yield packetLine(...socket.recvfrom(65535));
}

/** Sniffs the interface that has an address of this host. */
function* ofAddress(host: string): Generator<string> {
  using socket = new Socket(AF_INET, SOCK_RAW, IPPROTO_IP);
  socket.bind([host, 0]);
  socket.setsockopt(IPPROTO_IP, IP_HDRINCL, 1);
  socket.ioctl(SIO_RCVALL, RCVALL_ON);
  console.error("Listening on", host);
  try {
    for (;;) yield ipv4Line(socket.recv(65535), host);
  } finally {
    socket.ioctl(SIO_RCVALL, RCVALL_OFF);
  }
}

function usage(): never {
  console.error("usage: sniffer.ts [-c count] [interface]");
  Deno.exit(2);
}

if (import.meta.main) {
  let args;
  try {
    args = parseArgs({
      args: Deno.args,
      options: { count: { type: "string", short: "c", default: "Infinity" } },
      allowPositionals: true,
    });
  } catch {
    usage();
  }
  const [name = ""] = args.positionals;
  const count = Number(args.values.count);
  if (!(count >= 1)) usage();
  const lines = hasattr("SIO_RCVALL")
    ? ofAddress(name || gethostbyname(gethostname()))
    : ofInterface(name);
  for (const line of lines.take(count)) console.log(line);
}
