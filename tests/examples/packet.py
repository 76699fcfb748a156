"""Packets as a line that a person can read: what sniffer.ts and capture.ts print."""

import socket
import struct

DIRECTIONS = {
    socket.PACKET_HOST: "in",
    socket.PACKET_OUTGOING: "out",
    socket.PACKET_BROADCAST: "broadcast",
    socket.PACKET_MULTICAST: "multicast",
}
TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"]
ICMP = {0: "echo reply", 3: "unreachable", 8: "echo request", 11: "time exceeded"}
ICMP6 = {
    1: "unreachable",
    3: "time exceeded",
    128: "echo request",
    129: "echo reply",
    133: "router solicitation",
    135: "neighbor solicitation",
    136: "neighbor advertisement",
    143: "multicast listener report",
}


def packet_line(packet, address):
    ifname, proto, kind = address[:3]
    return f"{ifname} {DIRECTIONS.get(kind, 'other')} {describe(packet, proto)}"


def describe(packet, proto):
    try:
        if proto == 0x0800:
            return ipv4(packet)
        if proto == 0x86DD:
            return ipv6(packet)
        if proto == 0x0806:
            return arp(packet)
    except (IndexError, ValueError, struct.error):
        return f"cut or malformed, {len(packet)} bytes"
    return f"EtherType 0x{proto:04x}, {len(packet)} bytes"


def u16(packet, at):
    return struct.unpack_from("!H", packet, at)[0]


def ipv4(packet):
    header = (packet[0] & 0xF) * 4
    length = u16(packet, 2) - header
    ends = [socket.inet_ntop(socket.AF_INET, packet[at:at + 4]) for at in (12, 16)]
    offset = (u16(packet, 6) & 0x1FFF) * 8
    if offset:
        return f"IPv4 fragment {ends[0]} > {ends[1]}, {length} bytes at {offset}"
    return "IPv4 " + transport(packet[9], packet[header:], length, *ends)


def ipv6(packet):
    ends = [socket.inet_ntop(socket.AF_INET6, packet[at:at + 16]) for at in (8, 24)]
    return "IPv6 " + transport(packet[6], packet[40:], u16(packet, 4), *ends)


def transport(protocol, data, length, a, b):
    def between():
        x, y = (f"[{a}]", f"[{b}]") if ":" in a else (a, b)
        return f"{x}:{u16(data, 0)} > {y}:{u16(data, 2)}"

    if protocol == socket.IPPROTO_TCP:
        flags = " ".join(f for i, f in enumerate(TCP_FLAGS) if data[13] & 1 << i)
        return f"TCP {between()} {flags}, {length - (data[12] >> 4) * 4} bytes"
    if protocol == socket.IPPROTO_UDP:
        return f"UDP {between()}, {length - 8} bytes"
    if protocol in (socket.IPPROTO_ICMP, socket.IPPROTO_ICMPV6):
        v4 = protocol == socket.IPPROTO_ICMP
        kind = (ICMP if v4 else ICMP6).get(data[0], f"type {data[0]}")
        return f"{'ICMP' if v4 else 'ICMPv6'} {a} > {b} {kind}, {length} bytes"
    return f"protocol {protocol} {a} > {b}, {length} bytes"


def arp(packet):
    operation = u16(packet, 6)
    sender = socket.inet_ntoa(packet[14:18])
    target = socket.inet_ntoa(packet[24:28])
    if operation == 1:
        return f"ARP who has {target}? tell {sender}"
    if operation == 2:
        return f"ARP {sender} is at {packet[8:14].hex(':')}"
    return f"ARP operation {operation}"
