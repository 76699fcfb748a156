"""The echo client over UDP: udp_client.ts in Python."""

import socket
import sys

host, port, message = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.settimeout(5)
    print("sending", message)
    sock.sendto(message, (host, port))
    print("waiting to receive")
    try:
        data, _ = sock.recvfrom(65535)
        print("received", data)
    except TimeoutError:
        print("no answer")
        sys.exit(1)
