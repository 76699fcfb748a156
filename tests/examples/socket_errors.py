"""Fetches a page, and tells apart what fails: socket_errors.ts in Python."""

import argparse
import socket
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--host")
parser.add_argument("--port", type=int)
parser.add_argument("--file")
arguments = parser.parse_args()


def fail(what, error):
    print(f"{what}: {error}")
    sys.exit(1)


try:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
except OSError as error:
    fail("Error creating socket", error)
try:
    sock.connect((arguments.host, arguments.port))
except socket.gaierror as error:
    fail("Address-related error connecting to server", error)
except OSError as error:
    fail("Connection error", error)
try:
    sock.sendall(f"GET {arguments.file} HTTP/1.0\r\n\r\n".encode())
except OSError as error:
    fail("Error sending data", error)
while True:
    try:
        data = sock.recv(2048)
    except OSError as error:
        fail("Error receiving data", error)
    if not data:
        break
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
