/** Iterating over a listener's connections: errors that pass, and leaving while it waits. */

import { assertEquals, assertRejects } from "@std/assert";
import { abortable } from "../../async/abortable.ts";
import { Connections } from "../../async/connections.ts";
import { isMissing } from "../../constants/table.ts";
import { type AsyncSocket, errno, OSError } from "../../async.ts";
import * as socket from "../../async.ts";
import { text, utf8 } from "../support/bytes.ts";
import { needs, requires } from "../support/requires.ts";
import { outcome, turn } from "../support/async.ts";

const passing = [
  ...["ECONNABORTED", "ECONNRESET", "EPERM", "EPROTO"],
  ...["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"],
  // Linux passes the errors of the network on: accept(2).
  ...["ENETDOWN", "ENOPROTOOPT", "EHOSTDOWN", "ENONET", "EHOSTUNREACH"],
  ...["EOPNOTSUPP", "ENETUNREACH"],
] as const;

const codes = errno as unknown as Readonly<Record<string, number>>;

/** A listener whose `accept()` has the given outcomes, in turn: numbers are errors. */
function scripted(...outcomes: (number | string)[]) {
  return {
    accept(): Promise<string> {
      const next = outcomes.shift()!;
      return typeof next === "string"
        ? Promise.resolve(next)
        : Promise.reject(new OSError(next, "scripted", { syscall: "accept" }));
    },
    fileno: (): number => outcomes.length > 0 ? 3 : -1,
    getsockopt: (): number => 1, // it listens
  };
}

Deno.test("for await over a listener goes on after errors that pass", async () => {
  const numbers = passing.map((name) => codes[name]).filter((code) =>
    !isMissing(code)
  );
  const seen: unknown[] = [];
  const connections = new Connections(
    scripted("first", ...numbers, "second", numbers[0], "third", ""),
    { onError: ({ errno }) => seen.push(errno) },
  );
  for await (const connection of connections) {
    seen.push(connection);
    if (connection === "third") break;
  }
  assertEquals(seen, ["first", ...numbers, "second", numbers[0], "third"]);
});

Deno.test("for await over a listener rejects after other errors, and when onError throws", async () => {
  for (const name of ["EINVAL", "EBADF", "ENOTSOCK"]) {
    const connections = new Connections(scripted(codes[name], "late"));
    const error = await assertRejects(() => connections.next(), OSError);
    assertEquals(error.errno, codes[name]);
  }
  const connections = new Connections(scripted(errno.EMFILE, "late"), {
    onError: () => {
      throw new RangeError("enough");
    },
  });
  await assertRejects(() => connections.next(), RangeError, "enough");
  using listener = await socket.create_server(["127.0.0.1", 0]);
  listener.settimeout(0.01);
  await assertRejects(() => listener.connections().next(), socket.TimeoutError);
});

Deno.test("for await over a socket that cannot accept rejects", async () => {
  using datagrams = new socket.AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
  datagrams.bind(["127.0.0.1", 0]);
  const error = await assertRejects(
    () => soon(datagrams[Symbol.asyncIterator]().next()),
    OSError,
  );
  assertEquals(error.errno, errno.EOPNOTSUPP);
});

for (const way of ["for await", "accept"]) {
  Deno.test({
    ...requires(
      `without descriptors, an accept loop lets timers run, and goes on: ${way}`,
      needs.linux,
    ),
    async fn() {
      const printed = await outcome("accept_loop.ts", {
        args: [way],
        descriptors: 64,
      });
      assertEquals(printed.split("\n"), [
        "without a poller: a timer ran, and errors were few: EMFILE",
        "received 1",
        "with a poller: a timer ran, and errors were few: EMFILE",
        "received 2",
      ]);
    },
  });
}

/** Connects to a listener, and sends a byte. */
async function caller(
  listener: AsyncSocket<socket.InetAddress>,
): Promise<AsyncSocket> {
  const client = await socket.create_connection(listener.getsockname());
  await client.sendall(utf8("x"));
  return client;
}

/** What a promise resolves to, unless that takes far too long. */
const soon = <T>(promise: Promise<T>): Promise<T> =>
  abortable(promise, AbortSignal.timeout(20_000));

const leaving: Record<string, (listener: AsyncSocket) => Promise<void>> = {
  async "return()"(listener) {
    const iterator = listener[Symbol.asyncIterator]();
    const waiting = [iterator.next(), iterator.next()];
    await turn();
    assertEquals(await iterator.return!(), { value: undefined, done: true });
    for (const result of await soon(Promise.all(waiting))) {
      assertEquals(result, { value: undefined, done: true });
    }
    assertEquals((await iterator.next()).done, true);
  },
  async "ReadableStream.from(listener), cancelled"(listener) {
    const reader = ReadableStream.from(listener).getReader();
    const waiting = reader.read();
    await turn();
    await reader.cancel();
    assertEquals((await soon(waiting)).done, true);
  },
  async "return() before the wait began"(listener) {
    const iterator = listener[Symbol.asyncIterator]();
    const waiting = iterator.next();
    iterator.return!();
    assertEquals((await soon(waiting)).done, true);
  },
};

for (const [way, leave] of Object.entries(leaving)) {
  Deno.test(`after leaving the iteration, it takes no connection: ${way}`, async () => {
    using listener = await socket.create_server(["127.0.0.1", 0]);
    await leave(listener);
    using _client = await caller(listener);
    const [connection] = await soon(listener.accept());
    assertEquals(text(await connection.recv(1)), "x");
    connection.close();
  });
}

Deno.test("a connection that was taken is delivered, though the iteration ends", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  using _client = await caller(listener);
  const iterator = listener[Symbol.asyncIterator]();
  const next = iterator.next();
  iterator.return!();
  const { value, done } = await next;
  if (done) { // it waited for its turn: the connection is still in the queue
    (await listener.accept())[0].close();
  } else value[0].close();
  assertEquals((await iterator.next()).done, true);
});
