"""The message protocol of server.py and client.py, one message at a time."""

import json
import selectors
import struct
import sys

REQUIRED = ("byteorder", "content-length", "content-type", "content-encoding")


def message(content, kind, encoding):
    """A message as bytes."""
    if encoding != "binary":
        content = json.dumps(content, ensure_ascii=False).encode(encoding)
    header = json.dumps({
        "byteorder": sys.byteorder,
        "content-type": kind,
        "content-encoding": encoding,
        "content-length": len(content),
    }, ensure_ascii=False).encode("utf-8")
    return struct.pack(">H", len(header)) + header + content


class Connection:
    """A connection on a selector, over which one message goes and one comes."""

    def __init__(self, selector, sock, address, outgoing=b""):
        self.selector, self.sock, self.address = selector, sock, address
        self.incoming, self.outgoing = b"", outgoing
        selector.register(sock, selectors.EVENT_WRITE if outgoing else selectors.EVENT_READ, self)

    def close(self):
        print(f"Closing connection to {self.address}")
        self.selector.unregister(self.sock)
        self.sock.close()

    def serve(self, events):
        if events & selectors.EVENT_WRITE:
            print(f"Sending {self.outgoing!r} to {self.address}")
            self.outgoing = self.outgoing[self.sock.send(self.outgoing):]
            if not self.outgoing:
                self.sent()
        elif received := self.sock.recv(4096):
            self.incoming += received
            self.parse()
        else:
            raise RuntimeError("Peer closed.")

    def parse(self):
        data = self.incoming
        if len(data) < 2:
            return
        end = 2 + struct.unpack(">H", data[:2])[0]
        if len(data) < end:
            return
        header = json.loads(data[2:end].decode("utf-8"))
        for name in REQUIRED:
            if name not in header:
                raise ValueError(f"Missing required header '{name}'.")
        content = data[end:end + header["content-length"]]
        if len(content) < header["content-length"]:
            return
        if header["content-type"] == "text/json":
            content = json.loads(content.decode(header["content-encoding"]))
        self.received(header["content-type"], content)

    def answer(self, outgoing):
        self.outgoing = outgoing
        self.selector.modify(self.sock, selectors.EVENT_WRITE, self)

    def wait(self):
        self.selector.modify(self.sock, selectors.EVENT_READ, self)
