/**
 * The third echo server: one socket for IPv6 and IPv4, where the system can do that. Serves one client.
 *
 *     deno run --allow-ffi examples/echo_server_dualstack.ts [host] [port]
 *
 * Host and port are `""` (all interfaces) and 8080 if left out; with port 0 the system chooses one,
 * and it is told on standard error. Any of the echo clients will do.
 */

import { AF_INET6, create_server, has_dualstack_ipv6 } from "../mod.ts";
import { endpoint } from "./support/arguments.ts";
import { tuple } from "./support/python_repr.ts";

const address = endpoint("echo_server_dualstack.ts [host] [port]", "", 8080);

using listener = has_dualstack_ipv6()
  ? create_server(address, { family: AF_INET6, dualstack_ipv6: true })
  : create_server(address);
console.error("Listening on", listener.getsockname());

const [connection, peer] = listener.accept();
using _ = connection;
console.log("Connected by", tuple(peer));
for (;;) {
  const data = connection.recv(1024);
  if (data.length === 0) break;
  connection.sendall(data);
}
