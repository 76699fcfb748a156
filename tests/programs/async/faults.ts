/** Does one of several things that fail, many times. No descriptor may be left at the end. */

import * as socket from "../../../async.ts";
import { AsyncSocket, OSError } from "../../../async.ts";
import { turn } from "../../support/async.ts";
import { descriptorsTo } from "../../support/descriptors.ts";
import { collect, openSignals, until } from "./support.ts";

const abort = (aborting: AbortController, i: number): void => {
  switch (i % 5) {
    case 0:
      return aborting.abort();
    case 1:
      return queueMicrotask(() => aborting.abort());
    case 2:
      setImmediate(() => aborting.abort());
      return;
    case 3:
      setTimeout(() => aborting.abort(), Math.random() * 5);
      return;
  }
};

const ways: Record<string, () => Promise<void>> = {
  async "aborted connects"() {
    const listener = await socket.create_server(["127.0.0.1", 0]);
    const address = listener.getsockname();
    const serving = (async () => {
      for await (const [connection] of listener) connection.close();
    })();
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 100 }, async (_, i) => {
        const aborting = new AbortController();
        const client = new AsyncSocket();
        const connecting = i % 2 === 0
          ? client.connect(address, aborting)
          : socket.create_connection(address, 5, null, aborting)
            .then((other) => other.close());
        abort(aborting, i);
        await connecting.catch((error) => {
          if (error !== aborting.signal.reason) throw error;
        });
        client.close();
      }));
    }
    listener.close();
    await serving;
  },

  async "aborted receiving"() {
    const [a, b] = socket.socketpair();
    let sent = 0;
    let came = 0;
    let running = true;
    const sending = (async () => {
      while (running) {
        await b.send(new Uint8Array([sent & 0xff]));
        sent++;
        await turn();
      }
    })();
    for (let i = 0; i < 1000; i++) {
      const aborting = new AbortController();
      const waiting = a.recv(1, 0, aborting);
      abort(aborting, i);
      try {
        const [byte] = await waiting;
        if (byte !== (came++ & 0xff)) throw new Error(`byte ${byte}`);
      } catch (error) {
        if (error !== aborting.signal.reason) throw error;
      }
    }
    running = false;
    await sending;
    a.settimeout(0);
    for (; came < sent; came++) {
      if ((await a.recv(1))[0] !== (came & 0xff)) throw new Error("lost");
    }
    a.close();
    b.close();
  },

  async collected() {
    for (let i = 0; i < 300; i++) {
      new AsyncSocket().bind(["127.0.0.1", 0]);
      const [a, b] = socket.socketpair();
      await a.send(new Uint8Array(1)); // which may take a turn
      a.settimeout(1);
      b.settimeout(1); // until here, its other end may not be collected
    }
  },

  async "collected while waiting"() {
    const [a, b] = socket.socketpair();
    const fd = a.detach();
    const waiting = new AsyncSocket(null, null, null, fd).recv(1);
    const timed = (() => {
      const [c] = socket.socketpair();
      c.settimeout(0.1);
      return c.sendall(new Uint8Array(1 << 24)).catch((error) => error);
    })();
    for (let i = 0; i < 5; i++) {
      await turn();
      collect();
    }
    await b.send(new Uint8Array([5]));
    if ((await waiting)[0] !== 5) throw new Error("not received");
    // Its other end is collected too, so sending fails.
    if (!((await timed) instanceof OSError)) throw new Error("sent");
    b.close();
  },

  async resets() {
    const listener = await socket.create_server(["127.0.0.1", 0]);
    for (let i = 0; i < 50; i++) {
      const client = await socket.create_connection(listener.getsockname());
      const [connection] = await listener.accept();
      const sending = client.sendall(new Uint8Array(1 << 24))
        .catch((error) => error.code);
      const receiving = client.recv(1).catch((error) => error.code);
      await connection.recv(1000 * (i + 1));
      await connection.writable.abort("a reset");
      const codes = await Promise.all([sending, receiving]);
      for (const code of codes) {
        if (!["ECONNRESET", "EPIPE"].includes(String(code))) {
          // Of two operations that wait, one sees the reset, the other the end.
          if (!(code instanceof Uint8Array)) throw new Error(String(code));
        }
      }
      client.close();
    }
    listener.close();
  },
};

openSignals();
const way = ways[Deno.args[0]];
// The first time opens descriptors that stay: the poller and its waker.
await way();
for (let i = 0; i < 10; i++) {
  collect();
  await turn(5);
}
const before = descriptorsTo().length;
await way();
await until(`${before} descriptors again`, () => {
  collect();
  return descriptorsTo().length <= before;
});
console.log("clean");
