/** A program whose blocking sockets echo over TCP; it prints its resident memory. */

import { create_connection, create_server } from "../../mod.ts";

const server = create_server(["127.0.0.1", 0]);
const client = create_connection(server.getsockname());
const [connection] = server.accept();
client.sendall(new TextEncoder().encode("hello"));
connection.sendall(connection.recv(1024));
const text = new TextDecoder().decode(client.recv(1024));
if (text !== "hello") throw new Error(`echoed ${text}`);
for (const socket of [connection, client, server]) socket.close();
console.log(Deno.memoryUsage().rss);
