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
  PACKET_BROADCAST,
  SOCK_DGRAM,
  Socket,
  TimeoutError,
} from "@libc/socket";
import { b, repr, Struct } from "@libc/socket/bytes";

const [ifname, address] = Deno.args;
if (address === undefined) {
  console.error("usage: arping.ts interface address");
  Deno.exit(2);
}

const REQUEST = 1;
const REPLY = 2;
/**
 * A packet of ARP: the kinds of both addresses, their lengths, the operation, and the hardware and
 * IPv4 addresses of the sender and of the target.
 */
const arp = new Struct("!HHBBH6s4s6s4s");

/** The address of this machine that packets to another one are sent from. */
function addressTowards(target: string): string {
  using socket = new Socket(AF_INET, SOCK_DGRAM);
  socket.connect([target, 9]); // this sends nothing
  return socket.getsockname()[0];
}

/** Waits until the machine answers, for three seconds at most. Returns its hardware address. */
function answer(target: Uint8Array): Uint8Array | undefined {
  const deadline = performance.now() + 3000;
  for (let left; (left = deadline - performance.now()) > 0;) {
    socket.settimeout(left / 1000);
    try {
      const packet = socket.recv(1500);
      if (packet.length < arp.size) continue;
      const [, , , , operation, hardware, sender] = arp.unpack_from(packet);
      if (operation === REPLY && repr(sender) === repr(target)) return hardware;
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
  }
}

using socket = new Socket(AF_PACKET, SOCK_DGRAM, 0);
socket.bind([ifname, ETH_P_ARP]);
const [, , , , hardware] = socket.getsockname();
const own = addressTowards(address);
const [sender, target] = [inet_aton(own), inet_aton(address)];
const question = arp.pack(
  ARPHRD_ETHER,
  ETH_P_IP,
  6,
  4,
  REQUEST,
  hardware,
  sender,
  new Uint8Array(6), // what is asked for
  target,
);
const everybody = b("\xff\xff\xff\xff\xff\xff");
socket.sendto(
  question,
  [ifname, ETH_P_ARP, PACKET_BROADCAST, ARPHRD_ETHER, everybody],
);
console.log(`who has ${address}? tell ${own}`);
const found = answer(target);
if (found === undefined) {
  console.log("no answer");
  Deno.exitCode = 1;
} else {
  const hex = found.toHex().replace(/..(?!$)/g, "$&:");
  console.log(`${address} is at ${hex}`);
}
