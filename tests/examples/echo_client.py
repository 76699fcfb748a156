"""The echo client over IPv4: echo_client.ts in Python."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
    connection.connect((sys.argv[1], int(sys.argv[2])))
    connection.sendall(b"Hello, world")
    print("Received", repr(connection.recv(1024)))
