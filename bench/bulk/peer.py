"""As server: takes connections one by one, all that comes. With a port: sends so many MiB."""

import socket
import sys

from contestant import rounds, serve

CHUNK = 0x10000
data = b"\1" * CHUNK
buffer = bytearray(CHUNK)


def receive(connection):
    while connection.recv_into(buffer) > 0:
        pass


def send(mebibytes):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
        for _ in range(mebibytes * 2**20 // CHUNK):
            connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)  # the end: all has come


if sys.argv[1] == "receive":
    serve(receive)
else:
    rounds(send)
