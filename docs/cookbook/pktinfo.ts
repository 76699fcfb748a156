/**
 * A UDP server on all addresses that answers from the one it was asked at. Without this, the system
 * chooses the source of an answer by the route, and clients drop answers from a strange address.
 *
 *     deno run --allow-ffi docs/cookbook/pktinfo.ts
 *
 * Linux, because the client asks 127.0.0.2. It listens on all interfaces while it runs.
 */

import * as socket from "@libc/socket";

const { AF_INET, IP_PKTINFO, IPPROTO_IP, SOCK_DGRAM } = socket;

/** Answers one datagram. */
function answer(server: socket.Socket): void {
  const [data, ancdata, , client] = server.recvmsg(1500, socket.CMSG_SPACE(12));
  for (const [level, type, info] of ancdata) {
    if (level !== IPPROTO_IP || type !== IP_PKTINFO) continue;
    const { specDst } = socket.decodePktinfo(info);
    // Interface 0: the route decides by which one the answer leaves.
    const source = socket.encodePktinfo(0, specDst);
    server.sendmsg([data], [[IPPROTO_IP, IP_PKTINFO, source]], 0, client);
  }
}

using server = new socket.Socket(AF_INET, SOCK_DGRAM);
server.bind(["", 0]);
server.setsockopt(IPPROTO_IP, IP_PKTINFO, 1);
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
