"""Sends each CAN frame back, and one of its own after it: can.ts in Python."""

import socket
import struct
import sys

FORMAT = "=IB3x8s"


def build_can_frame(can_id, data):
    return struct.pack(FORMAT, can_id, len(data), data)


def dissect_can_frame(frame):
    can_id, can_dlc, data = struct.unpack(FORMAT, frame)
    return can_id, can_dlc, data[:can_dlc].hex()


ifname = sys.argv[1] if len(sys.argv) > 1 else "vcan0"

with socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW) as sock:
    sock.bind((ifname,))
    print("Listening on", ifname, file=sys.stderr, flush=True)
    while True:
        frame, _ = sock.recvfrom(struct.calcsize(FORMAT))
        line = "Received: can_id=%x, can_dlc=%x, data=%s"
        print(line % dissect_can_frame(frame), flush=True)
        for answer in [frame, build_can_frame(0x01, b"\x01\x02\x03")]:
            try:
                sock.send(answer)
            except OSError:
                print("Error sending CAN frame", flush=True)
