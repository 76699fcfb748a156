"""A line for each packet: sniffer.ts in Python."""

import argparse
import socket
import sys

from packet import packet_line

ETH_P_ALL = 3

parser = argparse.ArgumentParser()
parser.add_argument("-c", type=int, default=sys.maxsize)
parser.add_argument("interface")
args = parser.parse_args()

with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as sock:
    sock.bind((args.interface, ETH_P_ALL))
    print("Listening on", args.interface, file=sys.stderr, flush=True)
    for _ in range(args.c):
        print(packet_line(*sock.recvfrom(65535)), flush=True)
