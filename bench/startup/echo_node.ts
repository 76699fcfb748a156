/** A program that echoes over TCP with `node:net`; it prints its resident memory. */

import { type AddressInfo, connect, createServer } from "node:net";

const server = createServer((connection) => connection.pipe(connection));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
const client = connect(port, "127.0.0.1");
client.write("hello");
const data = await new Promise((resolve) => client.once("data", resolve));
if (String(data) !== "hello") throw new Error(`echoed ${data}`);
client.end();
server.close();
console.log(Deno.memoryUsage().rss);
