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

import { createInterface } from "node:readline";
import process from "node:process";
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
import {
  integerIn,
  options,
  portArgument,
  usage,
} from "./support/arguments.ts";

const line = "multicast_sender.ts [--ttl n] [--interface i] [group] [port]";
const fail = (): never => usage(line);
const [{ ttl = "1", interface: by }, rest] = options(
  { ttl: "", interface: "" },
  fail,
);
const [group = "225.0.0.250", port = "8123", ...tooMany] = rest;
if (tooMany.length > 0) fail();
const hops = integerIn(ttl, 0, 255) ?? fail();

const [[family, type, , , address]] = getaddrinfo(
  group,
  portArgument(line, port),
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
