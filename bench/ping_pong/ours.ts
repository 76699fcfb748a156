/** An awaiting client that sends one byte and waits for its echo. */

import { create_connection } from "../../async.ts";
import { rounds } from "../support/contestant.ts";

const buffer = new Uint8Array(1);
const connection = await create_connection(["127.0.0.1", Number(Deno.args[0])]);

await rounds(async (count) => {
  for (let i = 0; i < count; i++) {
    await connection.sendall(buffer);
    await connection.recv_into(buffer);
  }
});
