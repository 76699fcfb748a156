/** An awaiting echo server. */

import { type AsyncSocket, create_server } from "../../async.ts";
import { announce } from "../support/contestant.ts";

async function echo(connection: AsyncSocket): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = await connection.recv_into(buffer);
    if (count === 0) break;
    await connection.sendall(buffer.subarray(0, count));
  }
  connection.close();
}

const listener = await create_server(["127.0.0.1", 0], { backlog: 4096 });
announce(listener.getsockname()[1]);
for await (const [connection] of listener) echo(connection);
