"""Serves connections that another process passes on: fd_receiver.ts in Python."""

import os
import socket
import sys

path = sys.argv[1]

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
    sock.bind(path)
    try:
        print("Listening on", sock.getsockname(), file=sys.stderr, flush=True)
        while True:
            _, fds, _, _ = socket.recv_fds(sock, 1, 1)
            for fd in fds:
                with socket.socket(fileno=fd) as connection:
                    connection.sendall(b"Hello from the receiver\n")
                    print("served {}:{}".format(*connection.getpeername()), flush=True)
    except KeyboardInterrupt:
        pass
    finally:
        os.unlink(path)
