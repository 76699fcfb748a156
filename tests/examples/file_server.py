"""Sends one file to whoever connects: file_server.ts in Python."""

import os
import socket
import sys

path, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])

with socket.create_server((host, port)) as listener:
    print("Listening on", listener.getsockname(), file=sys.stderr, flush=True)
    while True:
        connection, (host, port) = listener.accept()
        with connection, open(path, "rb") as file:
            try:
                connection.sendall(f"{os.path.getsize(path)}\n".encode())
                sent = connection.sendfile(file)
                print(f"sent {sent} bytes to {host}:{port}", flush=True)
            except OSError as error:
                print(f"{host}:{port} left: {error.strerror}", flush=True)
