/**
 * Prints a line for each packet from or to a TCP or UDP port. The kernel selects them by a BPF
 * filter, and does not even wake this program for the others. Linux and IPv4 only; it needs
 * privileges. Ctrl-C ends it.
 *
 *     deno run --allow-ffi examples/capture.ts [-c count] interface port
 *
 * With a count, it ends after that many packets.
 */

import { parseArgs } from "node:util";
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
  inet_ntoa,
  IPPROTO_TCP,
  IPPROTO_UDP,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_MULTICAST,
  PACKET_OUTGOING,
  SKF_AD_OFF,
  SKF_AD_PROTOCOL,
  SOCK_DGRAM,
  Socket,
} from "@libc/socket";
import { unpack_from } from "@libc/socket/bytes";

function usage(): never {
  console.error("usage: capture.ts [-c count] interface port");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: { count: { type: "string", short: "c", default: "Infinity" } },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [ifname = usage(), port = usage()] = args.positionals;
const count = Number(args.values.count);
if (!(count >= 1) || !/^\d+$/.test(port)) usage();

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

const TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

/** Describes an IPv4 packet of TCP or UDP. */
function describe(packet: Uint8Array): string {
  const [version, total, protocol, source, destination] = unpack_from(
    "!BxH5xB2x4s4s",
    packet,
  );
  const header = (version & 0xf) * 4;
  const [from, to] = unpack_from("!HH", packet, header);
  const ends = `${inet_ntoa(source)}:${from} > ${inet_ntoa(destination)}:${to}`;
  const length = total - header;
  if (protocol === IPPROTO_UDP) return `UDP ${ends}, ${length - 8} bytes`;
  const [words, bits] = unpack_from("!BB", packet, header + 12);
  const flags = TCP_FLAGS.filter((_, i) => bits & (1 << i)).join(" ");
  return `TCP ${ends} ${flags}, ${length - (words >> 4) * 4} bytes`;
}

const directions = new Map([
  [PACKET_HOST, "in"],
  [PACKET_OUTGOING, "out"],
  [PACKET_BROADCAST, "broadcast"],
  [PACKET_MULTICAST, "multicast"],
]);

// With protocol 0 it receives nothing until it is bound, so no packet gets past the filter.
using socket = new Socket(AF_PACKET, SOCK_DGRAM, 0);
attachFilter(socket, portFilter(Number(port)));
socket.bind([ifname, ETH_P_ALL]);
console.error("Listening on", ifname);

for (let seen = 0; seen < count; seen++) {
  const [packet, [name, , type]] = socket.recvfrom(65535);
  const way = `${name} ${directions.get(type) ?? "other"}`;
  try {
    console.log(`${way} IPv4 ${describe(packet)}`);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.log(`${way} malformed, ${packet.length} bytes`); // it ends within its header
  }
}
