"""The listening half of a multicast chat: multicast_receiver.ts in Python."""

import argparse
import socket
import struct
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--interface")
parser.add_argument("group", nargs="?", default="225.0.0.250")
parser.add_argument("port", nargs="?", type=int, default=8123)
args = parser.parse_args()

info = socket.getaddrinfo(args.group, args.port, type=socket.SOCK_DGRAM)[0]
family, kind, _, _, address = info
group = socket.inet_pton(family, args.group)
with socket.socket(family, kind) as sock:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(address)
    if family == socket.AF_INET6:
        index = socket.if_nametoindex(args.interface) if args.interface else 0
        membership = group + struct.pack("@I", index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, membership)
    else:
        membership = group + socket.inet_aton(args.interface or "0.0.0.0")
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    print("Listening on", sock.getsockname(), file=sys.stderr, flush=True)
    while True:
        data, (host, *_) = sock.recvfrom(1500)
        print(f"{host}: {data.decode()}", flush=True)
