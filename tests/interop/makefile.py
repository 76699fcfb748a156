"""Prints the results of CPython's makefile() for the cases on standard input, as JSON."""

import json
import socket
import sys


def run(case):
    kind = getattr(socket, case["type"])
    near, far = socket.socketpair(socket.AF_UNIX, kind)
    with near, far:
        if "packets" in case:
            for packet in case["packets"]:
                far.send(packet.encode("latin-1"))
            far.shutdown(socket.SHUT_WR)
        keywords = {} if "b" in case["mode"] else {
            name: case[name] for name in ("encoding", "errors", "newline")
        }
        file = near.makefile(case["mode"], case["buffering"], **keywords)
        results = []
        for name, argument in case["operations"]:
            try:
                results.append(operate(file, name, argument))
            except ValueError:
                results.append("ValueError")
                break
        if case["mode"].strip("b") == "w":
            try:
                file.close()
            except ValueError:
                results.append("ValueError")
            near.close()
            results.append(received(far))
        else:
            results.append(plain(getattr(file, "newlines", None)))
        return results


def operate(file, name, argument):
    if name == "readinto":
        buffer = bytearray(argument)
        count = file.readinto(buffer)
        return [count, plain(bytes(buffer[:count or 0]))]
    if name == "iterate":
        return plain(list(file))
    if name in ("write", "writelines") and "b" in getattr(file, "mode", "b"):
        argument = [part.encode("latin-1") for part in argument] \
            if name == "writelines" else argument.encode("latin-1")
    return plain(getattr(file, name)(*([] if argument is None else [argument])))


def received(sock):
    packets = []
    while True:
        data = sock.recv(65536)
        if not data:
            return plain(packets)
        packets.append(data)


def plain(value):
    if isinstance(value, bytes):
        return "b:" + value.decode("latin-1")
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


if __name__ == "__main__":
    json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
