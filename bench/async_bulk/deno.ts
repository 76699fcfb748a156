/** A server on `Deno.listen` that receives a stream, or sends one. */

import { announce } from "../support/contestant.ts";

const buffer = new Uint8Array(0x10000).fill(1);

async function receive(connection: Deno.TcpConn): Promise<void> {
  while (await connection.read(buffer) !== null);
}

async function send(connection: Deno.TcpConn): Promise<void> {
  const order = new DataView(new ArrayBuffer(4));
  await connection.read(new Uint8Array(order.buffer));
  const chunks = order.getUint32(0);
  for (let i = 0; i < chunks; i++) {
    for (let sent = 0; sent < buffer.length;) {
      sent += await connection.write(
        sent === 0 ? buffer : buffer.subarray(sent),
      );
    }
  }
}

const serve = Deno.args[0] === "receiving" ? receive : send;
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
announce(listener.addr.port);
for await (const connection of listener) {
  await serve(connection);
  connection.close();
}
