"""The talking half of a multicast chat: multicast_sender.ts in Python."""

import argparse
import socket
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--ttl", type=int, default=1)
parser.add_argument("--interface")
parser.add_argument("group", nargs="?", default="225.0.0.250")
parser.add_argument("port", nargs="?", type=int, default=8123)
args = parser.parse_args()

info = socket.getaddrinfo(args.group, args.port, type=socket.SOCK_DGRAM)[0]
family, kind, _, _, address = info
with socket.socket(family, kind) as sock:
    if family == socket.AF_INET6:
        level, hops = socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS
        option = socket.IPV6_MULTICAST_IF
        by = socket.if_nametoindex(args.interface) if args.interface else None
    else:
        level, hops = socket.IPPROTO_IP, socket.IP_MULTICAST_TTL
        option = socket.IP_MULTICAST_IF
        by = socket.inet_aton(args.interface) if args.interface else None
    sock.setsockopt(level, hops, args.ttl)
    if by is not None:
        sock.setsockopt(level, option, by)
    for line in sys.stdin:
        sock.sendto(line.rstrip("\n").encode(), address)
