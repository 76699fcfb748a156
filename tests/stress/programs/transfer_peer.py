"""The other end of a transfer: connects, sends and receives at once, and checks what it receives.

Arguments, as JSON: port, path of the block that is sent over and over, how many bytes to send and
to receive, a seed, the process to send signals to, and after how many bytes to be killed.
"""

import json
import os
import random
import signal
import socket
import sys
import threading
import time

job = json.loads(sys.argv[1])
chance = random.Random(job["seed"])
with open(job["block"], "rb") as file:
    block = file.read()
twice = block + block
moved = 0


def count(n):
    """Counts bytes that were moved, and dies after some."""
    global moved
    moved += n
    if job["dies"] is not None and moved >= job["dies"]:
        os.kill(os.getpid(), signal.SIGKILL)


def stall():
    """Waits at random."""
    if chance.random() < 0.02:
        time.sleep(chance.random() * 0.01)


def send(sock):
    sent = 0
    while sent < job["send"]:
        size = min(chance.choice([1, 1000, 65536, 1 << 20]), job["send"] - sent, len(block))
        at = sent % len(block)
        sock.sendall(memoryview(twice)[at:at + size])
        sent += size
        count(size)
        stall()
    sock.shutdown(socket.SHUT_WR)


def receive(sock):
    received = 0
    while True:
        size = chance.choice([1, 1000, 65536, 1 << 20])
        data = sock.recv(min(size, len(block)))
        if not data:
            return received, True
        at = received % len(block)
        if data != twice[at:at + len(data)]:
            return received, False
        received += len(data)
        count(len(data))
        stall()


def rain(stopped):
    while not stopped.wait(0.002):
        try:
            os.kill(job["rain"], signal.SIGWINCH)
        except ProcessLookupError:
            return


stopped = threading.Event()
raining = threading.Thread(target=rain, args=(stopped,))
raining.start()
result = {}
try:
    with socket.create_connection(("127.0.0.1", job["port"])) as sock:
        sending = threading.Thread(target=send, args=(sock,), daemon=True)
        sending.start()
        received, right = receive(sock)
        sending.join()
        result = {"received": received, "right": right}
finally:
    stopped.set()
    raining.join()
print(json.dumps(result))
