/**
 * A client that outlives its server: it waves back to reconnect_server.ts and, when the connection
 * is lost, tries to connect every second until there is a server again.
 *
 *     deno run --allow-ffi examples/reconnect_client.ts [host] [port]
 *
 * Host and port default to `localhost` and 25000.
 */

import { create_connection, OSError, type Socket } from "@libc/socket";
import { b } from "@libc/socket/bytes";

const [host = "localhost", port = "25000"] = Deno.args;
const address = [host, Number(port)] as const;

// The server waves every second. If it disappears without closing the connection, as in a power
// cut, only its silence shows that.
const SILENCE_SECONDS = 5;

/** Waves back until the connection is lost. */
function wave(connection: Socket): void {
  try {
    for (;;) {
      const data = connection.recv(1024);
      if (data.length === 0) return;
      connection.sendall(b("Client wave"));
      console.log(new TextDecoder().decode(data));
    }
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
  }
}

/** Connects as soon as there is a server. */
async function reconnect(): Promise<Socket> {
  for (;;) {
    try {
      return create_connection(address, SILENCE_SECONDS);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

let connection: Socket = create_connection(address, SILENCE_SECONDS);
console.log("connected to server");
for (;;) {
  wave(connection);
  connection.close();
  console.log("connection lost... reconnecting");
  connection = await reconnect();
  console.log("re-connection successful");
}
