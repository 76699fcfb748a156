"""The echo server on the first address that works: echo_server_dual.ts in Python."""

import socket
import sys

listener = None
found = socket.getaddrinfo(
    sys.argv[1] or None, int(sys.argv[2]), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
)
for family, type_, proto, _, address in found:
    try:
        listener = socket.socket(family, type_, proto)
        listener.bind(address)
        listener.listen(1)
        break
    except OSError:
        listener = listener and listener.close()
if listener is None:
    print("could not open socket")
    sys.exit(1)
with listener:
    print("Listening on", listener.getsockname(), file=sys.stderr)
    connection, address = listener.accept()
    with connection:
        print("Connected by", address)
        while data := connection.recv(1024):
            connection.sendall(data)
