"""An echo server of several processes: prefork_server.ts in Python."""

import argparse
import os
import signal
import socket
import sys

parser = argparse.ArgumentParser()
parser.add_argument("-w", type=int, default=4)
parser.add_argument("-s", choices=["listener", "port"], default="listener")
parser.add_argument("host")
parser.add_argument("port", type=int)
args = parser.parse_args()


def serve(name, listener):
    while True:
        connection, (host, port) = listener.accept()
        print(f"{name} serves {host}:{port}", flush=True)
        with connection:
            while data := connection.recv(1024):
                connection.sendall(data)


if args.s == "listener":
    sock = socket.create_server((args.host, args.port))
    listeners = [sock] * args.w
else:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind((args.host, args.port))
    address = sock.getsockname()
    listeners = [
        socket.create_server(address, reuse_port=True) for _ in range(args.w)
    ]
children = []
for i, listener in enumerate(listeners):
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        for other in listeners:
            if other is not listener:
                other.close()
        serve(f"worker {i + 1}", listener)
    children.append(pid)
print("Listening on", sock.getsockname(), file=sys.stderr, flush=True)
# A listener that the parent keeps open would get connections that nobody accepts.
for listener in listeners:
    listener.close()
try:
    signal.pause()
except KeyboardInterrupt:
    for pid in children:
        os.kill(pid, signal.SIGINT)
        os.waitpid(pid, 0)
