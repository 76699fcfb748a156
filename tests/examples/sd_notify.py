"""The state of a service, told to its manager: sd_notify.ts in Python."""

import os
import socket
import sys

states = sys.argv[1:] or ["READY=1"]
path = os.environ["NOTIFY_SOCKET"]
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
    sock.connect("\0" + path[1:] if path[0] == "@" else path)
    sock.sendall("\n".join(states).encode())
