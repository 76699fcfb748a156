/** Measures timers while an `AsyncSocket` receives. */

import { create_connection } from "../../async.ts";
import { answers } from "../support/contestant.ts";
import { worstDelay } from "./late.ts";

const buffer = new Uint8Array(1024); // small, so that more data is always pending
const connection = await create_connection(["127.0.0.1", Number(Deno.args[0])]);

async function receive(): Promise<void> {
  while (await connection.recv_into(buffer) > 0);
}

receive();
await answers(worstDelay);
Deno.exit();
