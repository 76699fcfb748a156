"""Answers each HTTP request with what it has understood of it: http_server.ts in Python."""

import re
import socket
import sys


def answer(status, body):
    content = body.encode()
    return (
        f"HTTP/1.0 {status}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    ).encode() + content


def serve(connection):
    with connection.makefile("r", encoding="latin-1") as file:
        request = file.readline().rstrip()
        headers = []
        while header := file.readline().rstrip():
            headers.append(header)
    found = re.fullmatch(r"(\S+) (\S+) HTTP/1\.\d", request)
    if not found:
        connection.sendall(answer("400 Bad Request", "What?\n"))
    elif found[1] != "GET":
        connection.sendall(answer("405 Method Not Allowed", f"No {found[1]} here\n"))
    else:
        body = "\n".join([f"You asked for {found[2]}", *headers, ""])
        connection.sendall(answer("200 OK", body))
    print(f"{connection.getpeername()[0]}: {request}", flush=True)


with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    print("Listening on", listener.getsockname(), file=sys.stderr, flush=True)
    while True:
        connection, _ = listener.accept()
        with connection:
            serve(connection)
