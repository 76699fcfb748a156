/** How `relay()` and the awaiting `splice()` end: by failures, by time, by the signal. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Address,
  type AsyncSocket,
  BlockingIOError,
  MSG_PEEK,
  OSError,
  relay,
  SHUT_WR,
  SO_LINGER,
  SOL_SOCKET,
  splice,
  TimeoutError,
} from "../../async.ts";
import { E_BAD_SOCKET, osError } from "../../errors/errors.ts";
import { libc } from "../../ffi/libc.ts";
import { best } from "../../poll/poller.ts";
import { encodeLinger } from "../../socket/structures/options.ts";
import { text, utf8 } from "../support/bytes.ts";
import { fill, receive, turn } from "../support/async.ts";
import { need, needs, requires } from "../support/requires.ts";
import { asyncSocketPair, asyncTcpPair, type Pair } from "../support/pairs.ts";

const edges = need("a poller with edges", best !== "poll");

/** A client, the two sockets to join, and a server. */
class Chain implements Disposable {
  readonly client: AsyncSocket;
  readonly near: AsyncSocket;
  readonly far: AsyncSocket;
  readonly server: AsyncSocket;
  readonly #pairs: Pair<AsyncSocket>[];

  private constructor(one: Pair<AsyncSocket>, other: Pair<AsyncSocket>) {
    this.#pairs = [one, other];
    [this.client, this.near] = [one.a, one.b];
    [this.far, this.server] = [other.a, other.b];
  }

  static async make(): Promise<Chain> {
    return new Chain(await asyncTcpPair(), await asyncTcpPair());
  }

  [Symbol.dispose](): void {
    for (const pair of this.#pairs) pair[Symbol.dispose]();
  }
}

function reset(connection: AsyncSocket): void {
  connection.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0));
  connection.close();
}

/** Has the client end its stream, and waits until the server sees it. */
async function endThere({ client, server }: Chain): Promise<void> {
  client.shutdown(SHUT_WR);
  assertEquals((await server.recv(1)).length, 0);
}

const { message: closedHere } = osError(E_BAD_SOCKET);

Deno.test({
  ...requires("a reset after the end of a stream ends relay()", edges),
  async fn() {
    using chain = await Chain.make();
    const relaying = relay(chain.near, chain.far);
    await endThere(chain);
    reset(chain.client);
    await assertRejects(() => relaying, OSError); // the server says nothing
  },
});

Deno.test({
  ...requires("a reset together with the end of a stream ends relay()", edges),
  async fn() {
    using chain = await Chain.make();
    chain.client.shutdown(SHUT_WR);
    await chain.near.recv(1, MSG_PEEK);
    reset(chain.client);
    await assertRejects(() => relay(chain.near, chain.far), OSError);
  },
});

Deno.test("a reset of the other side after its end ends relay()", async () => {
  using chain = await Chain.make();
  const relaying = relay(chain.near, chain.far);
  chain.server.shutdown(SHUT_WR);
  assertEquals((await chain.client.recv(1)).length, 0);
  reset(chain.server);
  if (best === "poll") await chain.client.sendall(utf8("x"));
  await assertRejects(() => relaying, OSError);
});

Deno.test("closing a socket after the end of its stream ends relay()", async () => {
  using chain = await Chain.make();
  const relaying = relay(chain.near, chain.far);
  await endThere(chain);
  chain.near.close();
  await assertRejects(() => relaying, OSError, closedHere);
});

Deno.test("closing a socket ends relay() while the other takes nothing", async () => {
  using chain = await Chain.make();
  await fill(chain.far as never);
  const relaying = relay(chain.near, chain.far);
  await chain.client.sendall(utf8("stuck"));
  while (await hasBytes(chain.near)) await turn();
  chain.near.close();
  await assertRejects(() => relaying, OSError, closedHere);
});

Deno.test({
  ...requires(
    "relay() passes on what came before a reset",
    needs.dataBeforeReset,
  ),
  async fn() {
    using chain = await Chain.make();
    const { client, near, far, server } = chain;
    const size = 50_000;
    await client.sendall(new Uint8Array(size));
    for (const all = new Uint8Array(size);;) {
      if (await near.recv_into(all, 0, MSG_PEEK) === size) break;
    }
    reset(client);
    const relaying = relay(near, far);
    await Promise.all([
      receive(server, size),
      assertRejects(() => relaying, OSError, "reset"),
    ]);
    assertEquals([relaying.sent, relaying.received], [size, 0]);
  },
});

Deno.test("a peer that ends both ways is no failure", async () => {
  using one = asyncSocketPair();
  using other = asyncSocketPair();
  const relaying = relay(one.b, other.a);
  await one.a.sendall(utf8("all"));
  one.a.close();
  assertEquals(text(await receive(other.b, 3)), "all");
  assertEquals((await other.b.recv(1)).length, 0);
  await turn(20);
  other.b.close();
  assertEquals(await relaying, [3, 0]);
});

Deno.test("relay() counts while bytes move, and after a failure", async () => {
  using chain = await Chain.make();
  const { client, near, far, server } = chain;
  const controller = new AbortController();
  const relaying = relay(near, far, { signal: controller.signal });
  assertEquals([relaying.sent, relaying.received], [0, 0]);
  await client.sendall(utf8("12345"));
  await receive(server, 5);
  assertEquals([relaying.sent, relaying.received], [5, 0]);
  await server.sendall(utf8("123"));
  await receive(client, 3);
  controller.abort(new Error("enough"));
  await assertRejects(() => relaying, Error, "enough");
  assertEquals([relaying.sent, relaying.received], [5, 3]);
  const refused = relay(near, far, { signal: controller.signal });
  await assertRejects(() => refused, Error, "enough");
  assertEquals([relaying.sent, refused.sent], [5, 0]);
});

/** Limits how long no byte may move: by the option, and by the timeouts of sockets. */
const limits: [how: string, set: (chain: Chain) => { idleTimeout?: number }][] =
  [
    ["idleTimeout", ({ near, far }) => {
      near.settimeout(0.01); // does not apply
      far.settimeout(0);
      return { idleTimeout: 0.5 };
    }],
    ["one socket's timeout", ({ near }) => {
      near.settimeout(0.5);
      return {};
    }],
    ["the shorter timeout", ({ near, far }) => {
      near.settimeout(10);
      far.settimeout(0.5);
      return {};
    }],
  ];

for (const [how, set] of limits) {
  Deno.test(`a direction may be silent while the other moves: ${how}`, async () => {
    await Promise.all([true, false].map(async (download) => {
      using chain = await Chain.make();
      const { client, near, far, server } = chain;
      const relaying = relay(near, far, set(chain));
      const failing = assertRejects(() => relaying, TimeoutError, "timed out");
      const [from, to] = download ? [server, client] : [client, server];
      const steps = 30;
      for (let i = 0; i < steps; i++) {
        await turn(25);
        await from.sendall(utf8("x"));
        await receive(to, 1);
      }
      const began = performance.now();
      await failing;
      const idle = performance.now() - began;
      assert(idle > 400, `it ended after ${idle} ms`);
      const counts = download ? [0, steps] : [steps, 0];
      assertEquals([relaying.sent, relaying.received], counts);
      assert(near.fileno() >= 0 && far.fileno() >= 0);
    }));
  });
}

Deno.test("null as idleTimeout stands for no limit", async () => {
  using chain = await Chain.make();
  const { client, near, far, server } = chain;
  near.settimeout(0.01);
  const relaying = relay(near, far, { idleTimeout: null });
  await turn(60);
  await client.sendall(utf8("x"));
  await receive(server, 1);
  client.close();
  server.close();
  assertEquals(await relaying, [1, 0]);
});

Deno.test("bytes that came while the thread was busy are in time", async () => {
  using chain = await Chain.make();
  const { client, near, far, server } = chain;
  const relaying = relay(near, far, { idleTimeout: 0.3 });
  const sending = client.send(utf8("x"));
  const until = performance.now() + 500;
  while (performance.now() < until);
  await sending;
  await receive(server, 1);
  client.close();
  server.close();
  assertEquals(await relaying, [1, 0]);
});

Deno.test("relay() of sockets that may not wait does not wait", async () => {
  using chain = await Chain.make();
  chain.near.settimeout(0);
  await assertRejects(() => relay(chain.near, chain.far), BlockingIOError);
});

Deno.test("relay() refuses a bad idleTimeout, by name", async () => {
  using chain = await Chain.make();
  const { near, far } = chain;
  for (const idleTimeout of [0, -1, NaN, Infinity]) {
    const refused = relay(near, far, { idleTimeout });
    await assertRejects(() => refused, RangeError, "idleTimeout");
  }
  for (const bad of ["1", {}, 1n]) {
    const refused = relay(near, far, { idleTimeout: bad as never });
    await assertRejects(() => refused, TypeError, "idleTimeout");
  }
});

Deno.test({
  ...requires("an aborted splice() delivers what it received", needs.linux),
  async fn() {
    for (const join of [splice, relay] as const) {
      using chain = await Chain.make();
      const { client, near, far, server } = chain;
      const controller = new AbortController();
      const calls = libc as { splice?: typeof libc.splice };
      const original = calls.splice!;
      calls.splice = (...args) => {
        const count = original(...args);
        // The bytes are in the pipe, and on to the next step.
        if (args[0] === near.fileno() && count > 0) controller.abort();
        return count;
      };
      try {
        const { signal } = controller;
        const joining = join === splice
          ? splice(near, far, null, { signal })
          : relay(near, far, { signal });
        await client.sendall(utf8("received"));
        await assertRejects(() => joining as Promise<unknown>, DOMException);
        assertEquals(text(await receive(server, 8)), "received");
        if ("sent" in joining) assertEquals(joining.sent, 8);
      } finally {
        calls.splice = original;
      }
    }
  },
});

Deno.test("an aborted splice() leaves alone what others send", async () => {
  using chain = await Chain.make();
  const { client, near, far, server } = chain;
  const size = 1 << 25;
  const sending = far.sendall(new Uint8Array(size));
  const controller = new AbortController();
  const { signal } = controller;
  const splicing = splice(near, far, null, { signal });
  await client.sendall(utf8("late"));
  while (await hasBytes(near)) await turn();
  const receiving = receive(server, size);
  await turn(1);
  controller.abort();
  await assertRejects(() => splicing, DOMException);
  assert((await receiving).every((byte) => byte === 0));
  await sending;
});

/** Whether bytes wait to be received. */
async function hasBytes(socket: AsyncSocket<Address>): Promise<boolean> {
  const signal = AbortSignal.timeout(1);
  return await socket.recv(1, MSG_PEEK, { signal }).then(
    () => true,
    () => false,
  );
}
