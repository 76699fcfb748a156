/**
 * Capture with a filter: the kernel selects the packets, and wakes this program for no others.
 * Linux; it needs CAP_NET_RAW (root, or `setcap` on a copy of Deno: see docs/safety.md).
 *
 *     deno run --allow-ffi docs/cookbook/capture.ts
 *
 * examples/capture.ts captures a port of any interface, and prints what it sees.
 */

import * as socket from "@libc/socket";
import { repr } from "@libc/socket/bytes";

/** UDP to a port: what `tcpdump -d "udp dst port N"` shows, for packets that begin with IPv4. */
function udpTo(port: number): socket.BpfInstruction[] {
  const { BPF_JUMP, BPF_STMT } = socket;
  const { BPF_LD, BPF_LDX, BPF_JMP, BPF_RET } = socket;
  const { BPF_B, BPF_H, BPF_ABS, BPF_IND, BPF_MSH, BPF_K, BPF_JEQ, BPF_JSET } =
    socket;
  return [
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9), // the protocol
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, socket.IPPROTO_UDP, 0, 6),
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6), // the fragment offset
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0), // only the first one has ports
    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), // the length of the IP header
    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2), // the destination port
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, 0xffffffff), // accept all of it
    BPF_STMT(BPF_RET | BPF_K, 0), // accept none of it
  ];
}

using receiver = new socket.Socket(socket.AF_INET, socket.SOCK_DGRAM);
receiver.bind(["127.0.0.1", 0]);
using other = new socket.Socket(socket.AF_INET, socket.SOCK_DGRAM);
other.bind(["127.0.0.1", 0]);

// With protocol 0 it captures nothing until it is bound, so no packet gets past the filter.
using capture = new socket.Socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0);
socket.attachFilter(capture, udpTo(receiver.getsockname()[1]));
capture.bind(["lo", socket.ETH_P_IP]);
capture.settimeout(5);

const text = new TextEncoder();
other.sendto(text.encode("not this one"), other.getsockname());
other.sendto(text.encode("this one"), receiver.getsockname());

const [packet, [ifname]] = capture.recvfrom(65535);
const headers = (packet[0] & 0xf) * 4 + 8; // those of IP and UDP
console.log(`on ${ifname}: ${repr(packet.subarray(headers))}`);
