/** Calls `select()` on a selector with many sockets, one of which is ready. */

import { socketpair } from "../../mod.ts";
import { DefaultSelector, EVENT_READ } from "../../selectors.ts";
import { rounds } from "../support/contestant.ts";

const selector = new DefaultSelector();
const pairs = Array.from(
  { length: Number(Deno.args[0]) / 2 },
  () => socketpair(),
);
for (const socket of pairs.flat()) selector.register(socket, EVENT_READ);
pairs[pairs.length / 2][0].send(new Uint8Array(1));

await rounds((count) => {
  for (let i = 0; i < count; i++) selector.select();
});
