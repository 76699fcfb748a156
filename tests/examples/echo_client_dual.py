"""The echo client that tries each address: echo_client_dual.ts in Python."""

import socket
import sys

connection = None
found = socket.getaddrinfo(sys.argv[1], int(sys.argv[2]), type=socket.SOCK_STREAM)
for family, type_, proto, _, address in found:
    try:
        connection = socket.socket(family, type_, proto)
        connection.connect(address)
        break
    except OSError:
        connection = connection and connection.close()
if connection is None:
    print("could not open socket")
    sys.exit(1)
with connection:
    connection.sendall(b"Hello, world")
    print("Received", repr(connection.recv(1024)))
