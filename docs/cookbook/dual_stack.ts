/**
 * One listener for IPv4 and IPv6. It sees IPv4 clients by mapped addresses (`::ffff:192.0.2.1`);
 * turn them back before you log them or compare them with a list.
 *
 *     deno run --allow-ffi docs/cookbook/dual_stack.ts
 *
 * It needs IPv6, and listens on all interfaces while it runs: there is no address that means the
 * loopback of both versions. For that, make two listeners, on `127.0.0.1` and on `::1`.
 */

import * as socket from "@libc/socket";

/** An address as people write it: an IPv4 address if it is a mapped one. */
function unmapped(host: string): string {
  return host.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

// Without IPv6, a server should be content with IPv4.
const both = socket.has_dualstack_ipv6();
using listener = both
  ? socket.create_server(["", 0], {
    family: socket.AF_INET6,
    dualstack_ipv6: true,
  })
  : socket.create_server(["", 0]);
const port = listener.getsockname()[1];

for (const host of both ? ["127.0.0.1", "::1"] : ["127.0.0.1"]) {
  using _client = socket.create_connection([host, port]);
  const [connection, address] = listener.accept();
  using _connection = connection;
  console.log(address[0], "is", unmapped(address[0]));
}
