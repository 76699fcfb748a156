"""The routers on the way to a host: traceroute.ts in Python."""

import argparse
import socket
import struct
import time

parser = argparse.ArgumentParser()
parser.add_argument("-m", type=int, default=30)
parser.add_argument("-w", type=int, default=3)
parser.add_argument("host")
args = parser.parse_args()

PORT = 33434


def split(packet):
    length = (packet[0] & 0xF) * 4
    return packet[:length], packet[length:]


def hop(packet, source, destination):
    header, message = split(packet)
    if message[0] not in (3, 11):
        return None
    sent, udp = split(message[8:])
    if sent[9] != socket.IPPROTO_UDP:
        return None
    if udp[:4] != struct.pack("!HH", source, destination):
        return None
    return socket.inet_ntoa(header[12:16]), message[0] == 3


def probe(ttl):
    udp.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    udp.sendto(bytes(32), (address, PORT + ttl))
    source = udp.getsockname()[1]
    deadline = time.monotonic() + args.w
    try:
        while True:
            icmp.settimeout(max(deadline - time.monotonic(), 0.001))
            found = hop(icmp.recv(1500), source, PORT + ttl)
            if found:
                return found
    except TimeoutError:
        return None


address = socket.gethostbyname(args.host)
with socket.socket(
    socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP
) as icmp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.bind(("", 0))
    print(f"traceroute to {args.host} ({address}), {args.m} hops max")
    for ttl in range(1, args.m + 1):
        start = time.monotonic()
        found = probe(ttl)
        ms = (time.monotonic() - start) * 1000
        print(f"{ttl:2}  " + (f"{found[0]}  {ms:.3f} ms" if found else "*"))
        if found and found[1]:
            break
