"""Calls of the library: each thread has a connection to a thread of the library's.

A call goes as JSON, with the descriptors that it is about beside it, and so does its answer.
"""

import array
import base64
import builtins
import io
import json
import math
import operator
import os
import struct
import _socket as real  # CPython's own: what carries the calls
import _thread

PATH = os.environ["SOCKET_LIBRARY"]
MAX_DESCRIPTORS = 253
RIGHTS = (real.SOL_SOCKET, real.SCM_RIGHTS)


class RangeError(ValueError, OverflowError):
    """What the library throws for both."""


class LeftOut:
    """An argument that is left out, between others that are given."""


class Buffer:
    """A buffer that the call fills."""

    def __init__(self, buffer):
        try:
            self.view = memoryview(buffer).cast("B")
        except TypeError:
            self.view = None  # no bytes at all: the library is to refuse it
        if self.view is not None and self.view.readonly:
            raise TypeError("a read-write bytes-like object is required")
        self.value = buffer


class Descriptor:
    def __init__(self, fd):
        self.fd = fd


class Options(dict):
    """The options that follow the arguments."""


class File:
    """A file that the library reads by Python's methods."""

    def __init__(self, file):
        self.file = file


class Encoder:
    """Encodes what a call is made with."""

    def __init__(self):
        self.fds = []
        self.buffers = []
        self.file = None

    def __call__(self, value):
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            value = int(value)
            return value if abs(value) <= 2**53 else {"bigint": str(value)}
        if isinstance(value, float):
            if math.isfinite(value):
                return value
            return {"number": str(value).replace("inf", "Infinity")}
        if isinstance(value, type) and issubclass(value, LeftOut):
            return {"undefined": 0}
        if isinstance(value, Buffer):
            if value.view is None:
                return self(value.value)
            self.buffers.append(value.view)
            return {"buffer": text(value.view)}
        if isinstance(value, Descriptor):
            return {"descriptor": self.descriptor(value.fd)}
        if isinstance(value, Options):
            return {"options": {name: self(each) for name, each in value.items()}}
        if isinstance(value, File):
            self.file = value.file
            return {"file": 0}
        if isinstance(value, (list, tuple)):
            return [self(each) for each in value]
        try:
            return {"bytes": text(memoryview(value).cast("B"))}
        except TypeError:
            pass
        if hasattr(value, "__index__"):
            return self(operator.index(value))
        if hasattr(value, "__iter__"):
            return [self(each) for each in value]
        return {"other": type(value).__name__}

    def descriptor(self, fd):
        """Where a descriptor is among those that go along; -1 for one that is not open."""
        try:
            os.fstat(fd)
        except (OSError, OverflowError):
            return -1
        self.fds.append(fd)
        return len(self.fds) - 1

    def control(self, item):
        """A control message; descriptors in it go along."""
        try:
            *kind, data = item
            data = bytes(memoryview(data))
        except (TypeError, ValueError):
            return self(item)
        if tuple(kind) != RIGHTS:
            return self(item)
        fds = struct.unpack_from(f"{len(data) // 4}i", data)
        indices = [self.descriptor(fd) for fd in fds]
        return [*RIGHTS, {"rights": indices, "tail": text(data[4 * len(fds) :])}]


def text(data):
    return base64.b64encode(data).decode()


def decode(value, fds):
    if isinstance(value, list):
        return tuple(decode(each, fds) for each in value)
    if not isinstance(value, dict):
        return value
    if "bigint" in value:
        return int(value["bigint"])
    if "bytes" in value:
        return base64.b64decode(value["bytes"])
    if "descriptor" in value:
        fd = fds[value["descriptor"]]
        os.set_inheritable(fd, value["inheritable"])
        return fd
    if "rights" in value:
        numbers = [fds[index] for index in value["rights"]]
        return struct.pack(f"{len(numbers)}i", *numbers) + base64.b64decode(value["tail"])
    return (decode(value["socket"], fds), *value["facts"])


def exception(error, args=()):
    """Python's exception for an error of the library's, with the arguments of the call."""
    name = error["name"]
    if name == "AggregateError":
        return ExceptionGroup(error["message"], [exception(each) for each in error["errors"]])
    if name == "RangeError":
        return encode_error(args) or RangeError(error["message"])
    if name == "TypeError":
        return TypeError(error["message"])
    if "strerror" not in error:
        return RuntimeError(error.get("stack") or f"{name}: {error['message']}")
    for module in (builtins, real, io):
        if hasattr(module, name):
            made = getattr(module, name)
            break
    else:
        return RuntimeError(f"no exception is called {name}")
    if error["errno"] is None:
        return made(error["strerror"])
    return made(error["errno"], error["strerror"])


def encode_error(args):
    """The error of the first text that has no UTF-8, if there is one."""
    for text in filter(lambda each: isinstance(each, str), args):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return error


class Channel:
    """A connection to a thread of the library's."""

    def __init__(self):
        self.pid = os.getpid()
        self.socket = real.socket(real.AF_UNIX, real.SOCK_STREAM, 0)
        self.socket.settimeout(None)
        self.socket.connect(PATH)

    def __del__(self):
        self.socket.close()

    def send(self, message, fds=()):
        body = json.dumps(message).encode()
        rights = [(*RIGHTS, array.array("i", fds))] if fds else []
        self.socket.sendmsg([len(body).to_bytes(4, "big")], rights)
        self.socket.sendall(body)

    def receive(self):
        header, ancdata, _, _ = self.socket.recvmsg(
            4, real.CMSG_SPACE(4 * MAX_DESCRIPTORS), real.MSG_CMSG_CLOEXEC
        )
        if not header:
            raise RuntimeError("the library's thread has ended")
        fds = array.array("i")
        for _, _, data in ancdata:
            fds.frombytes(data)
        body = bytearray(int.from_bytes(header, "big"))
        view = memoryview(body)
        while view:
            view = view[self.socket.recv_into(view) :]
        return json.loads(body), fds

    def call(self, name, args=(), socket=None, of_file=False):
        """Has the library carry out a call.

        socket: the socket whose method it is; of a file, the socket whose timeout counts.
        """
        if self.pid != os.getpid():
            raise RuntimeError("this connection to the library belongs to the parent process")
        encoder = Encoder()
        facts = None
        if socket is not None:
            facts = dict(
                family=int(socket.family),
                type=int(socket.type),
                proto=socket.proto,
                timeout=real.socket.gettimeout(socket),
            )
            if not of_file and real.socket.fileno(socket) >= 0:
                encoder.descriptor(real.socket.fileno(socket))
        arguments = [encoder(each) for each in args]
        if name == "sendmsg" and len(args) > 1 and isinstance(args[1], (list, tuple)):
            arguments[1] = [encoder.control(item) for item in args[1]]
        message = dict(
            name=name,
            args=arguments,
            socket=facts,
            file=of_file,
            defaulttimeout=real.getdefaulttimeout(),
        )
        try:
            self.send(message, encoder.fds)
            answer, fds = self.receive()
            while "ask" in answer:
                self.send(Encoder()(getattr(encoder.file, answer["ask"])(*answer["args"])))
                answer, fds = self.receive()
        except BaseException:
            # A signal's handler threw: the answer that is still to come is nobody's.
            self.socket.close()
            discard(self)
            raise
        if "error" in answer:
            raise exception(answer["error"], args)
        for view, content in zip(encoder.buffers, answer["buffers"]):
            view[:] = base64.b64decode(content)
        return decode(answer["result"], fds)


threads = _thread._local()


def forget():
    threads.__dict__.clear()


def discard(channel):
    if threads.__dict__.get("channel") is channel:
        forget()


os.register_at_fork(after_in_child=forget)


def call(name, args=(), socket=None):
    """Has the library carry out a call, on the connection of this thread."""
    if not hasattr(threads, "channel"):
        threads.channel = Channel()
    return threads.channel.call(name, args, socket)
