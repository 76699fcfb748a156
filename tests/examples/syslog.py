"""A message to the system's log: syslog.ts in Python."""

import argparse
import socket
import time

parser = argparse.ArgumentParser()
parser.add_argument("-t", default="deno")
parser.add_argument("-u", default="/dev/log")
parser.add_argument("words", nargs="+")
args = parser.parse_args()

now = time.localtime()
day = f"{time.strftime('%b', now)} {now.tm_mday:2}"
stamp = f"{day} {time.strftime('%H:%M:%S', now)}"
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
    sock.connect(args.u)
    sock.sendall(f"<13>{stamp} {args.t}: {' '.join(args.words)}".encode())
