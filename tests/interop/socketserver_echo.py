"""Echoes by Python's socketserver: tcp, udp or a path."""

import socketserver
import sys


class Stream(socketserver.StreamRequestHandler):
    def handle(self):
        while data := self.request.recv(1024):
            self.wfile.write(data)


class Datagram(socketserver.DatagramRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.read())


server = {
    "tcp": lambda: socketserver.ThreadingTCPServer(("127.0.0.1", 0), Stream),
    "udp": lambda: socketserver.ThreadingUDPServer(("127.0.0.1", 0), Datagram),
}[sys.argv[1]]()
print("Listening on", server.server_address, file=sys.stderr, flush=True)
server.serve_forever()
