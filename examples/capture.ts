/**
 * Prints a line for each packet from or to a TCP or UDP port. The kernel selects them by a BPF
 * filter, and does not even wake this program for the others. Linux and IPv4 only; it needs
 * privileges. Ctrl-C ends it.
 *
 *     deno run --allow-ffi examples/capture.ts [-c count] interface port
 *
 * With a count, it ends after that many packets.
 */

import {
  AF_PACKET,
  attachFilter,
  BPF_ABS,
  BPF_B,
  BPF_H,
  BPF_IND,
  BPF_JEQ,
  BPF_JMP,
  BPF_JSET,
  BPF_JUMP,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_MSH,
  BPF_RET,
  BPF_STMT,
  type BpfInstruction,
  ETH_P_ALL,
  ETH_P_IP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SKF_AD_OFF,
  SKF_AD_PROTOCOL,
  SOCK_DGRAM,
  Socket,
} from "@libc/socket";
import { integerIn, options, usage } from "./support/arguments.ts";
import { packetLine } from "./support/packet.ts";

const fail = (): never => usage("capture.ts [-c count] interface port");
const [{ count }, [ifname = fail(), port = fail(), ...rest]] = options(
  { count: "c" },
  fail,
);
if (rest.length > 0) fail();
const most = count === undefined
  ? Infinity
  : integerIn(count, 1, Number.MAX_SAFE_INTEGER) ?? fail();
const number = integerIn(port, 0, 65535) ?? fail();

/** What `tcpdump -d "ip and (tcp or udp) port N"` shows, but without the link-layer header. */
function portFilter(port: number): BpfInstruction[] {
  return [
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL), // the EtherType
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 11),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9), // the protocol
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 1, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 8),
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6), // the fragment offset: only the first fragment has ports
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 6, 0),
    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), // the length of the header
    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 0), // the source port
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 2, 0),
    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2), // the destination port
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, 0xffffffff), // all of it
    BPF_STMT(BPF_RET | BPF_K, 0), // none of it
  ];
}

// With protocol 0 it receives nothing until it is bound, so no packet gets past the filter.
using socket = new Socket(AF_PACKET, SOCK_DGRAM, 0);
attachFilter(socket, portFilter(number));
socket.bind([ifname, ETH_P_ALL]);
console.error("Listening on", ifname);

for (let seen = 0; seen < most; seen++) {
  const [packet, address] = socket.recvfrom(65535);
  console.log(packetLine(packet, address));
}
