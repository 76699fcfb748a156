/** An awaiting echo server; with an argument, each answer has that length. */

import { type AsyncSocket, create_server } from "../../async.ts";
import { announce } from "../support/contestant.ts";

const answer = Deno.args.length > 0
  ? new Uint8Array(Number(Deno.args[0])).fill(1)
  : undefined;

async function echo(connection: AsyncSocket): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = await connection.recv_into(buffer);
    if (count === 0) break;
    await connection.sendall(answer ?? buffer.subarray(0, count));
  }
  connection.close();
}

const listener = await create_server(["127.0.0.1", 0], { backlog: 4096 });
announce(listener.getsockname()[1]);
for await (const [connection] of listener) echo(connection);
