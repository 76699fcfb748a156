import resource
import selectors
import socket
import sys

from contestant import rounds

most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
selector = selectors.DefaultSelector()
pairs = [socket.socketpair() for _ in range(int(sys.argv[1]) // 2)]
for pair in pairs:
    for end in pair:
        selector.register(end, selectors.EVENT_READ)
pairs[len(pairs) // 2][0].send(bytes(1))


def work(count):
    for _ in range(count):
        selector.select()


rounds(work)
