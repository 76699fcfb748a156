"""Runs a command for which the kernel refuses one system call. Linux only.

    refused.py socket|sendto errno command...

`socket` is refused for AF_INET alone. The exit status is 77 if this machine cannot do that.
"""

import ctypes
import os
import platform
import socket
import struct
import sys

name, number, *command = sys.argv[1:]
SYSTEM_CALLS = {"x86_64": {"socket": 41, "sendto": 44}, "aarch64": {"socket": 198, "sendto": 206}}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO = 0x7FFF0000, 0x00050000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
CALL_NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in seccomp_data

if platform.machine() not in SYSTEM_CALLS:
    sys.exit(77)
family = name == "socket"
program = [
    (LOAD, 0, 0, CALL_NUMBER),
    (JUMP_IF_EQUAL, 0, 3 if family else 1, SYSTEM_CALLS[platform.machine()][name]),
    *([(LOAD, 0, 0, FIRST_ARGUMENT), (JUMP_IF_EQUAL, 0, 1, socket.AF_INET)] if family else []),
    (RETURN, 0, 0, SECCOMP_RET_ERRNO | int(number)),
    (RETURN, 0, 0, SECCOMP_RET_ALLOW),
]
code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
libc = ctypes.CDLL(None)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
    PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0
):
    sys.exit(77)
os.execvp(command[0], command)
