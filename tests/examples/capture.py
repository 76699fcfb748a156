"""A line for each packet from or to a port, by a BPF filter: capture.ts in Python."""

import argparse
import ctypes
import socket
import struct
import sys

from packet import packet_line

ETH_P_ALL = 3
SO_ATTACH_FILTER = 26

parser = argparse.ArgumentParser()
parser.add_argument("-c", type=int, default=sys.maxsize)
parser.add_argument("interface")
parser.add_argument("port", type=int)
args = parser.parse_args()

# code, jt, jf, k
program = b"".join(
    struct.pack("HBBI", *instruction)
    for instruction in [
        (0x28, 0, 0, 0xFFFFF000),  # ldh [proto]
        (0x15, 0, 11, 0x0800),  # jeq #ip
        (0x30, 0, 0, 9),  # ldb [9]
        (0x15, 1, 0, 6),  # jeq #tcp
        (0x15, 0, 8, 17),  # jeq #udp
        (0x28, 0, 0, 6),  # ldh [6]
        (0x45, 6, 0, 0x1FFF),  # jset #0x1fff
        (0xB1, 0, 0, 0),  # ldxb 4*([0]&0xf)
        (0x48, 0, 0, 0),  # ldh [x + 0]
        (0x15, 2, 0, args.port),  # jeq #port
        (0x48, 0, 0, 2),  # ldh [x + 2]
        (0x15, 0, 1, args.port),  # jeq #port
        (0x06, 0, 0, 0xFFFFFFFF),  # ret #-1
        (0x06, 0, 0, 0),  # ret #0
    ]
)
buffer = ctypes.create_string_buffer(program)
filter_ = struct.pack("HL", len(program) // 8, ctypes.addressof(buffer))

with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as sock:
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filter_)
    sock.bind((args.interface, ETH_P_ALL))
    print("Listening on", args.interface, file=sys.stderr, flush=True)
    for _ in range(args.c):
        print(packet_line(*sock.recvfrom(65535)), flush=True)
