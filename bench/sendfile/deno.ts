/** Sends a file with Deno's `pipeTo`. */

import { rounds } from "../support/contestant.ts";

const [path, port] = Deno.args;

await rounds(async () => {
  using file = await Deno.open(path);
  using connection = await Deno.connect({ port: Number(port) });
  await file.readable.pipeTo(connection.writable, { preventClose: true });
  await connection.closeWrite();
  await connection.read(new Uint8Array(1)); // the end: everything has arrived
});
