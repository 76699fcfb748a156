"""A page over HTTP: http_get.ts in Python."""

import socket
import sys
from urllib.parse import urlsplit

url = urlsplit(sys.argv[1])
path = (url.path or "/") + (f"?{url.query}" if url.query else "")

with socket.create_connection((url.hostname, url.port or 80)) as connection:
    with connection.makefile("rwb") as file:
        file.write(f"GET {path} HTTP/1.0\r\nHost: {url.netloc}\r\n\r\n".encode())
        file.flush()
        status = file.readline().decode("latin-1").rstrip()
        print(status, file=sys.stderr)
        while header := file.readline().decode("latin-1").rstrip():
            print(header, file=sys.stderr)
        sys.stdout.buffer.write(file.read())
sys.exit(not status.split(" ")[1] == "200")
