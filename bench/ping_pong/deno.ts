/** A `Deno.connect` client that sends one byte and waits for its echo. */

import { rounds } from "../support/contestant.ts";

const buffer = new Uint8Array(1);
const connection = await Deno.connect({ port: Number(Deno.args[0]) });

await rounds(async (count) => {
  for (let i = 0; i < count; i++) {
    await connection.write(buffer);
    await connection.read(buffer);
  }
});
