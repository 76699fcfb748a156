"""The echo server over UDP: udp_server.ts in Python."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind((host, port))
    print("Listening on", sock.getsockname(), file=sys.stderr, flush=True)
    while True:
        data, address = sock.recvfrom(65535)
        print(f"received {len(data)} bytes from {address}", flush=True)
        sent = sock.sendto(data, address)
        print(f"sent {sent} bytes back to {address}", flush=True)
