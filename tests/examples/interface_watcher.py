"""Interfaces, addresses, routes and neighbours, and how they change: interface_watcher.ts in Python."""

import socket
import struct
import sys

GROUPS = (1, 5, 9, 7, 11, 3)


def split(data, fmt):
    at = 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from(fmt, data, at)
        if length < 4 or at + length > len(data):
            return
        yield data[at:at + length]
        at += (length + 3) // 4 * 4


def attributes(data):
    return {
        struct.unpack_from("=H", one, 2)[0] & 0x3FFF: one[4:]
        for one in split(data, "=H")
    }


def ip(data):
    family = socket.AF_INET if len(data) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, data)


names = {}
printed = {}


def show(key, line):
    if printed.get(key) != line:
        print(line, flush=True)
    printed[key] = line


def link(data, gone):
    index, flags = struct.unpack_from("=iI", data, 4)
    name = attributes(data[16:]).get(3, b"").split(b"\0")[0].decode()
    names[index] = name
    if gone:
        state = "gone"
    elif not flags & 0x1:
        state = "down"
    else:
        state = "up" if flags & 0x40 else "up, but without carrier"
    show(("link", index), f"{name} is {state}")


def address(data, gone):
    prefixlen, index = struct.unpack_from("=xBxxI", data)
    found = attributes(data[8:])
    local = ip(found.get(2, found.get(1)))
    what = f"{names.get(index)} has {'no longer ' if gone else ''}"
    show((index, local), f"{what}{local}/{prefixlen}")


def route(data, gone):
    dst_len, table, kind = struct.unpack_from("=xBxxBxxB", data)
    if (table, kind) != (254, 1):
        return
    found = attributes(data[12:])
    to = f"{ip(found[1])}/{dst_len}" if 1 in found else "default"
    via = f" by {ip(found[5])}" if 5 in found else ""
    (index,) = struct.unpack("=I", found.get(4, bytes(4)))
    what = f"the route to {to}{via} on {names.get(index)}"
    show(what, f"{what} is {'gone' if gone else 'there'}")


def neighbour(data, gone):
    (index,) = struct.unpack_from("=i", data, 4)
    found = attributes(data[12:])
    what = f"{ip(found[1])} on {names.get(index)}"
    if gone:
        show(what, f"{what} is gone")
    elif 2 in found:
        show(what, f"{what} is {found[2].hex(':')}")


kinds = {16: link, 20: address, 24: route, 28: neighbour}


def handle(data):
    for message in split(data, "=I"):
        (kind,) = struct.unpack_from("=H", message, 4)
        if kind == 3:
            return True
        gone = kind % 4 == 1
        if kind - gone in kinds:
            kinds[kind - gone](message[16:], gone)
    return False


with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
    sock.bind((0, 0))
    for group in GROUPS:
        sock.setsockopt(270, 1, group)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as asking:
        for kind, size in ((18, 16), (22, 8), (26, 12), (30, 12)):
            asking.send(struct.pack("=IHHII", 16 + size, kind, 0x301, 0, 0) + bytes(size))
            while not handle(asking.recv(65536)):
                pass
    print("Watching", file=sys.stderr, flush=True)
    while True:
        handle(sock.recv(65536))
