/** Measures timers while a `Deno.connect` connection receives. */

import { answers } from "../support/contestant.ts";
import { worstDelay } from "./late.ts";

const buffer = new Uint8Array(1024); // small, so that more data is always pending
const connection = await Deno.connect({ port: Number(Deno.args[0]) });

async function receive(): Promise<void> {
  while (await connection.read(buffer) !== null);
}

receive();
await answers(worstDelay);
Deno.exit();
