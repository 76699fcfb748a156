"""
Runs a program on a terminal of its own, and presses Ctrl-C each time that it prints "blocked".
Prints as JSON what it printed otherwise, and how it ended: its exit code, or minus the signal.
"""

import json
import os
import pty
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

lines = []
rest = b""
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:  # the end, on Linux
        break
    if not data:
        break
    *complete, rest = (rest + data).split(b"\r\n")
    for line in complete:
        if line == b"blocked" or line == b"^Cblocked":
            os.write(terminal, b"\x03")
        else:
            lines.append(line.decode().removeprefix("^C"))

status = os.waitpid(pid, 0)[1]
print(json.dumps([lines, os.waitstatus_to_exitcode(status)]))
