/** An awaiting server that receives a stream, or sends one. */

import { type AsyncSocket, create_server } from "../../async.ts";
import { announce } from "../support/contestant.ts";

const buffer = new Uint8Array(0x10000).fill(1);

async function receive(connection: AsyncSocket): Promise<void> {
  while (await connection.recv_into(buffer) > 0);
}

async function send(connection: AsyncSocket): Promise<void> {
  const order = new DataView((await connection.recv(4)).buffer);
  const chunks = order.getUint32(0);
  for (let i = 0; i < chunks; i++) await connection.sendall(buffer);
}

const serve = Deno.args[0] === "receiving" ? receive : send;
const listener = await create_server(["127.0.0.1", 0]);
announce(listener.getsockname()[1]);
for await (const [connection] of listener) {
  await serve(connection);
  connection.close();
}
