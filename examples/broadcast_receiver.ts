/**
 * Prints what is broadcast to a port, until Ctrl-C. Several can run at once.
 *
 *     deno run --allow-ffi examples/broadcast_receiver.ts [port]
 *
 * The port defaults to 50000; with 0 the system chooses one, which is printed on standard error.
 */

import {
  AF_INET,
  type InetAddress,
  SO_REUSEADDR,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} from "@libc/socket";
import { portArgument, usage } from "./support/arguments.ts";

const line = "broadcast_receiver.ts [port]";
const [port = "50000", ...rest] = Deno.args;
if (rest.length > 0) usage(line);
const address: InetAddress = ["", portArgument(line, port)];

using socket = new Socket(AF_INET, SOCK_DGRAM);
socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
// Bound to an address of this machine, it would not receive what is sent to the broadcast address.
socket.bind(address);
console.error("Listening on", socket.getsockname());

for (;;) {
  const [data, [host]] = socket.recvfrom(65535);
  console.log(`${host}: ${new TextDecoder().decode(data)}`);
}
