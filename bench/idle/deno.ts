/** A server on `Deno.listen` that holds idle connections. */

import { announce } from "../support/contestant.ts";

const greeting = new Uint8Array(1);

async function hold(connection: Deno.TcpConn): Promise<void> {
  await connection.write(greeting);
  await connection.read(new Uint8Array(64));
  connection.close();
}

const listener = Deno.listen({
  hostname: "127.0.0.1",
  port: 0,
  tcpBacklog: 4096,
});
announce(listener.addr.port);
for await (const connection of listener) hold(connection).catch(() => {});
