/**
 * The third echo server: one socket for both IPv6 and IPv4, where the system can do that. It serves
 * one client and ends.
 *
 *     deno run --allow-ffi examples/echo_server_dualstack.ts [host] [port]
 *
 * Host and port default to `""` (all interfaces) and 8080; with port 0 the system chooses one,
 * which is printed on standard error. Either echo client will do.
 */

import {
  AF_INET6,
  create_server,
  has_dualstack_ipv6,
  OSError,
} from "@libc/socket";

const [host = "", port = "8080"] = Deno.args;

using listener = has_dualstack_ipv6()
  ? create_server([host, Number(port)], {
    family: AF_INET6,
    dualstack_ipv6: true,
  })
  : create_server([host, Number(port)]);
console.error("Listening on", listener.getsockname());

const [connection, [client, ...rest]] = listener.accept();
using _ = connection;
console.log(`Connected by ('${client}', ${rest.join(", ")})`);
try {
  for (;;) {
    const data = connection.recv(1024);
    if (data.length === 0) break;
    connection.sendall(data);
  }
} catch (error) {
  // A client may also leave without a proper end, which resets the connection.
  if (!(error instanceof OSError)) throw error;
  console.log(error.message);
}
