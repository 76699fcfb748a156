/**
 * A WebSocket client: npm's `ws` on a connection of ours. Sends each line of its input, and prints
 * what comes.
 *
 *     deno run --allow-ffi --allow-env examples/websocket_client.ts [host] [port]
 *
 * Host and port default to `localhost` and 8080, where websocket_server.ts is. Deno's own
 * `WebSocket` makes its connections itself.
 */

import { createInterface } from "node:readline/promises";
import { stdin } from "node:process";
import { once } from "node:events";
import { WebSocket } from "npm:ws@8.23.0";
import { create_connection } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

const [host = "localhost", port = "8080"] = Deno.args;

const stream = duplex(await create_connection([host, Number(port)]));
const socket = new WebSocket(`ws://${host}:${port}/`, {
  createConnection: () => stream,
});
socket.on("message", (data: Uint8Array) => console.log(String(data)));
await once(socket, "open");
const closed = once(socket, "close");
for await (const line of createInterface(stdin)) socket.send(line);
socket.close(1000);
await closed;
