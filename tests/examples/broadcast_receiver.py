"""Prints what is broadcast to a port: broadcast_receiver.ts in Python."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", int(sys.argv[1])))
    print("Listening on", sock.getsockname(), file=sys.stderr, flush=True)
    while True:
        data, (host, _) = sock.recvfrom(1500)
        print(f"{host}: {data.decode()}", flush=True)
