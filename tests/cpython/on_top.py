"""Replaces what Python's `socket.py` has on top of `_socket` by the library's own."""

import io
import threading

import socket

from library import Buffer, Channel, Descriptor, File, LeftOut, Options, call

original = socket.socket
originals = {
    **{name: getattr(socket, name) for name in ("getaddrinfo", "create_connection", "create_server")},
    **{name: getattr(original, name) for name in ("makefile", "_sendfile_use_send")},
}


class SocketFile:
    """A file that is the library's: it lies in a thread of its own there."""

    def __init__(self, channel, sock):
        self._channel = channel
        self._socket = sock
        self._lock = threading.RLock()

    def _call(self, name, *args):
        with self._lock:
            return self._channel.call(name, args, self._socket, of_file=True)

    @property
    def closed(self):
        return self._call("closed")

    @property
    def name(self):
        name = self._call("name")
        return self._socket.fileno() if name >= 0 else name

    def fileno(self):
        self._call("fileno")
        return self._socket.fileno()

    def close(self):
        if not self.closed:
            try:
                self._call("close")
            finally:
                sock, self._socket = self._socket, None
                sock._decref_socketios()

    def readinto(self, buffer):
        return self._call("readinto", Buffer(buffer))

    def readlines(self, *args):
        return list(self._call("readlines", *args))


def method(name):
    return lambda self, *args: self._call(name, *args)


for name in ("readable", "writable", "seekable", "flush", "write", "writelines"):
    setattr(SocketFile, name, method(name))
for name in ("read", "readall", "read1", "readline", "peek"):
    setattr(SocketFile, name, method(name))
for name in ("mode", "newlines", "encoding"):
    setattr(SocketFile, name, property(method(name)))


class RawFile(SocketFile, io.RawIOBase):
    pass


class BufferedFile(SocketFile, io.BufferedIOBase):
    def readinto1(self, buffer):
        return self._call("readinto1", Buffer(buffer))


class TextFile(SocketFile, io.TextIOBase):
    pass


CLASSES = dict(SocketIO=RawFile, TextIOWrapper=TextFile)


def is_tls(sock):
    """Whether a socket carries its bytes in a way of its own."""
    return type(sock).recv_into is not original.recv_into


def makefile(self, mode="r", buffering=None, *, encoding=None, errors=None, newline=None):
    if is_tls(self):
        return originals["makefile"](
            self, mode, buffering, encoding=encoding, errors=errors, newline=newline
        )
    channel = Channel()
    options = Options(encoding=encoding, errors=errors, newline=newline)
    name = channel.call("makefile", [mode, buffering, options], self)
    self._io_refs += 1
    return CLASSES.get(name, BufferedFile)(channel, self)


def check_mode(file):
    """Refuses a file of text, of which the library knows nothing."""
    if "b" not in getattr(file, "mode", "b"):
        raise ValueError("file should be opened in binary mode")


def _sendfile_use_sendfile(self, file, offset=0, count=None):
    check_mode(file)
    try:
        file = Descriptor(file.fileno())
    except (AttributeError, io.UnsupportedOperation) as error:
        raise socket._GiveupOnSendfile(error)
    return call("sendfile", [file, offset, count], self)


def _sendfile_use_send(self, file, offset=0, count=None):
    if is_tls(self):
        return originals["_sendfile_use_send"](self, file, offset, count)
    check_mode(file)
    return call("sendfile", [File(file), offset, count], self)


def sendfile(self, file, offset=0, count=None):
    try:
        return self._sendfile_use_sendfile(file, offset, count)
    except socket._GiveupOnSendfile:
        return self._sendfile_use_send(file, offset, count)


def made(facts):
    fd, family, type, proto, timeout = facts
    sock = original(family, type, proto, fd)
    sock.settimeout(timeout)
    return sock


def mocked():
    """Whether a test has replaced what these functions are made of: then Python's own count."""
    return socket.socket is not original or socket.getaddrinfo is not originals["getaddrinfo"]


DEFAULT = socket._GLOBAL_DEFAULT_TIMEOUT


def create_connection(address, timeout=DEFAULT, source_address=None, **options):
    if mocked():
        return originals["create_connection"](address, timeout, source_address, **options)
    if timeout is DEFAULT:
        timeout = LeftOut
    args = [address, timeout, source_address, Options(options)]
    return made(call("create_connection", args))


def create_server(address, **options):
    if mocked():
        return originals["create_server"](address, **options)
    return made(call("create_server", [address, Options(options)]))


def send_fds(sock, buffers, fds, flags=0, address=None):
    return call("send_fds", [buffers, [Descriptor(fd) for fd in fds], flags, address], sock)


def recv_fds(sock, bufsize, maxfds, flags=0):
    data, fds, *rest = call("recv_fds", [bufsize, maxfds, flags], sock)
    return data, list(fds), *rest


def getfqdn(name=""):
    return call("getfqdn", [name])


def has_dualstack_ipv6():
    return call("has_dualstack_ipv6")


METHODS = (makefile, sendfile, _sendfile_use_sendfile, _sendfile_use_send)
FUNCTIONS = (create_connection, create_server, send_fds, recv_fds, getfqdn, has_dualstack_ipv6)
for owner, functions in ((original, METHODS), (socket, FUNCTIONS)):
    for function in functions:
        setattr(owner, function.__name__, function)
