/**
 * The listening half of a multicast chat: prints what is sent to a group, until Ctrl-C.
 *
 *     deno run --allow-ffi examples/multicast_receiver.ts [--interface i] [group] [port]
 *
 * Group and port default to 225.0.0.250 and 8123; the group may be an IPv6 one. The interface is
 * given by its name or, for IPv4, by one of its addresses. With port 0 the system chooses one,
 * which is printed on standard error.
 */

import { parseArgs } from "node:util";
import {
  AF_UNSPEC,
  getaddrinfo,
  hasattr,
  joinGroup,
  SO_REUSEADDR,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} from "@libc/socket";

function usage(): never {
  console.error("usage: multicast_receiver.ts [--interface i] [group] [port]");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: { interface: { type: "string" } },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [group = "225.0.0.250", port = "8123"] = args.positionals;

const [[family, type, , , address]] = getaddrinfo(
  group,
  Number(port),
  AF_UNSPEC,
  SOCK_DGRAM,
);
using socket = new Socket(family, type);
socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); // for several listeners on one machine
// Bound to the group, it receives only what is sent to the group. Windows, which is recognized here
// by an option of its own, cannot bind to a group.
socket.bind(hasattr("SO_EXCLUSIVEADDRUSE") ? ["", address[1]] : address);
joinGroup(socket, group, args.values);
console.error("Listening on", socket.getsockname());

for (;;) {
  const [data, [host]] = socket.recvfrom(65535);
  console.log(`${host}: ${new TextDecoder().decode(data)}`);
}
