/**
 * HTTP over any socket: `node:http` speaks it, and the sockets are ours. So a server can use what
 * `Deno.serve` cannot: an inherited listener, an option, one interface. A client can, too.
 *
 *     deno run --allow-ffi docs/cookbook/http.ts
 *
 * No `--allow-net`: Deno does not see these sockets.
 */

import * as http from "node:http";
import type { Socket as NodeSocket } from "node:net";
import { Duplex } from "node:stream";
import * as socket from "@libc/socket/async";

/** A socket as a Node stream. `node:http` takes any, though its types ask for a `net.Socket`. */
function nodeStream(from: socket.AsyncSocket<socket.Address>): NodeSocket {
  return Duplex.fromWeb(from) as unknown as NodeSocket;
}

const server = http.createServer((request, response) => {
  response.end(`you asked for ${request.url}\n`);
});

/** Has the server serve what a listener accepts, until the listener is closed. */
async function serve(
  listener: socket.AsyncSocket<socket.Address>,
): Promise<void> {
  for await (const [connection] of listener) {
    server.emit("connection", nodeStream(connection));
  }
}

/** Makes a request over a connection, and returns status and text. */
function get(
  connection: socket.AsyncSocket<socket.Address>,
  path: string,
): Promise<[status: number | undefined, text: string]> {
  return new Promise((resolve, reject) => {
    http.get(
      {
        host: "localhost",
        path,
        createConnection: () => nodeStream(connection),
      },
      async (response) => {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) text += chunk;
        resolve([response.statusCode, text]);
      },
    ).on("error", reject);
  });
}

// The empty path makes Linux choose a name that no file has.
const listener = new socket.AsyncSocket(socket.AF_UNIX);
listener.bind("");
listener.listen();
const serving = serve(listener);

const connection = new socket.AsyncSocket(socket.AF_UNIX);
await connection.connect(listener.getsockname());
const [status, text] = await get(connection, "/hello");
console.log(status, text.trim());

listener.close();
await serving;
