/** What awaiting sockets share with Deno's: streams, loops, and the interface of `Deno.Conn`. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import * as socket from "../../async.ts";
import { AsyncSocket } from "../../async.ts";
import { E_BAD_SOCKET, osError } from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { temporaryFolder } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";
import { receive, turn } from "../support/async.ts";
import { asyncSocketPair, asyncTcpPair } from "../support/pairs.ts";

Deno.test("for await gives the connections of a listener", async () => {
  const listener = await socket.create_server(["127.0.0.1", 0]);
  const clients = await Promise.all(
    [1, 2, 3].map(() => socket.create_connection(listener.getsockname())),
  );
  const seen: number[] = [];
  for await (const [connection, address] of listener) {
    connection.close();
    seen.push(address[1]);
    if (seen.length === 3) break;
  }
  const ports = clients.map((client) => client.getsockname()[1]);
  assertEquals(seen.sort(), ports.sort());
  // Leaving the loop does not close the listener.
  assert(listener.fileno() >= 0);
  clients.forEach((client) => client.close());
  listener.close();
});

Deno.test("the connections end with the listener, and by return()", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  const end = { value: undefined, done: true } as const;
  const left = listener[Symbol.asyncIterator]();
  assertEquals(await left.return!(), end);
  assertEquals(await left.next(), end, "what comes now is another's");

  const connections = listener[Symbol.asyncIterator]();
  const waiting = [connections.next(), connections.next()];
  using client = await socket.create_connection(listener.getsockname());
  const { value } = await waiting[0];
  using accepted = value![0];
  assertEquals(accepted.getpeername(), client.getsockname());
  listener.close();
  assertEquals(await waiting[1], end);
  assertEquals(await connections.next(), end);
});

Deno.test("what a socket receives is a stream, to its end", async () => {
  using pair = await asyncTcpPair();
  const all = new Response(pair.b.readable).text();
  for (const part of ["one ", "two ", "three"]) {
    await pair.a.sendall(utf8(part));
  }
  pair.a.shutdown(socket.SHUT_WR);
  assertEquals(await all, "one two three");
});

Deno.test("the readable stream fills the reader's own buffer", async () => {
  using pair = await asyncTcpPair();
  const reader = pair.b.readable.getReader({ mode: "byob" });
  await pair.a.sendall(utf8("hello"));
  const { buffer } = new Uint8Array(100);
  const first = await reader.read(new Uint8Array(buffer, 10, 3));
  assertEquals(text(first.value!), "hel");
  assertEquals(first.value!.byteOffset, 10);
  assertEquals(first.value!.buffer.byteLength, 100, "the same buffer");
  const second = await reader.read(new Uint8Array(100));
  assertEquals(text(second.value!), "lo");
  pair.a.shutdown(socket.SHUT_WR);
  const end = await reader.read(new Uint8Array(1));
  assertEquals([end.done, end.value?.byteLength], [true, 0]);
});

Deno.test("a stream receives only when its reader asks", async () => {
  using pair = await asyncTcpPair();
  const { readable } = pair.b;
  await pair.a.sendall(utf8("kept"));
  await turn();
  assertEquals(text(await pair.b.recv(10, socket.MSG_PEEK)), "kept");
  const reader = readable.getReader();
  assertEquals(text((await reader.read()).value!), "kept");
});

Deno.test("a write is over when the system has taken it, not before", async () => {
  using pair = await asyncTcpPair();
  const writer = pair.a.writable.getWriter();
  let over = false;
  const size = 1 << 25;
  const writing = writer.write(new Uint8Array(size)).then(() => over = true);
  await turn();
  assertEquals(over, false);
  assertEquals(writer.desiredSize, 0, "the next writer is to wait");
  await receive(pair.b, size);
  await writing;
});

Deno.test("closing the writable stream ends one direction only", async () => {
  using pair = await asyncTcpPair();
  const writer = pair.a.writable.getWriter();
  await writer.write(utf8("question"));
  await writer.close();
  assertEquals(await new Response(pair.b.readable).text(), "question");
  await pair.b.sendall(utf8("answer"));
  pair.b.shutdown(socket.SHUT_WR);
  assertEquals(text(await pair.a.recv(10)), "answer");
  assertEquals((await pair.a.recv(10)).length, 0);
});

Deno.test("a socket whose two streams have ended is closed", async () => {
  using pair = await asyncTcpPair();
  await pair.a.writable.close();
  assert(pair.a.fileno() >= 0);
  await pair.b.readable.pipeTo(pair.b.writable);
  assertEquals(pair.b.fileno(), -1);
  assertEquals(await new Response(pair.a.readable).text(), "");
  assertEquals(pair.a.fileno(), -1);
});

Deno.test("cancelling the readable stream ends receiving, sending goes on", async () => {
  using pair = await asyncTcpPair();
  const reader = pair.a.readable.getReader();
  const reading = reader.read();
  await turn();
  await reader.cancel("enough");
  assertEquals((await reading).done, true);
  await pair.a.sendall(utf8("still"));
  assertEquals(text(await pair.b.recv(10)), "still");
});

Deno.test("aborting the writable stream resets the connection", async () => {
  using pair = await asyncTcpPair();
  const writer = pair.a.writable.getWriter();
  const writing = writer.write(new Uint8Array(1 << 25));
  writing.catch(() => {});
  await turn();
  await writer.abort("no more");
  assertEquals(pair.a.fileno(), -1);
  await assertRejects(async () => {
    while ((await pair.b.recv(1 << 20)).length > 0);
  }, socket.ConnectionResetError);
});

Deno.test("errors of the connection are errors of its streams", async () => {
  using pair = await asyncTcpPair();
  const reading = pair.b.readable.getReader().read();
  await turn();
  await pair.a.writable.abort("no more");
  await assertRejects(() => reading, socket.ConnectionResetError);
  using other = asyncSocketPair();
  const { a } = other;
  const reader = a.readable.getReader();
  const pending = reader.read();
  await turn();
  a.close();
  const { message } = osError(E_BAD_SOCKET);
  await assertRejects(() => pending, socket.OSError, message);
});

Deno.test("pipeTo both ways is a proxy", async () => {
  const upstream = await socket.create_server(["127.0.0.1", 0]);
  const proxy = await socket.create_server(["127.0.0.1", 0]);
  const serving = (async () => {
    const [connection] = await upstream.accept();
    await connection.readable
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(
        new TransformStream<string, string>({
          transform: (chunk, controller) =>
            controller.enqueue(chunk.toUpperCase()),
        }),
      )
      .pipeThrough(new TextEncoderStream())
      .pipeTo(connection.writable);
    return connection.fileno();
  })();
  const proxying = (async () => {
    const [inner] = await proxy.accept();
    const outer = await socket.create_connection(upstream.getsockname());
    await Promise.all([
      inner.readable.pipeTo(outer.writable),
      outer.readable.pipeTo(inner.writable),
    ]);
    return [inner.fileno(), outer.fileno()];
  })();
  using client = await socket.create_connection(proxy.getsockname());
  const letters = "abcdefgh".repeat(1 << 17);
  const [, reply] = await Promise.all([
    client.sendall(utf8(letters)).then(() => client.shutdown(socket.SHUT_WR)),
    new Response(client.readable).text(),
  ]);
  assert(reply === letters.toUpperCase());
  assertEquals(await serving, -1);
  assertEquals(await proxying, [-1, -1]);
  upstream.close();
  proxy.close();
});

/** Code written for `Deno.Conn`: asks a question, and returns the answer and the peer. */
async function conversation(conn: Deno.Conn<Deno.NetAddr>): Promise<string[]> {
  const log = [conn.localAddr.transport, conn.remoteAddr.hostname];
  const question = utf8("ping");
  for (let sent = 0; sent < question.length;) {
    sent += await conn.write(question.subarray(sent));
  }
  await conn.closeWrite();
  const buffer = new Uint8Array(2);
  for (let n; (n = await conn.read(buffer)) !== null;) {
    log.push(text(buffer.subarray(0, n)));
  }
  conn.unref();
  conn.ref();
  conn.close();
  log.push(conn.remoteAddr.hostname);
  return log;
}

/** The echo server of Deno's documentation. Nothing here closes the connection. */
function echo(conn: Deno.Conn): Promise<void> {
  return conn.readable.pipeTo(conn.writable);
}

Deno.test("code that is written for Deno.Conn takes an AsyncSocket", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  const [hostname, port] = listener.getsockname();
  const echoing = (async () => {
    const [first] = await listener.accept();
    await echo(first);
    const [second] = await listener.accept();
    await echo(second);
    return [first.fileno(), second.fileno()];
  })();
  const theirs = await conversation(await Deno.connect({ hostname, port }));
  const client = new AsyncSocket();
  await client.connect([hostname, port]);
  const ours = await conversation(client);
  assertEquals(ours, theirs);
  assertEquals(ours.slice(2, -1).join(""), "ping");
  assertEquals(await echoing, [-1, -1]);
});

Deno.test("Deno's own listener and connections talk with ours", async () => {
  using theirs = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = theirs.addr;
  const serving = (async () => {
    using conn = await theirs.accept();
    await conn.readable.pipeTo(conn.writable).catch(() => {});
  })();
  using client = await socket.create_connection([hostname, port]);
  await client.sendall(utf8("over to you"));
  assertEquals(text(await receive(client, 11)), "over to you");
  client.shutdown(socket.SHUT_WR);
  assertEquals((await client.recv(1)).length, 0);
  await serving;
});

Deno.test("addresses show in Deno's form, and outlive the connection", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  const [, port] = a.getsockname();
  const expected = {
    transport: "tcp" as const,
    hostname: "127.0.0.1",
    port,
  };
  assertEquals(a.localAddr, expected);
  a.close();
  assertEquals(a.localAddr, expected);
  b.close();
  assertEquals(
    b.remoteAddr,
    expected,
    "an accepted one knows from the start",
  );
  using datagrams = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
  datagrams.bind(["127.0.0.1", 0]);
  assertEquals(datagrams.localAddr.transport, "udp");
});

Deno.test({
  ...requires("a Unix socket's address shows in Deno's form", needs.unix),
  fn() {
    using folder = temporaryFolder();
    using unix = new AsyncSocket(socket.AF_UNIX);
    const path = `${folder.path}/s`;
    unix.bind(path);
    assertEquals(unix.localAddr, { transport: "unix", path });
  },
});

Deno.test({
  ...requires("an address that Deno has no form of is not shown", needs.linux),
  fn() {
    using unknown = new AsyncSocket(socket.AF_NETLINK, socket.SOCK_RAW);
    assertEquals(unknown.localAddr, undefined);
  },
});

Deno.test("read gives null at the end, and nothing for no room", async () => {
  using pair = await asyncTcpPair();
  assertEquals(await pair.b.read(new Uint8Array(0)), 0);
  pair.a.shutdown(socket.SHUT_WR);
  assertEquals(await pair.b.read(new Uint8Array(1)), null);
  await pair.a.closeWrite();
  pair.a.close();
  await assertRejects(() => pair.a.closeWrite(), socket.OSError);
});
