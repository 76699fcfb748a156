/**
 * Waves to its client every second and prints how it waves back. When the client has left, or has
 * been silent for five seconds, it waits for the next one.
 *
 *     deno run --allow-ffi examples/reconnect_server.ts [host] [port]
 *
 * Host and port default to `localhost` and 25000; with port 0 the system chooses one, which is
 * printed on standard error. The client is reconnect_client.ts; while it runs, end this server and
 * start it again.
 */

import { create_server, OSError, type Socket } from "@libc/socket";
import { b } from "@libc/socket/bytes";

const [host = "localhost", port = "25000"] = Deno.args;

/** The longest silence of a client, in seconds. */
const PATIENCE = 5;

/** Serves a client until it has left. */
async function serve(connection: Socket): Promise<void> {
  try {
    connection.settimeout(PATIENCE);
    for (;;) {
      connection.sendall(b("Server wave"));
      const data = connection.recv(1024);
      if (data.length === 0) return;
      console.log(new TextDecoder().decode(data));
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
  }
}

using listener = create_server([host, Number(port)]);
console.error("Listening on", listener.getsockname());
for (;;) {
  const [connection] = listener.accept();
  using _ = connection;
  console.log("connected to client");
  await serve(connection);
}
