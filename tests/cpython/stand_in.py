"""A stand-in for the C module `_socket`: every call is carried out by the library.

What is CPython's own is the object that keeps descriptor, family, type, proto and timeout.
"""

import os
import _socket as real

from library import Buffer, Descriptor, LeftOut, Options, call

CAPI = real.CAPI
error, gaierror, herror, timeout = real.error, real.gaierror, real.herror, real.timeout
getdefaulttimeout = real.getdefaulttimeout
has_ipv6 = real.has_ipv6


def in_order(names, args, kwargs):
    """Arguments that may be given by name, as positional ones."""
    values = list(args)
    for name in names[len(args) :]:
        values.append(kwargs.pop(name, LeftOut))
    if kwargs:
        raise TypeError(f"unexpected keyword arguments {list(kwargs)}")
    while values and values[-1] is LeftOut:
        values.pop()
    return values


class socket(real.socket):
    __slots__ = ()

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        if fileno is None:
            fd, *facts = call("socket", [family, type, proto, None])
        else:
            fd = fileno
            if isinstance(fileno, int) and fileno >= 0:
                fileno = Descriptor(fileno)
            facts = call("socket", [family, type, proto, fileno])
        family, type, proto, timeout = facts
        super().__init__(family, type, proto, fd)
        super().settimeout(timeout)

    def _accept(self):
        (fd, *_), address = call("accept", socket=self)
        return fd, address

    def settimeout(self, value):
        call("settimeout", [value], self)
        super().settimeout(value)

    def setblocking(self, flag):
        call("setblocking", [flag], self)
        super().setblocking(flag)

    def recv_into(self, *args, **kwargs):
        buffer, *rest = in_order(("buffer", "nbytes", "flags"), args, kwargs)
        return call("recv_into", [Buffer(buffer), *rest], self)

    def recvfrom_into(self, *args, **kwargs):
        buffer, *rest = in_order(("buffer", "nbytes", "flags"), args, kwargs)
        return call("recvfrom_into", [Buffer(buffer), *rest], self)

    def recvmsg(self, *args):
        data, ancdata, *rest = call("recvmsg", args, self)
        return data, list(ancdata), *rest

    def recvmsg_into(self, buffers, *args):
        if hasattr(buffers, "__iter__"):
            buffers = [Buffer(each) for each in buffers]
        nbytes, ancdata, *rest = call("recvmsg_into", [buffers, *args], self)
        return nbytes, list(ancdata), *rest

    def sendmsg(self, buffers, ancdata=(), *args):
        if hasattr(ancdata, "__iter__"):
            ancdata = list(ancdata)
        return call("sendmsg", [buffers, ancdata, *args], self)

    def sendmsg_afalg(self, msg=LeftOut, **kwargs):
        return call("sendmsg_afalg", [msg, Options(kwargs)], self)


SocketType = socket

#: What only looks at the object, or closes Python's own descriptor.
CPYTHONS = ("close", "detach", "fileno", "gettimeout")


def method(name):
    def carried_out(self, *args):
        result = call(name, args, self)
        if name in ("getsockname", "getpeername") and isinstance(result, bytes) and result[0]:
            return os.fsdecode(result)  # a path that is no UTF-8, which is bytes there
        return result

    carried_out.__name__ = name
    return carried_out


for name, value in vars(real.socket).items():
    if callable(value) and not name.startswith("__") and name not in {*CPYTHONS, *vars(socket)}:
        setattr(socket, name, method(name))


def close(fd):
    call("close", [Descriptor(fd) if isinstance(fd, int) else fd])
    os.close(fd)


def dup(fd):
    return call("dup", [Descriptor(fd) if isinstance(fd, int) else fd])


def setdefaulttimeout(timeout):
    call("setdefaulttimeout", [timeout])
    real.setdefaulttimeout(timeout)


def socketpair(*args, **kwargs):
    pair = call("socketpair", in_order(("family", "type", "proto"), args, kwargs))
    return tuple(socket(family, type, proto, fd) for fd, family, type, proto, _ in pair)


def getaddrinfo(*args, **kwargs):
    names = ("host", "port", "family", "type", "proto", "flags")
    return list(call("getaddrinfo", in_order(names, args, kwargs)))


def if_nameindex():
    return list(call("if_nameindex"))


def host_entry(name):
    def function(*args):
        hostname, aliases, addresses = call(name, args)
        return hostname, list(aliases), list(addresses)

    return function


gethostbyname_ex, gethostbyaddr = host_entry("gethostbyname_ex"), host_entry("gethostbyaddr")


def function(name):
    def carried_out(*args):
        return call(name, args)

    carried_out.__name__ = name
    return carried_out


constants = dict(call("constants"))
#: Constants of this Python's that the library lacks or has with another value.
wrong_constants = {}

for name in dir(real):
    value = getattr(real, name)
    if isinstance(value, int) and not isinstance(value, bool):
        if name in constants:
            globals()[name] = constants[name]
        if constants.get(name) != value:
            wrong_constants[name] = (value, constants.get(name))
    elif callable(value) and name not in globals():
        globals()[name] = function(name)
