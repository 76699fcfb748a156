/** A program that echoes over TCP with `Deno.listen`; it prints its resident memory. */

const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = server.addr as Deno.NetAddr;
const client = await Deno.connect({ hostname: "127.0.0.1", port });
const connection = await server.accept();
const buffer = new Uint8Array(1024);
const received = connection.read(buffer);
await client.write(new TextEncoder().encode("hello"));
await connection.write(buffer.subarray(0, await received ?? 0));
const count = await client.read(buffer) ?? 0;
const text = new TextDecoder().decode(buffer.subarray(0, count));
if (text !== "hello") throw new Error(`echoed ${text}`);
for (const socket of [connection, client, server]) socket.close();
console.log(Deno.memoryUsage().rss);
