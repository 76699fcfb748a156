/**
 * Prints what is broadcast to a port, until Ctrl-C. Several can run at once.
 *
 *     deno run --allow-ffi examples/broadcast_receiver.ts [port]
 *
 * The port defaults to 50000; with 0 the system chooses one, which is printed on standard error.
 */

import {
  AF_INET,
  SO_REUSEADDR,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} from "@libc/socket";

const [port = "50000"] = Deno.args;

using socket = new Socket(AF_INET, SOCK_DGRAM);
socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
// Bound to an address of this machine, it would not receive what is sent to the broadcast address.
socket.bind(["", Number(port)]);
console.error("Listening on", socket.getsockname());

for (;;) {
  const [data, [host]] = socket.recvfrom(65535);
  console.log(`${host}: ${new TextDecoder().decode(data)}`);
}
