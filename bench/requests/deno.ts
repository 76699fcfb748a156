/** An echo server on `Deno.listen`. */

import { announce } from "../support/contestant.ts";

async function echo(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) break;
    await connection.write(buffer.subarray(0, count));
  }
  connection.close();
}

const listener = Deno.listen({
  hostname: "127.0.0.1",
  port: 0,
  tcpBacklog: 4096,
});
announce(listener.addr.port);
for await (const connection of listener) echo(connection);
