"""Sends a request, and prints the answer: app/client.ts in Python."""

import selectors
import socket
import sys
import traceback

from protocol import Connection, message


class Client(Connection):
    def received(self, kind, response):
        if kind == "text/json":
            print(f"Received response {response!r} from {self.address}")
            print(f"Got result: {response.get('result')}")
        else:
            print(f"Received {kind} response from {self.address}")
            print(f"Got response: {response!r}")
        self.close()

    def sent(self):
        self.wait()


host, port, action, value = sys.argv[1], int(sys.argv[2]), *sys.argv[3:]
if action == "search":
    request = message({"action": action, "value": value}, "text/json", "utf-8")
else:
    request = message((action + value).encode(), "binary/custom-client-binary-type", "binary")
print(f"Starting connection to {(host, port)}")
sock = socket.socket()
sock.setblocking(False)
sock.connect_ex((host, port))
with selectors.DefaultSelector() as selector:
    Client(selector, sock, (host, port), request)
    while selector.get_map():
        for key, events in selector.select():
            try:
                key.data.serve(events)
            except Exception:
                print(f"Main: Error: Exception for {key.data.address}:\n{traceback.format_exc()}")
                key.data.close()
