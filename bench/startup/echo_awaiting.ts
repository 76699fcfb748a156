/** A program whose awaiting sockets echo over TCP; it prints its resident memory. */

import { create_connection, create_server } from "../../async.ts";

const server = await create_server(["127.0.0.1", 0]);
const client = await create_connection(server.getsockname());
const [connection] = await server.accept();
const received = connection.recv(1024);
await client.sendall(new TextEncoder().encode("hello"));
await connection.sendall(await received);
const text = new TextDecoder().decode(await client.recv(1024));
if (text !== "hello") throw new Error(`echoed ${text}`);
for (const socket of [connection, client, server]) socket.close();
console.log(Deno.memoryUsage().rss);
