/** Tests that each leave something else open, and some that do not. See `left_open_test.ts`. */

import * as async from "../../async.ts";
import { Ring } from "../../ffi/io_uring.ts";
import { serve } from "../../handlers.ts";
import * as socket from "../../mod.ts";
import * as selectors from "../../selectors.ts";
import { handleOf } from "../../socket/operations/attempt.ts";
import { Pump } from "../../socket/operations/pump.ts";

// What is left open must not be collected.
const kept: unknown[] = [];

/** Passes a descriptor and receives it. */
function received(): number {
  const [a, b] = socket.socketpair();
  using _a = a, _b = b;
  socket.send_fds(a, [new Uint8Array(1)], [a.fileno()]);
  return socket.recv_fds(b, 1, 1)[1][0];
}

const leaving: Record<string, () => unknown> = {
  "a socket": () => new socket.Socket(),
  "an accepted socket": () => {
    using server = socket.create_server(["127.0.0.1", 0]);
    using client = socket.create_connection(server.getsockname());
    void client;
    return server.accept();
  },
  "an awaiting socket": () => async.socketpair(),
  "a file": () => {
    const [a, b] = socket.socketpair();
    using _a = a, _b = b;
    return a.makefile("rb");
  },
  "a detached descriptor": () => new socket.Socket().detach(),
  "a duplicate": () => {
    using one = new socket.Socket();
    return socket.dup(one.fileno());
  },
  "a received descriptor": received,
  "an Interrupter": () => new socket.Interrupter(),
  "a selector": () => new selectors.DefaultSelector(),
  "a server with handlers": () => serve(["127.0.0.1", 0], {}),
  "a ring": () => {
    const ring = Ring.open();
    if (typeof ring === "number") throw new Error("this system has no rings");
  },
  // A few spare ones may stay.
  "nine pipes with bytes in them": () =>
    Array.from({ length: 9 }, () => {
      const [a, b] = socket.socketpair();
      using _a = a, _b = b;
      b.send(new Uint8Array(1));
      new Pump(handleOf(a), handleOf(b)).fill(handleOf(a), 1);
    }),
};
const leavingNothing: Record<string, () => unknown> = {
  "a connection": async () => {
    using server = await async.create_server(["127.0.0.1", 0]);
    const accepting = server.accept();
    using client = await async.create_connection(server.getsockname());
    using accepted = (await accepting)[0];
    await client.send(new Uint8Array(1));
    await accepted.recv(1);
  },
  "descriptors that are closed": () => {
    socket.close(received());
    new selectors.DefaultSelector().close();
    new socket.Interrupter().close();
  },
  "what Deno has opened": () => kept.push(Deno.openSync("/dev/null")),
  "a descriptor that a Worker has closed": async () => {
    const fd = new socket.Socket().detach();
    const worker = new Worker(
      "data:text/javascript," + encodeURIComponent(
        `import { close } from ${
          JSON.stringify(import.meta.resolve("../../mod.ts"))
        };
         close(${fd});
         postMessage(0);`,
      ),
      { type: "module" },
    );
    await new Promise((resolve) => worker.onmessage = resolve);
    worker.terminate();
  },
};
for (const [name, leave] of Object.entries({ ...leaving, ...leavingNothing })) {
  Deno.test({
    name: `${name in leaving ? "left" : "not left"}: ${name}`,
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      kept.push(await leave());
    },
  });
}
