"""A program to talk to: peer.py serve|call <kind> [<address as JSON>].

Over a connection, one side sends a length of 4 bytes and the data, and the other answers with the
SHA-256 of the data. Over datagrams, it does so with one message of each size.
"""

import hashlib
import json
import os
import socket
import sys

FAMILIES = {
    "tcp4": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
    "tcp6": (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
    "udp4": (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
    "udp6": (socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 0)),
    "unix": (socket.AF_UNIX, socket.SOCK_STREAM, None),
    "unix-datagrams": (socket.AF_UNIX, socket.SOCK_DGRAM, None),
}


def receive_exactly(connection, length):
    parts = []
    while length > 0:
        part = connection.recv(length)
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def tell(value):
    print(json.dumps(value), flush=True)


def answer_stream(connection):
    length = int.from_bytes(receive_exactly(connection, 4), "big")
    data = receive_exactly(connection, length)
    connection.sendall(hashlib.sha256(data).digest())
    assert connection.recv(1) == b"", "the end of the stream"


def ask_stream(connection):
    data = os.urandom(1 << 20)
    connection.sendall(len(data).to_bytes(4, "big") + data)
    connection.shutdown(socket.SHUT_WR)
    assert receive_exactly(connection, 32) == hashlib.sha256(data).digest()
    assert connection.recv(1) == b"", "the end of the stream"


SIZES = [1, 0, 1400, 60000]


def answer_datagrams(s):
    for _ in SIZES:
        data, address = s.recvfrom(65536)
        s.sendto(hashlib.sha256(data).digest(), address)


def ask_datagrams(s, address):
    for size in SIZES:
        data = os.urandom(size)
        assert s.sendto(data, address) == size
        digest, sender = s.recvfrom(65536)
        assert digest == hashlib.sha256(data).digest()
        assert sender == address, (sender, address)


def main():
    what, kind, address = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    family, type, any_address = FAMILIES[kind]
    with socket.socket(family, type) as s:
        s.settimeout(30)
        if isinstance(address, list):
            address = tuple(address)
        if what == "serve":
            s.bind(any_address or address)
            if type == socket.SOCK_STREAM:
                s.listen()
            tell(s.getsockname())
            if type == socket.SOCK_STREAM:
                connection, _ = s.accept()
                with connection:
                    connection.settimeout(30)
                    answer_stream(connection)
            else:
                answer_datagrams(s)
        elif type == socket.SOCK_STREAM:
            s.connect(address)
            ask_stream(s)
        else:
            if family == socket.AF_UNIX:
                s.bind(address + ".client")
            ask_datagrams(s, address)
    tell("done")


main()
