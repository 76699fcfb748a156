"""Network interfaces come, go, and change their state: interface_watcher.ts in Python."""

import socket
import struct
import sys


def split(data, fmt):
    at = 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from(fmt, data, at)
        if length < 4 or at + length > len(data):
            return
        yield data[at:at + length]
        at += (length + 3) // 4 * 4


def name_of(message):
    for attribute in split(message[32:], "=H"):
        if struct.unpack_from("=H", attribute, 2)[0] == 3:
            return attribute[4:].split(b"\0")[0].decode()
    return ""


def state_of(flags):
    if not flags & 0x1:
        return "down"
    return "up" if flags & 0x40 else "up, but without carrier"


told = {}
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
    sock.bind((0, 1))
    print("Watching", file=sys.stderr, flush=True)
    while True:
        for message in split(sock.recv(65536), "=I"):
            (kind,) = struct.unpack_from("=H", message, 4)
            if kind not in (16, 17):
                continue
            index, flags = struct.unpack_from("=iI", message, 20)
            state = "gone" if kind == 17 else state_of(flags)
            line = f"{name_of(message)} is {state}"
            if told.get(index) != line:
                print(line, flush=True)
            told[index] = line
