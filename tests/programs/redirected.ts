/** Tells each client where its connection was going; for both versions of IP. */

import * as socket from "../../mod.ts";

using listener = socket.create_server(["", 0], {
  family: socket.AF_INET6,
  dualstack_ipv6: true,
});
console.log(listener.getsockname()[1]);
for (;;) {
  const [connection] = listener.accept();
  using _ = connection;
  connection.recv(100);
  const address = socket.originalDestination(connection);
  connection.sendall(new TextEncoder().encode(String(address)));
}
