"""A parent process that is not Deno: it starts a command with sockets, as systemd and inetd do.

    parent.py activation|wrong-pid|no-socket|inetd|inetd-wait|inetd-no-socket command...

It is also the client. It prints what it received, the child's status and its errors, as JSON.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile

what, *command = sys.argv[1:]
LISTEN_FDS_START = 3
answers = []


def start(descriptors, stdin, environment):
    """Starts the command, with descriptors from 3 on, and its own number in LISTEN_PID."""
    errors = tempfile.TemporaryFile()
    pid = os.fork()
    if pid == 0:
        copies = [os.dup(fd) for fd in descriptors]  # 3 and so on may be among the originals
        high = [os.dup2(fd, 100 + i) for i, fd in enumerate(copies)]
        for i, fd in enumerate(high):
            os.dup2(fd, LISTEN_FDS_START + i)
        os.dup2(stdin, 0)
        os.dup2(errors.fileno(), 2)
        for fd in high:
            os.set_inheritable(fd, False)
        environment = {"LISTEN_PID": str(os.getpid()), **environment}
        os.execvpe(command[0], command, {**os.environ, **environment})
    return pid, errors


def talk(sock, *texts):
    sock.settimeout(30)
    with sock, sock.makefile("rw") as file:
        for text in texts:
            file.write(text)
        file.flush()
        sock.shutdown(socket.SHUT_WR)
        answers.append(file.read())


def end(pid, errors):
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    errors.seek(0)
    print(json.dumps({
        "answers": answers,
        "status": status,
        "errors": errors.read().decode(),
    }))


with open(os.devnull) as null:
    if what in ("activation", "wrong-pid"):
        with tempfile.TemporaryDirectory() as folder, \
                socket.create_server(("127.0.0.1", 0)) as web, \
                socket.socket(socket.AF_UNIX) as control:
            control.bind(folder + "/control")
            control.listen()
            child = start([web.fileno(), control.fileno()], null.fileno(), {
                "LISTEN_FDS": "2",
                "LISTEN_FDNAMES": "web:control",
                **({"LISTEN_PID": "1"} if what == "wrong-pid" else {}),
            })
            if what == "activation":
                talk(socket.create_connection(web.getsockname()), "one\n", "two\n")
                client = socket.socket(socket.AF_UNIX)
                client.connect(control.getsockname())
                talk(client, "three\n")
            end(*child)
    elif what == "no-socket":
        with open(__file__) as file:
            end(*start([file.fileno()], null.fileno(), {"LISTEN_FDS": "1"}))
    elif what == "inetd":
        near, far = socket.socketpair()
        child = start([], far.fileno(), {})
        far.close()
        talk(near, "hello\n", "w\u00f6rld\n")
        end(*child)
    elif what == "inetd-wait":
        with socket.create_server(("127.0.0.1", 0)) as listener:
            child = start([], listener.fileno(), {})
            talk(socket.create_connection(listener.getsockname()), "hello\n")
            end(*child)
    elif what == "inetd-no-socket":
        end(*start([], null.fileno(), {}))
