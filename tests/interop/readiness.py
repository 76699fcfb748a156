"""What Python's selectors answer. ../selectors/selectors_test.ts compares them with ours."""

import json
import selectors
import socket
import sys

R, W = selectors.EVENT_READ, selectors.EVENT_WRITE
NAMES = {"KeyError": "RangeError", "ValueError": "RangeError", "RuntimeError": "Error"}


def play(make):
    answers = {}

    def outcome(call):
        try:
            return call()
        except OSError as error:
            return f"OSError {error.errno}"
        except Exception as error:
            return NAMES.get(type(error).__name__, type(error).__name__)

    def pair(name, events, prepare):
        a, b = socket.socketpair()
        with a, b, make() as selector:
            selector.register(a, events)
            prepare(a, b)
            answers[name] = outcome(
                lambda: sum(found for _, found in selector.select(0)))

    for events in (R, W, R | W):
        pair(f"idle {events}", events, lambda a, b: None)
        pair(f"data {events}", events, lambda a, b: b.send(b"x"))
        pair(f"peer closed {events}", events, lambda a, b: b.close())
        pair(f"peer shut {events}", events, lambda a, b: b.shutdown(socket.SHUT_WR))
        pair(f"shut {events}", events, lambda a, b: a.shutdown(socket.SHUT_WR))
        with socket.socket() as one, make() as selector:
            selector.register(one, events)
            answers[f"unconnected {events}"] = selector.select(0)[0][1] if selector.select(0) else 0
        with socket.socket() as one, make() as selector:
            one.bind(("127.0.0.1", 0))
            one.listen()
            selector.register(one, events)
            answers[f"listening {events}"] = selector.select(0)[0][1] if selector.select(0) else 0
        with socket.socket() as free, socket.socket() as one, make() as selector:
            free.bind(("127.0.0.1", 0))
            one.setblocking(False)
            one.connect_ex(free.getsockname())
            selector.register(one, events)
            answers[f"refused {events}"] = sum(found for _, found in selector.select(5))

    class File:
        def __init__(self, answer):
            self.answer = answer

        def fileno(self):
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

    def try_register(fileobj, events=R):
        with make() as selector:
            return outcome(lambda: selector.register(fileobj, events) and "ok")

    a, b = socket.socketpair()
    for events in (0, 4, 7, -1):
        answers[f"events {events}"] = try_register(a, events)
    answers["text"] = try_register("x")
    answers["nothing"] = try_register(None)
    answers["fraction"] = try_register(File("x"))
    answers["descriptor -1"] = try_register(-1)
    answers["fileno -1"] = try_register(File(-1))
    answers["fileno raises ValueError"] = try_register(File(ValueError()))
    answers["fileno raises TypeError"] = try_register(File(TypeError()))
    answers["fileno raises SystemError"] = try_register(File(SystemError()))
    answers["number"] = try_register(a.fileno())

    with make() as selector:
        selector.register(a, R, 1)
        answers["again"] = outcome(lambda: selector.register(a, W))
        answers["again by number"] = outcome(lambda: selector.register(a.fileno(), W))
        answers["unregister unknown"] = outcome(lambda: selector.unregister(b))
        answers["unregister no file"] = outcome(lambda: selector.unregister("x"))
        answers["modify unknown"] = outcome(lambda: selector.modify(b, R))
        answers["get unknown"] = outcome(lambda: selector.get_key(b))
        answers["map get unknown"] = outcome(lambda: selector.get_map().get(b) is None)
        answers["map get no file"] = outcome(lambda: selector.get_map().get("x"))
        answers["map size"] = len(selector.get_map())
        answers["map lists"] = list(selector.get_map().keys()) == [a.fileno()]
        answers["same key"] = selector.modify(a, R, 1) is selector.get_key(a)
        answers["modified data"] = selector.modify(a, R).data is None
        answers["timeout nan"] = outcome(lambda: selector.select(float("nan")))
        answers["timeout infinite"] = outcome(lambda: selector.select(float("inf"))).replace(
            "OverflowError", "RangeError")
        answers["timeout text"] = outcome(lambda: selector.select("1"))
        fd = a.fileno()
        a.close()
        answers["closed, by number"] = outcome(lambda: selector.get_key(fd).fd == fd)
        answers["closed, by object"] = outcome(lambda: selector.unregister(a).fd == fd)
        answers["then again"] = outcome(lambda: selector.unregister(a))
    selector = make()
    mapping = selector.get_map()
    selector.register(b, R)
    selector.close()
    selector.close()
    answers["closed: get_key"] = outcome(lambda: selector.get_key(b))
    answers["closed: get_map"] = selector.get_map() is None
    answers["closed: map"] = len(mapping)
    answers["closed: unregister"] = outcome(lambda: selector.unregister(b))
    b.close()
    return answers


json.dump({name: play(getattr(selectors, name)) for name in sys.argv[1:]}, sys.stdout)
