/** A UDP server that answers each client from the address and by the interface that it asked. */

import * as socket from "../../async.ts";

const server = new socket.AsyncSocket(socket.AF_INET6, socket.SOCK_DGRAM);
server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0);
server.bind(["::", 7000]);
socket.requestControl(server, "pktinfo");
const room = socket.controlSize("pktinfo");
console.log("ready");
for (;;) {
  const [, ancdata, , client] = await server.recvmsg(1500, room);
  const asked = socket.decodeControl(ancdata).get("pktinfo");
  const by = socket.if_indextoname(asked!.ifindex);
  const answer = new TextEncoder().encode(`${asked!.addr} by ${by}`);
  await server.sendmsg([answer], socket.encodeControl(asked), 0, client);
}
