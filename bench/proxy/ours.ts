/** An awaiting proxy between pairs of connections, with `relay`. */

import { create_server, relay } from "../../async.ts";
import { announce } from "../support/contestant.ts";

const listener = await create_server(["127.0.0.1", 0]);
announce(listener.getsockname()[1]);
for (;;) {
  const [[a], [b]] = [await listener.accept(), await listener.accept()];
  relay(a, b).finally(() => {
    a.close();
    b.close();
  });
}
