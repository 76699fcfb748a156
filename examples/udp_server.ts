/**
 * The echo server over UDP: sends each datagram back to where it came from, until Ctrl-C.
 *
 *     deno run --allow-ffi examples/udp_server.ts [host] [port]
 *
 * Host and port are `localhost` and 10000 if left out; with port 0 the system chooses one, and it is
 * told on standard error.
 */

import { AF_INET, SOCK_DGRAM, Socket } from "../mod.ts";
import { endpoint } from "./support/arguments.ts";
import { tuple } from "./support/python_repr.ts";

const [host, port] = endpoint(
  "udp_server.ts [host] [port]",
  "localhost",
  10000,
);

using socket = new Socket(AF_INET, SOCK_DGRAM);
socket.bind([host, port]);
console.error("Listening on", socket.getsockname());

for (;;) {
  const [data, address] = socket.recvfrom(65535);
  console.log(`received ${data.length} bytes from ${tuple(address)}`);
  const sent = socket.sendto(data, address);
  console.log(`sent ${sent} bytes back to ${tuple(address)}`);
}
