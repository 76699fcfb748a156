/**
 * Answers by broadcast on the interface by which it was asked, as a DHCP server does: the client
 * has no address yet, so no route leads to it. Linux, macOS and Windows.
 *
 *     deno run --allow-ffi examples/offer_server.ts [port]
 *
 * The port defaults to 6767. The client is offer_client.ts.
 */

import {
  AF_INET,
  controlSize,
  decodeControl,
  encodeControl,
  if_indextoname,
  requestControl,
  SO_BROADCAST,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} from "@libc/socket";
import { b } from "@libc/socket/bytes";

const [port = "6767"] = Deno.args;

using server = new Socket(AF_INET, SOCK_DGRAM);
server.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
server.bind(["", Number(port)]);
requestControl(server, "pktinfo");
console.error("Listening on", server.getsockname());

const room = controlSize("pktinfo");
for (;;) {
  const [, ancdata, , [, clientPort]] = server.recvmsg(1500, room);
  const asked = decodeControl(ancdata).get("pktinfo");
  if (asked === undefined) continue;
  // The address is that of the interface, as the request was a broadcast.
  const name = if_indextoname(asked.ifindex);
  console.log(`asked by ${name}, offering ${asked.specDst}`);
  const offer = b(asked.specDst);
  const to = ["255.255.255.255", clientPort] as const;
  server.sendmsg([offer], encodeControl(asked), 0, to);
}
