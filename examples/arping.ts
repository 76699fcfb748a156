/**
 * Asks by ARP which hardware address has an IPv4 address, and prints the answer, for which it waits
 * three seconds at most. It makes and sends the packet by hand. Linux only; it needs privileges.
 *
 *     deno run --allow-ffi examples/arping.ts interface address
 */

import {
  AF_INET,
  AF_PACKET,
  ARPHRD_ETHER,
  ETH_P_ARP,
  ETH_P_IP,
  inet_aton,
  inet_ntoa,
  PACKET_BROADCAST,
  SOCK_DGRAM,
  Socket,
} from "@libc/socket";
import { usage } from "./support/arguments.ts";
import { receiveUntil } from "./support/deadline.ts";
import { macText } from "./support/packet.ts";

const REQUEST = 1;
const REPLY = 2;

const fail = (): never => usage("arping.ts interface address");
const [ifname = fail(), address = fail(), ...rest] = Deno.args;
if (rest.length > 0) fail();

/** The address of this machine that packets to another one are sent from. */
function addressTowards(target: string): string {
  using socket = new Socket(AF_INET, SOCK_DGRAM);
  socket.connect([target, 9]); // this sends nothing
  return socket.getsockname()[0];
}

function arp(
  operation: number,
  senderHardware: Uint8Array,
  sender: string,
  target: string,
): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(28);
  const fields = new DataView(packet.buffer);
  fields.setUint16(0, ARPHRD_ETHER);
  fields.setUint16(2, ETH_P_IP);
  packet.set([6, 4], 4); // the lengths of both kinds of address
  fields.setUint16(6, operation);
  packet.set(senderHardware, 8);
  packet.set(inet_aton(sender), 14);
  packet.set(inet_aton(target), 24);
  return packet;
}

using socket = new Socket(AF_PACKET, SOCK_DGRAM, 0);
socket.bind([ifname, ETH_P_ARP]);
const [, , , , hardware] = socket.getsockname();
const own = addressTowards(address);
const everybody = new Uint8Array(6).fill(0xff);
socket.sendto(
  arp(REQUEST, hardware, own, address),
  [ifname, ETH_P_ARP, PACKET_BROADCAST, ARPHRD_ETHER, everybody],
);
console.log(`who has ${address}? tell ${own}`);

const deadline = performance.now() + 3000;
for (const packet of receiveUntil(socket, deadline, (s) => s.recv(1500))) {
  if (packet.length < 28 || packet[7] !== REPLY) continue;
  if (inet_ntoa(packet.subarray(14, 18)) !== address) continue;
  console.log(`${address} is at ${macText(packet.subarray(8, 14))}`);
  Deno.exit();
}
console.log("no answer");
Deno.exit(1);
