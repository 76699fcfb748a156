"""An echo server for many clients: multiconn_server.ts in Python."""

import selectors
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])
selector = selectors.DefaultSelector()


class Connection:
    def __init__(self, sock, address):
        self.sock, self.address, self.pending = sock, address, b""

    def serve(self, events):
        if events & selectors.EVENT_READ:
            received = self.sock.recv(1024)
            if not received:
                print(f"Closing connection to {self.address}")
                selector.unregister(self.sock)
                self.sock.close()
                return
            self.pending += received
        if self.pending and events & selectors.EVENT_WRITE:
            print(f"Echoing {self.pending!r} to {self.address}")
            self.pending = self.pending[self.sock.send(self.pending):]


with socket.create_server((host, port)) as listener, selector:
    print(f"Listening on {(host, listener.getsockname()[1])}")
    listener.setblocking(False)
    selector.register(listener, selectors.EVENT_READ)
    try:
        while True:
            for key, events in selector.select():
                if key.data:
                    key.data.serve(events)
                    continue
                sock, address = listener.accept()
                print(f"Accepted connection from {address}")
                sock.setblocking(False)
                both = selectors.EVENT_READ | selectors.EVENT_WRITE
                selector.register(sock, both, Connection(sock, address))
    except KeyboardInterrupt:
        print("Caught keyboard interrupt, exiting")
