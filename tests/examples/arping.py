"""Which hardware address has an IPv4 address: arping.ts in Python."""

import socket
import struct
import sys
import time

ifname, address = sys.argv[1:]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.connect((address, 9))
    own = sock.getsockname()[0]

with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as sock:
    sock.bind((ifname, 0x0806))
    hardware = sock.getsockname()[4]
    request = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
    request += hardware + socket.inet_aton(own) + bytes(6) + socket.inet_aton(address)
    sock.sendto(request, (ifname, 0x0806, socket.PACKET_BROADCAST, 1, b"\xff" * 6))
    print(f"who has {address}? tell {own}")
    deadline = time.monotonic() + 3
    try:
        while True:
            sock.settimeout(max(deadline - time.monotonic(), 0.001))
            packet = sock.recv(1500)
            if len(packet) < 28 or packet[7] != 2:
                continue
            if socket.inet_ntoa(packet[14:18]) == address:
                print(f"{address} is at {packet[8:14].hex(':')}")
                break
    except TimeoutError:
        print("no answer")
        sys.exit(1)
