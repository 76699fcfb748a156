/**
 * A UDP server on all addresses that answers from the one it was asked at, by the interface it was
 * asked by. Without this, the system chooses both by the route, and clients drop answers from a
 * strange address.
 *
 *     deno run --allow-ffi docs/cookbook/pktinfo.ts
 *
 * The server runs on every platform. The client here asks 127.0.0.2, which only Linux has unasked.
 * It listens on all interfaces while it runs.
 */

import * as socket from "@libc/socket";

const { AF_INET, SOCK_DGRAM } = socket;

/** Makes the server; for IPv6, the family is all that changes. */
function listen(): socket.Socket<socket.InetAddress> {
  const server = new socket.Socket(AF_INET, SOCK_DGRAM);
  socket.requestControl(server, "pktinfo");
  server.bind(["", 0]);
  return server;
}

/** Answers one datagram. */
function answer(server: socket.Socket): void {
  const room = socket.controlSize("pktinfo");
  const [data, ancdata, , client] = server.recvmsg(1500, room);
  const asked = socket.decodeControl(ancdata).get("pktinfo");
  server.sendmsg([data], socket.encodeControl(asked), 0, client);
}

using server = listen();
const port = server.getsockname()[1];

using client = new socket.Socket(AF_INET, SOCK_DGRAM);
client.settimeout(5);
client.bind(["127.0.0.1", 0]);
for (const host of ["127.0.0.1", "127.0.0.2"]) {
  client.sendto(new TextEncoder().encode("hello"), [host, port]);
  answer(server);
  const [, [from]] = client.recvfrom(1500);
  console.log(`asked ${host}, answered by ${from}`);
}
