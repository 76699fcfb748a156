"""Searches, and answers bytes with bytes: app/server.ts in Python."""

import selectors
import socket
import sys
import traceback

from protocol import Connection, message

ANSWERS = {
    "morpheus": "Follow the white rabbit. \U0001f430",
    "ring": "In the caves beneath the Misty Mountains. \U0001f48d",
    "\U0001f436": "\U0001f43e Playing ball! \U0001f3d0",
}


class Client(Connection):
    def received(self, kind, request):
        if kind != "text/json":
            print(f"Received {kind} request from {self.address}")
            answer = b"First 10 bytes of request: " + request[:10]
            self.answer(message(answer, "binary/custom-server-binary-type", "binary"))
            return
        print(f"Received request {request!r} from {self.address}")
        action, value = request.get("action"), request.get("value")
        if action == "search":
            result = ANSWERS.get(value) or f"No match for '{value}'."
        else:
            result = f"Error: invalid action '{action}'."
        self.answer(message({"result": result}, "text/json", "utf-8"))

    def sent(self):
        self.close()


host, port = sys.argv[1], int(sys.argv[2])
with socket.create_server((host, port)) as listener, selectors.DefaultSelector() as selector:
    print(f"Listening on {(host, listener.getsockname()[1])}")
    listener.setblocking(False)
    selector.register(listener, selectors.EVENT_READ)
    try:
        while True:
            for key, events in selector.select():
                if key.data is None:
                    sock, address = listener.accept()
                    print(f"Accepted connection from {address}")
                    sock.setblocking(False)
                    Client(selector, sock, address)
                    continue
                try:
                    key.data.serve(events)
                except Exception:
                    print(f"Main: Error: Exception for {key.data.address}:\n{traceback.format_exc()}")
                    key.data.close()
    except KeyboardInterrupt:
        print("Caught keyboard interrupt, exiting")
