/** `serve()`: handlers, limits, errors, and stopping. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import * as socket from "../../async.ts";
import {
  type AsyncSocket,
  ConnectionResetError,
  create_connection,
  create_server,
  createListeners,
  type InetAddress,
  OSError,
  serve,
} from "../../async.ts";
import { turn } from "../support/async.ts";
import { text, utf8 } from "../support/bytes.ts";
import { needs, requires } from "../support/requires.ts";

const listen = (): Promise<AsyncSocket<InetAddress>> =>
  create_server(["127.0.0.1", 0]);

/** Connects to a listener's address. */
const connect = (address: InetAddress): Promise<AsyncSocket> =>
  create_connection(address, 20);

async function echo(connection: AsyncSocket): Promise<void> {
  for (let data; (data = await connection.recv(4096)).length > 0;) {
    await connection.sendall(data);
  }
}

async function echoes(client: AsyncSocket, word: string): Promise<boolean> {
  await client.sendall(utf8(word));
  return text(await client.recv(100)) === word;
}

/** Something that a handler waits for, and who waits. */
class Gate {
  entered = 0;
  left = 0;
  readonly #opened = Promise.withResolvers<void>();
  #changed = Promise.withResolvers<void>();
  readonly pass = async (): Promise<void> => {
    this.entered++;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    await this.#opened.promise;
    this.left++;
  };
  /** Waits until so many have entered. */
  async until(count: number): Promise<void> {
    while (this.entered < count) await this.#changed.promise;
  }
  open(): void {
    this.#opened.resolve();
  }
}

Deno.test("serve calls the handler for each connection, and closes it after that", async () => {
  const listener = await listen();
  const address = listener.getsockname();
  const stopping = new AbortController();
  const seen: unknown[] = [];
  const connections: AsyncSocket[] = [];
  const serving = serve(listener, async (connection, { address, signal }) => {
    seen.push(address);
    connections.push(connection);
    assert(!signal.aborted);
    await echo(connection);
  }, stopping);
  const clients = await Promise.all([1, 2, 3].map(() => connect(address)));
  for (const client of clients) assert(await echoes(client, "hello"));
  assertEquals(
    new Set(seen.map(String)),
    new Set(clients.map((client) => String(client.getsockname()))),
  );
  const [first, ...others] = clients;
  first.shutdown(socket.SHUT_WR);
  assertEquals((await first.recv(1)).length, 0); // the handler has ended
  first.close();
  stopping.abort();
  assert(listener.fileno() < 0, "it closes at once");
  await assertRejects(() => connect(address), socket.ConnectionRefusedError);
  for (const client of others) {
    assert(await echoes(client, "still here"));
    client.close();
  }
  await serving;
  assert(connections.every((connection) => connection.fileno() < 0));
});

Deno.test("serve ends when its listener closes, and waits for the handlers", async () => {
  const listener = await listen();
  const gate = new Gate();
  let ended = false;
  const serving = serve(listener, gate.pass).then(() => ended = true);
  using client = await connect(listener.getsockname());
  await gate.until(1);
  listener.close();
  await turn();
  assert(!ended);
  gate.open();
  await serving;
  assertEquals((await client.recv(1)).length, 0);
});

Deno.test("serve takes several listeners", async () => {
  const listeners = await createListeners(["localhost", 0]);
  const stopping = new AbortController();
  const addresses = listeners.map((one) => one.getsockname());
  const serving = serve(listeners, echo, stopping);
  for (const [host, port] of addresses) {
    using client = await create_connection([host, port], 20);
    assert(await echoes(client, host));
  }
  stopping.abort();
  await serving;
  assert(listeners.every((one) => one.fileno() < 0));
});

Deno.test("so many handlers as the limit says run at once, and the others' clients wait", async () => {
  for (const count of [1, 2]) {
    const listeners = await Promise.all(Array.from({ length: count }, listen));
    const addresses = listeners.map((one) => one.getsockname());
    const stopping = new AbortController();
    let running = 0;
    let most = 0;
    let served = 0;
    const serving = serve(listeners, async (connection) => {
      most = Math.max(most, ++running);
      await connection.recv(1);
      served++;
      running--;
    }, { signal: stopping.signal, limit: 2 });
    const clients = await Promise.all(
      Array.from({ length: 9 }, (_, i) => connect(addresses[i % count])),
    );
    for (let i = 0; i < 3; i++) await turn();
    for (const client of clients) await client.send(utf8("x"));
    for (const client of clients) {
      await client.recv(1); // until it is served
      client.close();
    }
    assertEquals([most, served], [2, 9]);
    stopping.abort();
    await serving;
  }
});

Deno.test("with a limit, clients stay in the listener's queue for others", async () => {
  const listener = await listen();
  const other = listener.dup();
  using _other = other;
  const gate = new Gate();
  const stopping = new AbortController();
  const { signal } = stopping;
  const serving = serve(listener, gate.pass, { signal, limit: 1 });
  using _first = await connect(other.getsockname());
  await gate.until(1);
  using second = await connect(other.getsockname());
  const [taken] = await other.accept();
  assertEquals(taken.getpeername(), second.getsockname());
  taken.close();
  stopping.abort();
  gate.open();
  await serving;
});

Deno.test("a handler's errors are reported, and serving goes on", async () => {
  const listener = await listen();
  const address = listener.getsockname();
  const stopping = new AbortController();
  const seen: unknown[] = [];
  let call = 0;
  const serving = serve(listener, (connection) => {
    if (call++ === 0) throw new RangeError("at once");
    return echo(connection).then(() => {
      throw new TypeError("later");
    });
  }, {
    signal: stopping.signal,
    onError: (error, address) => seen.push([(error as Error).name, address]),
  });
  for (const name of ["RangeError", "TypeError"]) {
    using client = await connect(address);
    client.shutdown(socket.SHUT_WR);
    assertEquals((await client.recv(1)).length, 0);
    assertEquals(seen.splice(0), [[name, client.getsockname()]]);
  }
  stopping.abort();
  await serving;
});

Deno.test("without onError, what handlers throw goes to console.error, but for clients that are gone", async () => {
  const listener = await listen();
  const address = listener.getsockname();
  const stopping = new AbortController();
  const errors: unknown[] = [
    new RangeError("a bug"),
    new ConnectionResetError(socket.errno.ECONNRESET, "gone"),
    new socket.TimeoutError(null, "silent"),
    new OSError(socket.errno.EACCES, "a file"),
  ];
  const wanted = [errors[0], errors[3]];
  const seen: unknown[] = [];
  const original = console.error;
  console.error = (...what: unknown[]) => seen.push(...what);
  try {
    const serving = serve(listener, () => {
      throw errors.shift();
    }, stopping);
    for (let i = 0; i < 4; i++) {
      using client = await connect(address);
      assertEquals((await client.recv(1)).length, 0);
    }
    stopping.abort();
    await serving;
  } finally {
    console.error = original;
  }
  assertEquals(seen, wanted);
});

Deno.test("what onError throws stops the server, after the other handlers", async () => {
  const listener = await listen();
  const address = listener.getsockname();
  const gate = new Gate();
  let call = 0;
  const serving = serve(listener, async () => {
    if (call++ === 0) return await gate.pass();
    throw new RangeError("a bug");
  }, {
    onError(error) {
      throw error;
    },
  });
  using _first = await connect(address);
  await gate.until(1);
  using second = await connect(address);
  assertEquals((await second.recv(1)).length, 0);
  await turn();
  assertEquals([listener.fileno(), gate.left], [-1, 0]);
  gate.open();
  await assertRejects(() => serving, RangeError, "a bug");
});

Deno.test("after the grace period, handlers' signals abort and their connections close", async () => {
  const listener = await listen();
  const address = listener.getsockname();
  const stopping = new AbortController();
  const never = Promise.withResolvers<void>();
  const reasons: unknown[] = [];
  const began = Promise.withResolvers<void>();
  let ended = 0;
  let count = 0;
  const seen: unknown[] = [];
  const serving = serve(listener, async (connection, { signal }) => {
    signal.addEventListener("abort", () => reasons.push(signal.reason));
    if (++count === 3) began.resolve();
    try {
      if (count === 3) await never.promise; // ignores everything
      await connection.recv(1);
    } finally {
      ended++;
    }
  }, {
    signal: stopping.signal,
    grace: 0.05,
    onError: (error) => seen.push(error),
  });
  const clients = await Promise.all([1, 2, 3].map(() => connect(address)));
  await began.promise;
  const start = performance.now();
  stopping.abort();
  await serving;
  assert(performance.now() - start >= 45);
  assertEquals(ended, 2);
  assertEquals(reasons.length, 3);
  assert(reasons.every((reason) => reason instanceof socket.TimeoutError));
  assertEquals(seen, []);
  for (const client of clients) {
    assertEquals((await client.recv(1)).length, 0);
    client.close();
  }
  never.resolve();
});

Deno.test("handlers that end within the grace period are not disturbed", async () => {
  const listener = await listen();
  const gate = new Gate();
  const stopping = new AbortController();
  let signal: AbortSignal | undefined;
  const serving = serve(listener, async (_, context) => {
    signal = context.signal;
    await gate.pass();
  }, { signal: stopping.signal, grace: 60 });
  using _client = await connect(listener.getsockname());
  await gate.until(1);
  stopping.abort();
  gate.open();
  await serving;
  assertEquals(signal!.aborted, false);
});

Deno.test("a signal that has aborted lets serve accept nothing", async () => {
  const listener = await listen();
  using client = await connect(listener.getsockname());
  await serve(listener, () => {
    throw new Error("called");
  }, { signal: AbortSignal.abort() });
  assert(listener.fileno() < 0);
  await assertRejects(() => client.recv(1), OSError); // reset
});

Deno.test("serve rejects after errors that do not pass", async () => {
  const notListening = new socket.AsyncSocket();
  const error = await assertRejects(
    () => serve(notListening, () => {}),
    OSError,
  );
  assertEquals(error.errno, socket.errno.EINVAL);
  assert(notListening.fileno() < 0);
});

Deno.test({
  ...requires(
    "serve reports errors of accepting that pass, and goes on",
    needs.linux,
  ),
  async fn() {
    const listener = await listen();
    const address = listener.getsockname();
    const stopping = new AbortController();
    const seen: unknown[] = [];
    const accept = listener.accept.bind(listener);
    let failures = 2;
    listener.accept = (options) =>
      failures-- > 0
        ? Promise.reject(new OSError(socket.errno.ECONNABORTED, "scripted"))
        : accept(options);
    const serving = serve(listener, echo, {
      signal: stopping.signal,
      onError: (error, address) =>
        seen.push([(error as OSError).code, address]),
    });
    using client = await connect(address);
    assert(await echoes(client, "hello"));
    client.close();
    stopping.abort();
    await serving;
    assertEquals(seen, [["ECONNABORTED", null], ["ECONNABORTED", null]]);
  },
});

Deno.test("bad arguments of serve are refused, and the listener closes", async () => {
  const cases: [unknown, unknown, ErrorConstructor][] = [
    [7, {}, TypeError],
    [() => {}, { limit: 0 }, RangeError],
    [() => {}, { limit: "1" }, TypeError],
    [() => {}, { limit: 1.5 }, TypeError],
    [() => {}, { grace: -1 }, RangeError],
    [() => {}, { grace: "1" }, TypeError],
    [() => {}, { onError: 1 }, TypeError],
    [() => {}, { signal: 1 }, TypeError],
    [() => {}, 1, TypeError],
  ];
  for (const [handler, options, kind] of cases) {
    const listener = await listen();
    await assertRejects(
      () => serve(listener, handler as never, options as never),
      kind,
    );
    assert(listener.fileno() < 0);
  }
  using blocking = new socket.Socket();
  for (const wrong of [undefined, null, 7, {}, [7], blocking]) {
    await assertRejects(
      () => serve(wrong as never, () => {}),
      TypeError,
      "listeners",
    );
  }
});
