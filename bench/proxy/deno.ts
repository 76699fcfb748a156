/** A proxy between pairs of connections, with Deno's `pipeTo`. */

import { announce } from "../support/contestant.ts";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
announce((listener.addr as Deno.NetAddr).port);
for (;;) {
  const [a, b] = [await listener.accept(), await listener.accept()];
  a.readable.pipeTo(b.writable).catch(() => {});
  b.readable.pipeTo(a.writable).catch(() => {});
}
