"""The other end of a bad network: on TCP port 7 it echoes, on port 9 it neither reads nor writes.

UDP port 7 echoes too.
"""

import socket
import sys
import threading

address = sys.argv[1]
kept = []


def echo(connection):
    try:
        while data := connection.recv(65536):
            connection.sendall(data)
    except OSError:
        pass
    connection.close()


def serve(port):
    with socket.create_server((address, port)) as server:
        while True:
            connection, _ = server.accept()
            if port == 9:
                kept.append(connection)
            else:
                threading.Thread(target=echo, args=(connection,), daemon=True).start()


for port in 7, 9:
    threading.Thread(target=serve, args=(port,), daemon=True).start()
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind((address, 7))
print("ready", flush=True)
while True:
    data, peer = datagrams.recvfrom(65536)
    datagrams.sendto(data, peer)
