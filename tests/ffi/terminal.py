"""Runs a command on a terminal of its own, and answers the questions that Deno asks there.

    terminal.py answer command...

Writes JSON: how many questions were asked, and what the command wrote to its standard output.
"""

import json
import os
import pty
import select
import subprocess
import sys

answer, *command = sys.argv[1:]
master, slave = pty.openpty()
child = subprocess.Popen(
    command, stdin=slave, stderr=slave, stdout=subprocess.PIPE, start_new_session=True
)
os.close(slave)
shown = b""
while True:
    # Deno drops what was typed before its question and up to 100 ms after it. Nothing says when it
    # begins to read, so the answer is given again for as long as the question stands.
    if not select.select([master], [], [], 0.3)[0]:
        if shown.count(b"Allow?") > shown.count(b"Granted") + shown.count(b"Denied"):
            os.write(master, answer.encode() + b"\n")
        continue
    try:
        read = os.read(master, 4096)
    except OSError:  # the command ended
        break
    if not read:
        break
    shown += read
print(
    json.dumps(
        {
            "questions": shown.count(b"Deno requests"),
            "stdout": child.stdout.read().decode(),
        }
    )
)
child.wait()
