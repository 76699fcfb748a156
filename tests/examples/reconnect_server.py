"""Waves to one client every second: reconnect_server.ts in Python."""

import socket
import sys
import time

with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    print("Listening on", listener.getsockname(), file=sys.stderr)
    connection, _ = listener.accept()
    print("connected to client")
    while True:
        connection.sendall(b"Server wave")
        print(connection.recv(1024).decode())
        time.sleep(1)
