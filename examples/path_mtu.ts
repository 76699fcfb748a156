/**
 * Finds how large a packet may be on the way to a host. No router may cut the datagrams up, so one
 * that cannot pass them on reports the size that it can. Any user may run it. Linux.
 *
 *     deno run --allow-ffi examples/path_mtu.ts [-w seconds] host [port]
 *
 * By default it sends to port 33434, where normally no program listens, and waits 2 seconds for
 * each answer. If a firewall swallows the reports, the size is that of the last datagram sent.
 */

import { parseArgs } from "node:util";
import * as socket from "@libc/socket";

function usage(): never {
  console.error("usage: path_mtu.ts [-w seconds] host [port]");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: { wait: { type: "string", short: "w", default: "2" } },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [host = usage(), port = "33434"] = args.positionals;
const wait = Number(args.values.wait);
if (!(wait > 0)) usage();

const { EMSGSIZE } = socket.errno;

/** What differs between IPv4 and IPv6: options, and the bytes of the headers. */
const versions = {
  4: {
    level: socket.IPPROTO_IP,
    discover: socket.IP_MTU_DISCOVER,
    never: socket.IP_PMTUDISC_DO,
    mtu: socket.IP_MTU,
    headers: 20 + 8,
  },
  6: {
    level: socket.IPPROTO_IPV6,
    discover: socket.IPV6_MTU_DISCOVER,
    never: socket.IPV6_PMTUDISC_DO,
    mtu: socket.IPV6_MTU,
    headers: 40 + 8,
  },
};

/** Waits for the next report of the error queue; `undefined` if none comes. */
function report(udp: socket.Socket): socket.ExtendedError | undefined {
  try {
    const room = socket.controlSize("recverr");
    const [, ancdata] = udp.recvmsg(0, room, socket.MSG_ERRQUEUE);
    return socket.decodeControl(ancdata).get("recverr")?.error;
  } catch (error) {
    if (error instanceof socket.TimeoutError) return undefined;
    throw error;
  }
}

/** Sends a datagram; what is wrong with it is in the error queue. */
function send(udp: socket.Socket, length: number): void {
  try {
    udp.send(new Uint8Array(length));
  } catch (error) {
    if (!(error instanceof socket.OSError)) throw error;
  }
}

const [[family, , , , address]] = socket.getaddrinfo(
  host,
  Number(port),
  0,
  socket.SOCK_DGRAM,
);
const { level, discover, never, mtu: option, headers } =
  versions[family === socket.AF_INET ? 4 : 6];
using udp = new socket.Socket(
  family as typeof socket.AF_INET,
  socket.SOCK_DGRAM,
);
udp.settimeout(wait);
udp.connect(address as socket.InetAddress);
udp.setsockopt(level, discover, never);
socket.requestControl(udp, "recverr");

let mtu = udp.getsockopt(level, option);
console.log(`${mtu} bytes by the interface`);
for (;;) {
  send(udp, mtu - headers);
  const error = report(udp);
  if (error?.errno !== EMSGSIZE) {
    const end = error === undefined
      ? "no answer"
      : `${socket.errorName(error.errno)} from ${address[0]}`;
    console.log(`${mtu} bytes to ${host}: ${end}`);
    break;
  }
  const [by] = error.offender as socket.InetAddress ?? ["this host"];
  if (error.info >= mtu) continue;
  mtu = error.info;
  console.log(`${mtu} bytes by ${by}`);
}
