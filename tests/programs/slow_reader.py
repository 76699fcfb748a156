"""Reads slowly from a connection, a little at a time: slow_reader.py <address as JSON>."""

import json
import select
import socket
import sys

s = socket.create_connection(json.loads(sys.argv[1]))
print("reading", flush=True)
while True:
    if not s.recv(1 << 14):
        break
    select.select([], [], [], 0.01)
