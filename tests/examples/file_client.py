"""Fetches a file, with a progress bar: file_client.ts in Python."""

import socket
import sys

output, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
shown = ""


def progress(received, size):
    global shown
    percent = received * 100 // size if size else 100
    text = f"\r[{'#' * (percent // 5):-<20}] {percent:3}%"
    if text != shown:
        print(text, end="", file=sys.stderr, flush=True)
    shown = text


with socket.create_connection((host, port)) as connection:
    with connection.makefile("rb") as incoming, open(output, "wb") as file:
        size = int(incoming.readline())
        received = 0
        progress(received, size)
        while received < size:
            chunk = incoming.read(min(size - received, 65536))
            if not chunk:
                break
            received += len(chunk)
            file.write(chunk)
            progress(received, size)
print(file=sys.stderr)
print(f"received {received} of {size} bytes")
sys.exit(received < size)
