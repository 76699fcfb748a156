/** An awaiting proxy between pairs of connections, with `recv_into` and `sendall`. */

import { type AsyncSocket, create_server, SHUT_WR } from "../../async.ts";
import { announce } from "../support/contestant.ts";

async function pass(from: AsyncSocket, to: AsyncSocket): Promise<void> {
  const buffer = new Uint8Array(0x10000);
  for (;;) {
    const count = await from.recv_into(buffer);
    if (count === 0) return to.shutdown(SHUT_WR);
    await to.sendall(buffer.subarray(0, count));
  }
}

const listener = await create_server(["127.0.0.1", 0]);
announce(listener.getsockname()[1]);
for (;;) {
  const [[a], [b]] = [await listener.accept(), await listener.accept()];
  Promise.all([pass(a, b), pass(b, a)]).finally(() => {
    a.close();
    b.close();
  });
}
