/**
 * The talking half of a multicast chat: sends each line of standard input to a group.
 *
 *     deno run --allow-ffi examples/multicast_sender.ts [--ttl n] [--interface i] [group] [port]
 *
 * Group and port default to 225.0.0.250 and 8123; the group may be an IPv6 one. The TTL is how far
 * the lines go: 1, the default, keeps them in the local network, and each router on the way takes
 * one more. The interface is given by one of its addresses for IPv4 (`127.0.0.1` stays on this
 * machine), and by its name for IPv6.
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import {
  AF_INET6,
  AF_UNSPEC,
  getaddrinfo,
  if_nametoindex,
  inet_aton,
  IP_MULTICAST_IF,
  IP_MULTICAST_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  SOCK_DGRAM,
  Socket,
} from "@libc/socket";

function usage(): never {
  console.error(
    "usage: multicast_sender.ts [--ttl n] [--interface i] [group] [port]",
  );
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: {
      ttl: { type: "string", default: "1" },
      interface: { type: "string" },
    },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [group = "225.0.0.250", port = "8123"] = args.positionals;
const { interface: by } = args.values;
const hops = Number(args.values.ttl);
if (!(hops >= 0 && hops <= 255)) usage();

const [[family, type, , , address]] = getaddrinfo(
  group,
  Number(port),
  AF_UNSPEC,
  SOCK_DGRAM,
);
using socket = new Socket(family, type);
if (family === AF_INET6) {
  socket.setsockopt(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops);
  if (by) {
    socket.setsockopt(IPPROTO_IPV6, IPV6_MULTICAST_IF, if_nametoindex(by));
  }
} else {
  socket.setsockopt(IPPROTO_IP, IP_MULTICAST_TTL, hops);
  if (by) socket.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, inet_aton(by));
}
for await (const said of createInterface({ input: process.stdin })) {
  socket.sendto(new TextEncoder().encode(said), address);
}
