/** An awaiting server that holds idle connections. */

import { type AsyncSocket, create_server } from "../../async.ts";
import { announce } from "../support/contestant.ts";

const greeting = new Uint8Array(1);

async function hold(connection: AsyncSocket): Promise<void> {
  await connection.sendall(greeting);
  await connection.recv(64);
  connection.close();
}

const listener = await create_server(["127.0.0.1", 0], { backlog: 4096 });
announce(listener.getsockname()[1]);
for await (const [connection] of listener) hold(connection).catch(() => {});
