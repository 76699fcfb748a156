"""Sends the time to everybody: broadcast_sender.ts in Python."""

import datetime
import socket
import sys
import time

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    while True:
        now = datetime.datetime.now(datetime.timezone.utc)
        text = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        sock.sendto(text.encode(), (host, port))
        print(f"sent {text}", flush=True)
        time.sleep(2)
