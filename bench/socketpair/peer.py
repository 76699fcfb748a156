import socket
import sys
import time

size = int(sys.argv[1])
data = bytes(size)
buffer = bytearray(size)
a, b = socket.socketpair()


def work(count):
    for _ in range(count):
        if size > 4096:
            a.sendall(data)
        else:
            a.send(data)
        received = 0
        while received < size:
            received += b.recv_into(buffer)


for line in sys.stdin:
    count = int(line)
    began = time.perf_counter_ns()
    work(count)
    print((time.perf_counter_ns() - began) / count, flush=True)
