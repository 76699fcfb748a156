import socket
import sys

from contestant import rounds

size, bufsize = map(int, sys.argv[1:])
data = b"\1" * size
buffer = bytearray(size)
a, b = socket.socketpair()


def into(count):
    for _ in range(count):
        if size > 4096:
            a.sendall(data)
        else:
            a.send(data)
        received = 0
        while received < size:
            received += b.recv_into(buffer)


def allocating(count):
    for _ in range(count):
        a.send(data)
        b.recv(bufsize)


rounds(allocating if bufsize else into)
