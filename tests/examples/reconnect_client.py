"""Waves back, and outlives its server: reconnect_client.ts in Python."""

import socket
import sys
import time

address = sys.argv[1], int(sys.argv[2])
connection = socket.create_connection(address)
print("connected to server")
while True:
    try:
        received = connection.recv(1024)
        if not received:
            raise ConnectionError
        connection.sendall(b"Client wave")
        print(received.decode())
    except OSError:
        print("connection lost... reconnecting")
        connection.close()
        while True:
            try:
                connection = socket.create_connection(address)
                break
            except OSError:
                time.sleep(0.5)
        print("re-connection successful")
