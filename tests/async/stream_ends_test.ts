/** How the streams of a socket end, with it: by errors, by aborting, through Node's bridge. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Duplex } from "node:stream";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as socket from "../../async.ts";
import { encodeLinger } from "../../socket/structures/options.ts";
import { utf8 } from "../support/bytes.ts";
import { targetOf } from "../support/descriptors.ts";
import { need, needs, requires } from "../support/requires.ts";
import { turn } from "../support/async.ts";
import { asyncTcpPair } from "../support/pairs.ts";

/** Closes a connection with a reset. */
function reset(connection: socket.AsyncSocket<socket.Address>): void {
  const { SOL_SOCKET, SO_LINGER } = socket;
  connection.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0));
  connection.close();
}

/** Receives until the end of the stream. Returns how many bytes came. */
async function drain(
  connection: socket.AsyncSocket<socket.Address>,
): Promise<number> {
  let count = 0;
  const buffer = new Uint8Array(0x10000);
  for (let n; (n = await connection.recv_into(buffer)) > 0;) count += n;
  return count;
}

/** Ignores how a promise settles. */
const settled = (promise: Promise<unknown>): Promise<void> =>
  promise.then(() => {}, () => {});

Deno.test("a failed readable and a closed writable close the socket", async () => {
  using pair = await asyncTcpPair();
  reset(pair.a);
  await assertRejects(
    () => pair.b.readable.getReader().read(),
    socket.ConnectionResetError,
  );
  assert(pair.b.fileno() >= 0);
  await pair.b.writable.close();
  assertEquals(pair.b.fileno(), -1);
});

Deno.test("a failed writable and a readable at its end close the socket", async () => {
  using pair = await asyncTcpPair();
  const writer = pair.b.writable.getWriter();
  await assertRejects(() => writer.write("text" as never), TypeError);
  pair.a.shutdown(socket.SHUT_WR);
  assertEquals(await new Response(pair.b.readable).text(), "");
  assertEquals(pair.b.fileno(), -1);
});

Deno.test("a failed writable and a cancelled readable close the socket", async () => {
  using pair = await asyncTcpPair();
  reset(pair.a);
  const writer = pair.b.writable.getWriter();
  while (await writer.write(utf8("x")).then(() => true, () => false));
  await pair.b.readable.cancel();
  assertEquals(pair.b.fileno(), -1);
});

Deno.test("two failed streams close the socket", async () => {
  using pair = await asyncTcpPair();
  reset(pair.a);
  await settled(pair.b.readable.pipeTo(new WritableStream()));
  await settled(pair.b.writable.getWriter().write(utf8("x")));
  assertEquals(pair.b.fileno(), -1);
});

Deno.test("a timeout ends a stream as other errors do", async () => {
  using pair = await asyncTcpPair();
  pair.b.settimeout(0.01);
  await assertRejects(
    () => pair.b.readable.getReader().read(),
    socket.TimeoutError,
  );
  await assertRejects(
    () => pair.b.writable.getWriter().write(new Uint8Array(1 << 25)),
    socket.TimeoutError,
  );
  assertEquals(pair.b.fileno(), -1);
  // What came is a part only, so there is no orderly end behind it.
  await assertRejects(() => drain(pair.a), socket.ConnectionResetError);
});

Deno.test("closeWrite() and the end of readable close the socket", async () => {
  using pair = await asyncTcpPair();
  await pair.b.closeWrite();
  assertEquals(await drain(pair.a), 0);
  await pair.a.sendall(utf8("answer"));
  const reader = pair.b.readable.getReader();
  await reader.read();
  await reader.cancel(); // as a Response does whose reader leaves
  assertEquals(pair.b.fileno(), -1);
});

Deno.test("aborting without a reason delivers what was written", async () => {
  for (const reason of [undefined, null]) {
    using pair = await asyncTcpPair();
    const writer = pair.a.writable.getWriter();
    await writer.write(new Uint8Array(100_000));
    await writer.abort(reason);
    assertEquals(pair.a.fileno(), -1);
    assertEquals(await drain(pair.b), 100_000);
  }
});

Deno.test("aborting without a reason ends a write that waits", async () => {
  using pair = await asyncTcpPair();
  const writer = pair.a.writable.getWriter();
  const size = 1 << 25;
  const writing = writer.write(new Uint8Array(size));
  writing.catch(() => {});
  await turn();
  await writer.abort(null);
  assertEquals(pair.a.fileno(), -1);
  await writing.then(() => assert(false), (error) => assertEquals(error, null));
  const count = await drain(pair.b);
  assert(count > 0 && count < size, "what the system had taken");
});

Deno.test("aborting with a reason resets, also behind the end of readable", async () => {
  using pair = await asyncTcpPair();
  pair.b.shutdown(socket.SHUT_WR);
  assertEquals(await new Response(pair.a.readable).text(), "");
  const writer = pair.a.writable.getWriter();
  const writing = writer.write(new Uint8Array(1 << 25));
  writing.catch(() => {});
  await turn();
  await writer.abort(new Error("no more"));
  assertEquals(pair.a.fileno(), -1);
  await assertRejects(() => drain(pair.b), socket.ConnectionResetError);
});

/** Before, destroying any stream of `Duplex.fromWeb()` throws where nobody can catch it. */
const destroyable = need(
  "Deno 2.9.4",
  Deno.version.deno.localeCompare("2.9.4", "en", { numeric: true }) >= 0,
);

Deno.test({
  ...requires(
    "destroy() of Node's Duplex delivers what was written",
    destroyable,
  ),
  async fn() {
    using pair = await asyncTcpPair();
    const duplex = Duplex.fromWeb(pair.a as never);
    const size = 3_000_000;
    const { promise: written, resolve } = Promise.withResolvers<void>();
    duplex.write(Buffer.alloc(size), () => {
      duplex.destroy();
      resolve();
    });
    // Slowly: most of it is still with the system when the writer is gone.
    const first = (await pair.b.recv(1000)).length;
    const closed = once(duplex, "close");
    const [rest] = await Promise.all([drain(pair.b), written, closed]);
    assertEquals(first + rest, size);
    assertEquals(pair.a.fileno(), -1);
  },
});

for (const how of ["reading", "writing"]) {
  Deno.test({
    ...requires(
      `Node's Duplex closes the socket after a reset, ${how}`,
      destroyable,
    ),
    async fn() {
      using pair = await asyncTcpPair();
      const duplex = Duplex.fromWeb(pair.a as never);
      const error = once(duplex, "error");
      const closed = new Promise((resolve) => duplex.once("close", resolve));
      if (how === "reading") duplex.resume();
      await turn();
      reset(pair.b);
      if (how === "writing") duplex.write(Buffer.alloc(1 << 25));
      await Promise.all([error, closed]);
      assertEquals(pair.a.fileno(), -1);
    },
  });
}

Deno.test({
  ...requires(
    "after a failed write, readable keeps what came before",
    needs.dataBeforeReset,
  ),
  async fn() {
    using pair = await asyncTcpPair();
    const { a, b } = pair;
    const reader = a.readable.getReader();
    await b.sendall(utf8("answer"));
    reset(b);
    const writer = a.writable.getWriter();
    while (await writer.write(utf8("x")).then(() => true, () => false));
    assertEquals((await reader.read()).value, utf8("answer"));
    await assertRejects(() => reader.read(), socket.ConnectionResetError);
    assertEquals(a.fileno(), -1);
  },
});

Deno.test({
  ...requires(
    "after a failed write, readable ends in order if its end came",
    needs.dataBeforeReset,
  ),
  async fn() {
    using pair = await asyncTcpPair();
    const { a, b } = pair;
    const reader = a.readable.getReader();
    const writer = a.writable.getWriter();
    b.shutdown(socket.SHUT_RDWR);
    b.close();
    while (await writer.write(utf8("x")).then(() => true, () => false));
    assertEquals((await reader.read()).done, true);
    assertEquals(a.fileno(), -1);
  },
});

Deno.test("after a timeout the other stream goes on", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  const writer = a.writable.getWriter();
  a.settimeout(0.01);
  await assertRejects(
    () => a.readable.getReader().read(),
    socket.TimeoutError,
  );
  await writer.write(utf8("on"));
  assertEquals((await b.recv(10)).length, 2);
});

Deno.test({
  ...requires("a proxy of two pipeTo()s leaves nothing open", needs.linux),
  async fn() {
    const origin = await socket.create_server(["127.0.0.1", 0]);
    const proxy = await socket.create_server(["127.0.0.1", 0]);
    const opened: [fd: number, target: string | undefined][] = [];
    const serving: Promise<unknown>[] = [];
    const echoing = (async () => {
      for await (const [connection] of origin) {
        serving.push(settled(connection.readable.pipeTo(connection.writable)));
      }
    })();
    const proxying = (async () => {
      for await (const [near] of proxy) {
        serving.push((async () => {
          const far = await socket.create_connection(origin.getsockname());
          for (const one of [near, far]) {
            opened.push([one.fileno(), targetOf(one.fileno())]);
          }
          await Promise.all([
            settled(near.readable.pipeTo(far.writable)),
            settled(far.readable.pipeTo(near.writable)),
          ]);
        })());
      }
    })();
    const connections = 60;
    const data = new Uint8Array(300_000);
    await Promise.all(Array.from({ length: connections }, async (_, i) => {
      const client = await socket.create_connection(proxy.getsockname());
      if (i % 6 === 5) {
        await Promise.all([
          client.sendall(data).then(() => client.shutdown(socket.SHUT_WR)),
          drain(client),
        ]);
        return client.close();
      }
      // Reset at some moment: at once, while it sends, after an end, while it receives.
      const sending = settled(client.sendall(data));
      if (i % 6 > 0) await client.recv(1 + i * 100);
      if (i % 6 === 2) await settled(sending.then(() => client.closeWrite()));
      if (i % 6 === 3) await turn(i % 10);
      reset(client);
      await sending;
    }));
    while (opened.length < 2 * connections) await turn(1);
    await Promise.all(serving);
    const left = opened.filter(([fd, target]) => targetOf(fd) === target);
    assertEquals(left, []);
    origin.close();
    proxy.close();
    await Promise.all([echoing, proxying]);
  },
});
