/**
 * The echo server of Python's documentation: serves one client, over IPv4.
 *
 *     deno run --allow-ffi examples/echo_server.ts [host] [port]
 *
 * Host and port are `""` (all interfaces) and 50007 if left out; with port 0 the system chooses one,
 * and it is told on standard error.
 */

import { AF_INET, SOCK_STREAM, Socket } from "../mod.ts";
import { endpoint } from "./support/arguments.ts";
import { tuple } from "./support/python_repr.ts";

const [host, port] = endpoint("echo_server.ts [host] [port]", "", 50007);

using listener = new Socket(AF_INET, SOCK_STREAM);
listener.bind([host, port]);
listener.listen(1);
console.error("Listening on", listener.getsockname());

const [connection, address] = listener.accept();
using _ = connection;
console.log("Connected by", tuple(address));
for (;;) {
  const data = connection.recv(1024);
  if (data.length === 0) break;
  connection.sendall(data);
}
