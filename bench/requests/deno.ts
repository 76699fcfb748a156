/** An echo server on `Deno.listen`; with an argument, each answer has that length. */

import { announce } from "../support/contestant.ts";

const answer = Deno.args.length > 0
  ? new Uint8Array(Number(Deno.args[0])).fill(1)
  : undefined;

async function echo(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) break;
    const bytes = answer ?? buffer.subarray(0, count);
    for (let sent = 0; sent < bytes.length;) {
      sent += await connection.write(bytes.subarray(sent));
    }
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
