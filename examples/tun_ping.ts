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
import { usage } from "./support/arguments.ts";
import {
  checksum,
  ECHO_REPLY,
  ECHO_REQUEST,
  splitIPv4,
} from "./support/icmp.ts";

const [address = "10.77.0.1", ...rest] = Deno.args;
if (rest.length > 0 || !/^\d+(\.\d+){3}$/.test(address)) {
  usage("tun_ping.ts [address]", "--allow-all");
}

/** Makes the device. It lives as long as its descriptor is open. */
function makeDevice(): [fd: number, name: string] {
  // Whoever waits for a descriptor must not block in reading it.
  const flags = constants.O_RDWR | constants.O_NONBLOCK;
  const fd = openSync("/dev/net/tun", flags);
  // `struct ifreq`: a name, which the kernel chooses by this pattern, and flags.
  const ifreq = new Uint8Array(40);
  new TextEncoder().encodeInto("tun%d", ifreq);
  new DataView(ifreq.buffer).setUint16(16, IFF_TUN | IFF_NO_PI, true);
  ioctl(fd, TUNSETIFF, ifreq);
  const name = new TextDecoder().decode(ifreq.subarray(0, 16));
  return [fd, name.replace(/\0.*/s, "")];
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
  const ICMP = 1;
  const [header, message] = splitIPv4(packet) ?? [];
  if (header?.[9] !== ICMP || message?.[0] !== ECHO_REQUEST) return false;
  const source = header.slice(12, 16);
  header.copyWithin(12, 16, 20); // the checksum stays right
  header.set(source, 16);
  message[0] = ECHO_REPLY;
  const fields = new DataView(message.buffer, message.byteOffset);
  fields.setUint16(2, 0);
  fields.setUint16(2, checksum(message));
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
