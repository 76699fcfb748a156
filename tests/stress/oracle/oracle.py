"""Answers batches of cases, one JSON line each: what CPython makes of them.

The first argument is the folder with makefile.py. The first line of the input is a program that
defines each(case) for struct.
"""

import ctypes
import json
import select
import selectors
import socket
import sys

sys.path.insert(0, sys.argv[1])
import makefile  # noqa: E402

structs = {}


def value(told):
    """A value from JSON: bytes and large integers are objects."""
    if isinstance(told, dict):
        if "bytes" in told:
            return bytes.fromhex(told["bytes"])
        return int(told["int"])
    if isinstance(told, list):
        return tuple(value(each) for each in told)
    return told


def tell(result):
    if isinstance(result, bytes):
        return {"bytes": result.hex()}
    if isinstance(result, bool) or result is None or isinstance(result, str):
        return result
    if isinstance(result, int):
        return int(result) if abs(result) < 2 ** 53 else {"int": str(int(result))}
    if isinstance(result, (list, tuple)):
        return [tell(each) for each in result]
    return result


def outcome(call):
    try:
        return {"result": tell(call())}
    except OSError as error:
        return {"error": type(error).__name__, "errno": error.errno}
    except (ValueError, OverflowError, KeyError):
        return {"error": "RangeError"}
    except TypeError:
        return {"error": "TypeError"}
    except SystemError:
        return {"error": "SystemError"}


def has(names):
    return [hasattr(socket, name) for name in names]


def function(case):
    name, *arguments = case
    f = getattr(socket, name)
    return outcome(lambda: f(*[value(each) for each in arguments]))


# Addresses, if sockaddr.c was preloaded.

try:
    shim = ctypes.CDLL(None)
    address = (ctypes.c_ubyte * 256).in_dll(shim, "oracle_address")
    length = ctypes.c_uint.in_dll(shim, "oracle_length")
except ValueError:
    shim = None


class Borrowed:
    """A socket of a family that the kernel may lack, over the descriptor of another."""

    carrier = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def __init__(self, family, proto):
        self.socket = socket.socket(
            family, socket.SOCK_DGRAM, proto, fileno=self.carrier.fileno()
        )

    def __enter__(self):
        return self.socket

    def __exit__(self, *_):
        self.socket.detach()
        length.value = 0  # no address: what shows a socket in a message asks for it


def encode(case):
    family, proto, told = case
    with Borrowed(family, proto) as sock:
        def run():
            sock.connect(value(told))
            return bytes(address[:length.value])
        return outcome(run)


def decode(case):
    family, proto, data = case
    raw = bytes.fromhex(data)
    with Borrowed(family, proto) as sock:
        def run():
            ctypes.memset(address, 0, 256)
            ctypes.memmove(address, raw, len(raw))
            length.value = len(raw)
            return sock.getsockname()
        return outcome(run)


def option(case):
    family, kind, level, name, how, given = case
    sock = socket.socket(family, kind)
    try:
        def run():
            if how == "set":
                sock.setsockopt(level, name, value(given))
            elif how == "null":
                sock.setsockopt(level, name, None, given)
            return [sock.getsockopt(level, name), sock.getsockopt(level, name, 64)]
        return outcome(run)
    finally:
        sock.close()


def selecting(case):
    kind, operations = case
    selector = getattr(selectors, kind)()
    pairs = [socket.socketpair() for _ in range(4)]
    for near, far in pairs:
        near.setblocking(False)
        far.setblocking(False)
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    results = []

    def operate(name, index, argument):
        near, far = pairs[index]
        if name == "register":
            return selector.register(near, argument, index).events
        if name == "modify":
            return selector.modify(near, argument, index).events
        if name == "unregister":
            return selector.unregister(near).events
        if name == "get_key":
            return selector.get_key(near).events
        if name == "size":
            return len(selector.get_map())
        if name == "has":
            return near in selector.get_map()
        if name == "select":
            return sorted([key.data, mask] for key, mask in selector.select(0))
        if name == "close":
            return near.close()
        if name == "closePeer":
            return far.close()
        if name == "shutdown":
            return far.shutdown(socket.SHUT_WR)
        if name == "send":
            return far.send(b"x" * argument)
        if name == "receive":
            return len(near.recv(argument))
        if name == "fill":
            try:
                while True:
                    near.send(b"x" * 4096)
            except BlockingIOError:
                return None
        if name == "drain":
            try:
                while far.recv(65536):
                    pass
            except BlockingIOError:
                pass
            return None
        raise NotImplementedError(name)

    try:
        for name, index, argument in operations:
            results.append(outcome(lambda: operate(name, index, argument)))
        return results
    finally:
        selector.close()
        for pair in pairs:
            for each in pair:
                each.close()


kinds = {
    "has": lambda names: has(names),
    "function": function,
    "encode": encode,
    "decode": decode,
    "option": option,
    "selecting": selecting,
    "makefile": makefile.run,
    "struct": lambda case: structs["each"](case),
}

exec(json.loads(sys.stdin.readline()), structs)
for line in sys.stdin:
    batch = json.loads(line)
    answers = [kinds[batch["kind"]](case) for case in batch["cases"]]
    print(json.dumps(answers), flush=True)
