"""ICMP echo requests: ping.ts in Python."""

import argparse
import os
import socket
import struct
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("-c", type=int, default=0)
parser.add_argument("-i", type=float, default=1)
parser.add_argument("host")
args = parser.parse_args()


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def echo_request(ident, sequence, payload):
    head = struct.pack("!BBHHH", 8, 0, 0, ident, sequence)
    sum_ = checksum(head + payload)
    return struct.pack("!BBHHH", 8, 0, sum_, ident, sequence) + payload


def open_socket():
    try:
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    except OSError:
        return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


def answer(sock, sequence, payload, deadline):
    while True:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        data, ancdata, _, _ = sock.recvmsg(1500, 64)
        ttl = ancdata[0][2][0] if ancdata else 0
        if data[0] >> 4 == 4:
            ttl = data[8]
            data = data[(data[0] & 0xF) * 4:]
        if len(data) != 8 + len(payload) or data[0] != 0:
            continue
        if data[6:8] == struct.pack("!H", sequence) and data[8:] == payload:
            return len(data), ttl


def statistics():
    lost = round((1 - len(times) / sent) * 100)
    print(f"\n--- {args.host} ping statistics ---")
    print(f"{sent} packets transmitted, {len(times)} received, {lost}% packet loss")
    if times:
        rtt = min(times), sum(times) / len(times), max(times)
        print("rtt min/avg/max = {:.3f}/{:.3f}/{:.3f} ms".format(*rtt))
    sys.exit(not times)


IP_RECVTTL = getattr(socket, "IP_RECVTTL", 12)
payload = os.urandom(56)
times = []
sent = 0
address = socket.gethostbyname(args.host)
with open_socket() as sock:
    sock.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    sock.connect((address, 0))
    print(f"PING {args.host} ({address}) 56(84) bytes of data.", flush=True)
    try:
        while True:
            start = time.monotonic()
            sent += 1
            try:
                sock.send(echo_request(os.getpid() & 0xFFFF, sent, payload))
                length, ttl = answer(sock, sent, payload, start + 1)
                times.append((time.monotonic() - start) * 1000)
                print(
                    f"{length} bytes from {address}: icmp_seq={sent} "
                    f"ttl={ttl} time={times[-1]:.3f} ms",
                    flush=True,
                )
            except TimeoutError:
                print(f"icmp_seq={sent}: no answer", flush=True)
            except OSError as error:
                print(f"icmp_seq={sent}: {error.strerror}", flush=True)
            if sent == args.c:
                break
            time.sleep(args.i)
    except KeyboardInterrupt:
        pass
statistics()
