"""Two messages over each of several connections: multiconn_client.ts in Python."""

import selectors
import socket
import sys

address = sys.argv[1], int(sys.argv[2])
MESSAGES = [b"Message 1 from client.", b"Message 2 from client."]
selector = selectors.DefaultSelector()


class Connection:
    def __init__(self, number):
        self.number, self.pending = number, b""
        self.messages, self.missing = list(MESSAGES), sum(map(len, MESSAGES))
        print(f"Starting connection {number} to {address}")
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.connect_ex(address)
        selector.register(self.sock, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def serve(self, events):
        if events & selectors.EVENT_READ:
            received = self.sock.recv(1024)
            if received:
                print(f"Received {received!r} from connection {self.number}")
                self.missing -= len(received)
            if not received or self.missing == 0:
                print(f"Closing connection {self.number}")
                selector.unregister(self.sock)
                self.sock.close()
                return
        if events & selectors.EVENT_WRITE:
            if not self.pending and self.messages:
                self.pending = self.messages.pop(0)
            if self.pending:
                print(f"Sending {self.pending!r} to connection {self.number}")
                self.pending = self.pending[self.sock.send(self.pending):]


for number in range(1, int(sys.argv[3]) + 1):
    Connection(number)
try:
    while selector.get_map():
        for key, events in selector.select():
            key.data.serve(events)
except KeyboardInterrupt:
    print("Caught keyboard interrupt, exiting")
