"""Accepts connections, and has another process serve them: fd_sender.ts in Python."""

import socket
import sys

path, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
    receiver.connect(path)
    with socket.create_server((host, port)) as listener:
        print("Listening on", listener.getsockname(), file=sys.stderr, flush=True)
        while True:
            connection, (host, port) = listener.accept()
            with connection:
                socket.send_fds(receiver, [b"\0"], [connection.fileno()])
                print(f"passed {host}:{port}", flush=True)
