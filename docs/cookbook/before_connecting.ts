/**
 * What has to be set before a connection stands: a factory makes the socket of each attempt, so it
 * goes with names that have several addresses. It also shows what happened to each attempt.
 *
 *     deno run --allow-ffi docs/cookbook/before_connecting.ts
 *
 * `SO_MARK`, `SO_BINDTODEVICE`, `TCP_FASTOPEN_CONNECT` and MPTCP, which is a protocol
 * (`new AsyncSocket(family, type, IPPROTO_MPTCP)`), go the same way. They need Linux.
 */

import * as socket from "@libc/socket/async";
import type { AddressInfoTuple, AttemptEvent } from "@libc/socket/async";

const EXPEDITED = 46; // a class of traffic (DSCP), in the upper six bits of the field

/** Makes the sockets of servers and of clients. */
function socket_factory([family, type, proto]: AddressInfoTuple) {
  const made = new socket.AsyncSocket(family, type, proto);
  if (made.family as number === socket.AF_INET6) {
    const { IPPROTO_IPV6, IPV6_TCLASS } = socket;
    made.setsockopt(IPPROTO_IPV6, IPV6_TCLASS, EXPEDITED << 2);
  } else {
    made.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED << 2);
  }
  // The window of a connection is scaled by the buffer that it starts with.
  made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20);
  return made;
}

function onAttempt({ type, address: [host], error }: AttemptEvent): void {
  console.log(type, host, error?.code ?? "");
}

using server = await socket.create_server(["127.0.0.1", 0], { socket_factory });
const address = server.getsockname();
using client = await socket.create_connection(address, 5, null, {
  socket_factory,
  onAttempt,
});
const tos = client.getsockopt(socket.IPPROTO_IP, socket.IP_TOS);
console.log("class of traffic:", tos >> 2);

server.close();
await socket.create_connection(address, 5, null, { socket_factory, onAttempt })
  .catch((error) => console.log(error.strerror));
