/**
 * The echo server of Python's documentation, and as simple: it serves one client over IPv4, for as
 * long as that client stays, and ends. selectors_echo.ts serves many clients.
 *
 *     deno run --allow-ffi examples/echo_server.ts [host] [port]
 *
 * Host and port default to `""` (all interfaces) and 50007; with port 0 the system chooses one,
 * which is printed on standard error.
 */

import { AF_INET, OSError, SOCK_STREAM, Socket } from "@libc/socket";

const [host = "", port = "50007"] = Deno.args;

using listener = new Socket(AF_INET, SOCK_STREAM);
listener.bind([host, Number(port)]);
listener.listen(1);
console.error("Listening on", listener.getsockname());

const [connection, [client, clientPort]] = listener.accept();
using _ = connection;
console.log(`Connected by ('${client}', ${clientPort})`);
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
