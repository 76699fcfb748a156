/**
 * A WebSocket server: npm's `ws` on connections of ours. Each client hears what any of them says.
 * It runs until Ctrl-C.
 *
 *     deno run --allow-ffi --allow-env examples/websocket_server.ts [host] [port]
 *
 * Host and port default to `localhost` and 8080; with port 0 the system chooses one, which is
 * printed on standard error. Browsers are clients, too: `new WebSocket("ws://localhost:8080")`.
 */

import * as http from "node:http";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { create_server } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

const [host = "localhost", port = "8080"] = Deno.args;

/** How many bytes may wait for a client. */
const MAX_WAITING = 0x100000;

// It upgrades what is asked to become a WebSocket; other requests get this answer.
const server = http.createServer((_request, response) => {
  response.writeHead(426, { Upgrade: "websocket" });
  response.end("This is a server of WebSockets\n");
});
const sockets = new WebSocketServer({ server, maxPayload: 0x10000 });
sockets.on("connection", (socket: WebSocket) => {
  socket.on("message", (data: Uint8Array, isBinary: boolean) => {
    for (const client of sockets.clients) {
      // Whoever does not read is dropped before what waits fills our memory.
      if (client.bufferedAmount > MAX_WAITING) client.terminate();
      else client.send(data, { binary: isBinary });
    }
  });
  socket.on("error", (error: Error) => console.error(error.message));
});

await using listener = await create_server([host, Number(port)]);
console.error("Listening on", listener.getsockname());
for await (const [connection] of listener) {
  server.emit("connection", duplex(connection));
}
