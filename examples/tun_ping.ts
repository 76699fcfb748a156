/**
 * Makes a network interface whose packets come to this program (a TUN device), gives it an address
 * by netlink, and answers pings to every other address of its network, until Ctrl-C. Linux only;
 * needs root, and all permissions, as Deno opens no device with fewer.
 *
 *     deno run --allow-all examples/tun_ping.ts [address]
 *
 * Try `deno run --allow-ffi examples/ping.ts 10.77.0.2`.
 */

import { constants, openSync, readSync, writeSync } from "node:fs";
import {
  AF_INET,
  AF_NETLINK,
  IFF_UP,
  ioctl,
  IPPROTO_ICMP,
  NETLINK_ROUTE,
  SOCK_RAW,
  Socket,
} from "@libc/socket";
import { wait_readable } from "@libc/socket/async";
import { IFF_NO_PI, IFF_TUN, TUNSETIFF } from "@libc/socket/linux";
import {
  ifaddrmsg,
  ifinfomsg,
  request,
  RTM_GETLINK,
  RTM_NEWADDR,
  RTM_SETLINK,
} from "@libc/socket/netlink";
import { b, pack, pack_into, unpack_from } from "@libc/socket/bytes";

const [address = "10.77.0.1"] = Deno.args;
if (!/^\d+(\.\d+){3}$/.test(address)) {
  console.error("usage: tun_ping.ts [IPv4 address]");
  Deno.exit(2);
}

const ECHO_REPLY = 0;
const ECHO_REQUEST = 8;

/** Makes the device. It lives as long as its descriptor is open. */
function makeDevice(): [fd: number, name: string] {
  // Whoever waits for a descriptor must not block in reading it.
  const flags = constants.O_RDWR | constants.O_NONBLOCK;
  const fd = openSync("/dev/net/tun", flags);
  // `struct ifreq`: a name, which the kernel chooses by this pattern, and flags.
  const ifreq = pack("16sH22x", b("tun%d"), IFF_TUN | IFF_NO_PI);
  ioctl(fd, TUNSETIFF, ifreq);
  const [name] = unpack_from("16s", ifreq);
  return [fd, new TextDecoder().decode(name).replace(/\0.*/s, "")];
}

/** Gives the device an address, and switches it on. */
function configure(name: string): void {
  using socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  const attributes = { IFLA_IFNAME: name };
  const [{ index }] = request(socket, RTM_GETLINK, ifinfomsg, { attributes });
  request(socket, RTM_NEWADDR, ifaddrmsg, {
    family: AF_INET,
    prefixlen: 24,
    index,
    attributes: { IFA_LOCAL: address, IFA_ADDRESS: address },
  });
  const up = { index, flags: IFF_UP, change: IFF_UP };
  request(socket, RTM_SETLINK, ifinfomsg, up);
}

/** Turns an echo request into its reply, in place. */
function answer(packet: Uint8Array): boolean {
  if (packet.length < 20) return false;
  const [version, protocol, from, to] = unpack_from("!B8xB2x4s4s", packet);
  if (version >> 4 !== 4 || protocol !== IPPROTO_ICMP) return false;
  const icmp = (version & 0xf) * 4;
  if (packet.length < icmp + 8) return false;
  const [type, sum] = unpack_from("!BxH", packet, icmp);
  if (type !== ECHO_REQUEST) return false;
  pack_into("!4s4s", packet, 12, to, from); // the header's checksum stays right
  // The sum of all words stays what it was: as the first one gets less, the checksum gets more.
  const next = sum + ((ECHO_REQUEST - ECHO_REPLY) << 8);
  pack_into("!BxH", packet, icmp, ECHO_REPLY, (next & 0xffff) + (next >> 16));
  return true;
}

const [fd, name] = makeDevice();
configure(name);
console.error(`Listening on ${name}, ${address}/24`);
const buffer = new Uint8Array(65536);
for (;;) {
  await wait_readable(fd);
  const packet = buffer.subarray(0, readSync(fd, buffer));
  if (!answer(packet)) continue;
  writeSync(fd, packet);
  console.log(`answered for ${packet.subarray(12, 16).join(".")}`);
}
