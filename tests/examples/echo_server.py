"""The echo server over IPv4: echo_server.ts in Python."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
    listener.bind((sys.argv[1], int(sys.argv[2])))
    listener.listen(1)
    print("Listening on", listener.getsockname(), file=sys.stderr)
    connection, address = listener.accept()
    with connection:
        print("Connected by", address)
        while data := connection.recv(1024):
            connection.sendall(data)
