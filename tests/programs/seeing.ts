/** Greets each client on port 80 by its address. */

import * as socket from "../../mod.ts";

using listener = socket.create_server(["", 80]);
console.log("ready");
for (;;) {
  const [connection, [host]] = listener.accept();
  using _ = connection;
  connection.recv(100);
  connection.sendall(new TextEncoder().encode(`hello ${host}`));
}
