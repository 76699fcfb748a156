"""The echo server on one socket for IPv6 and IPv4: echo_server_dualstack.ts in Python."""

import socket
import sys

address = sys.argv[1], int(sys.argv[2])
with socket.create_server(address, family=socket.AF_INET6, dualstack_ipv6=True) as listener:
    print("Listening on", listener.getsockname(), file=sys.stderr)
    connection, address = listener.accept()
    with connection:
        print("Connected by", address)
        while data := connection.recv(1024):
            connection.sendall(data)
