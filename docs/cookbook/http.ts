/**
 * HTTP over any socket: `node:http` speaks it, and the sockets are ours. So a server can use what
 * `Deno.serve` cannot: an inherited listener, an option, one interface. A client can, too.
 *
 *     deno run --allow-ffi docs/cookbook/http.ts
 *
 * No `--allow-net`: Deno does not see these sockets.
 */

import { once } from "node:events";
import * as http from "node:http";
import { text } from "node:stream/consumers";
import * as socket from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

const server = http.createServer((request, response) => {
  response.end(`you asked for ${request.url}\n`);
});
// Deno's server closes each connection after one answer, unless it listens. That is what we do.
Object.defineProperty(server, "listening", { value: true });

/** Has the server serve what a listener accepts, until the listener is closed. */
async function serve(
  listener: socket.AsyncSocket<socket.Address>,
): Promise<void> {
  for await (const [connection] of listener) {
    server.emit("connection", duplex(connection));
  }
}

// The empty path makes Linux choose a name that no file has.
const listener = new socket.AsyncSocket(socket.AF_UNIX);
listener.bind("");
listener.listen();
const serving = serve(listener);

const connection = new socket.AsyncSocket(socket.AF_UNIX);
await connection.connect(listener.getsockname());
const request = http.get({
  path: "/hello",
  createConnection: () => duplex(connection),
});
const [response] = await once(request, "response");
console.log(response.statusCode, (await text(response)).trim());

listener.close();
await serving;
