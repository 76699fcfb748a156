"""Joins two network namespaces by a bad cable: packets are lost, late, and out of order.

Arguments: the two namespaces, the two addresses, and a seed.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
CLONE_NEWNET = 0x40000000
LOSS = 0.02
DELAY = 0.002, 0.02

libc = ctypes.CDLL(None, use_errno=True)
chance = random.Random(int(sys.argv[5]))


def tunnel(namespace, address):
    """Opens a tunnel in a namespace."""
    with open(f"/run/netns/{namespace}") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"bad", IFF_TUN_NO_PI))
    for command in f"addr add {address}/24 dev bad", "link set bad up":
        subprocess.run(["ip", *command.split()], check=True)
    return fd


ends = [tunnel(sys.argv[1], sys.argv[3]), tunnel(sys.argv[2], sys.argv[4])]
print("ready", flush=True)
late = []
number = 0
while True:
    wait = None if not late else max(0, late[0][0] - time.monotonic())
    ready, _, _ = select.select(ends, [], [], wait)
    for fd in ready:
        packet = os.read(fd, 65536)
        if chance.random() < LOSS:
            continue
        number += 1
        when = time.monotonic() + chance.uniform(*DELAY)
        heapq.heappush(late, (when, number, ends[1 - ends.index(fd)], packet))
    while late and late[0][0] <= time.monotonic():
        _, _, fd, packet = heapq.heappop(late)
        os.write(fd, packet)
