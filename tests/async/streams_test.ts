/** Awaiting sockets in Deno's manner: streams, loops, and the shape of `Deno.Conn`. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import * as socket from "../../async.ts";
import { AsyncSocket } from "../../async.ts";
import { osError } from "../../errors/errors.ts";
import { E_BAD_SOCKET } from "../../errors/errno.ts";
import {
  needing,
  notLinux,
  noUnix,
  temporaryFolder,
  text,
  utf8,
} from "../support/helpers.ts";
import { connection, receive, turn } from "../support/async.ts";

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
  using both = await connection();
  const all = new Response(both.far.readable).text();
  for (const part of ["one ", "two ", "three"]) {
    await both.near.sendall(utf8(part));
  }
  both.near.shutdown(socket.SHUT_WR);
  assertEquals(await all, "one two three");
});

Deno.test("the readable stream fills the reader's own buffer", async () => {
  using both = await connection();
  const reader = both.far.readable.getReader({ mode: "byob" });
  await both.near.sendall(utf8("hello"));
  const { buffer } = new Uint8Array(100);
  const first = await reader.read(new Uint8Array(buffer, 10, 3));
  assertEquals(text(first.value!), "hel");
  assertEquals(first.value!.byteOffset, 10);
  assertEquals(first.value!.buffer.byteLength, 100, "the same buffer");
  const second = await reader.read(new Uint8Array(100));
  assertEquals(text(second.value!), "lo");
  both.near.shutdown(socket.SHUT_WR);
  const end = await reader.read(new Uint8Array(1));
  assertEquals([end.done, end.value?.byteLength], [true, 0]);
});

Deno.test("a stream receives only when its reader asks", async () => {
  using both = await connection();
  const { readable } = both.far;
  await both.near.sendall(utf8("kept"));
  await turn();
  assertEquals(text(await both.far.recv(10, socket.MSG_PEEK)), "kept");
  const reader = readable.getReader();
  assertEquals(text((await reader.read()).value!), "kept");
});

Deno.test("a write is over when the system has taken it, not before", async () => {
  using both = await connection();
  const writer = both.near.writable.getWriter();
  let over = false;
  const size = 1 << 25;
  const writing = writer.write(new Uint8Array(size)).then(() => over = true);
  await turn();
  assertEquals(over, false);
  assertEquals(writer.desiredSize, 0, "the next writer is to wait");
  await receive(both.far, size);
  await writing;
});

Deno.test("closing the writable stream ends one direction only", async () => {
  using both = await connection();
  const writer = both.near.writable.getWriter();
  await writer.write(utf8("question"));
  await writer.close();
  assertEquals(await new Response(both.far.readable).text(), "question");
  await both.far.sendall(utf8("answer"));
  both.far.shutdown(socket.SHUT_WR);
  assertEquals(text(await both.near.recv(10)), "answer");
  assertEquals((await both.near.recv(10)).length, 0);
});

Deno.test("a socket whose two streams have ended is closed", async () => {
  using both = await connection();
  await both.near.writable.close();
  assert(both.near.fileno() >= 0);
  await both.far.readable.pipeTo(both.far.writable);
  assertEquals(both.far.fileno(), -1);
  assertEquals(await new Response(both.near.readable).text(), "");
  assertEquals(both.near.fileno(), -1);
});

Deno.test("cancelling the readable stream ends receiving, sending goes on", async () => {
  using both = await connection();
  const reader = both.near.readable.getReader();
  const reading = reader.read();
  await turn();
  await reader.cancel("enough");
  assertEquals((await reading).done, true);
  await both.near.sendall(utf8("still"));
  assertEquals(text(await both.far.recv(10)), "still");
});

Deno.test("aborting the writable stream resets the connection", async () => {
  using both = await connection();
  const writer = both.near.writable.getWriter();
  const writing = writer.write(new Uint8Array(1 << 25));
  writing.catch(() => {});
  await turn();
  await writer.abort("no more");
  assertEquals(both.near.fileno(), -1);
  await assertRejects(async () => {
    while ((await both.far.recv(1 << 20)).length > 0);
  }, socket.ConnectionResetError);
});

Deno.test("errors of the connection are errors of its streams", async () => {
  using both = await connection();
  const reading = both.far.readable.getReader().read();
  await turn();
  await both.near.writable.abort();
  await assertRejects(() => reading, socket.ConnectionResetError);
  const [a, b] = socket.socketpair();
  const reader = a.readable.getReader();
  const pending = reader.read();
  await turn();
  a.close();
  const { message } = osError(E_BAD_SOCKET);
  await assertRejects(() => pending, socket.OSError, message);
  b.close();
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

/** Code that is written for `Deno.Conn`: asks a question, reads the answer, and tells who it was. */
async function conversation(conn: Deno.Conn<Deno.NetAddr>): Promise<string[]> {
  const log = [conn.localAddr.transport, conn.remoteAddr.hostname];
  const question = new TextEncoder().encode("ping");
  for (let sent = 0; sent < question.length;) {
    sent += await conn.write(question.subarray(sent));
  }
  await conn.closeWrite();
  const buffer = new Uint8Array(2);
  for (let n; (n = await conn.read(buffer)) !== null;) {
    log.push(new TextDecoder().decode(buffer.subarray(0, n)));
  }
  conn.unref();
  conn.ref();
  conn.close();
  log.push(conn.remoteAddr.hostname);
  return log;
}

/** The echo of Deno's documentation: nothing here closes the connection. */
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
  using both = await connection();
  const { near, far } = both;
  const [, port] = near.getsockname();
  const expected = {
    transport: "tcp" as const,
    hostname: "127.0.0.1",
    port,
  };
  assertEquals(near.localAddr, expected);
  near.close();
  assertEquals(near.localAddr, expected);
  far.close();
  assertEquals(
    far.remoteAddr,
    expected,
    "an accepted one knows from the start",
  );
  using datagrams = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
  datagrams.bind(["127.0.0.1", 0]);
  assertEquals(datagrams.localAddr.transport, "udp");
});

Deno.test({
  ...needing("a Unix socket's address shows in Deno's form", noUnix),
  fn() {
    using folder = temporaryFolder();
    using unix = new AsyncSocket(socket.AF_UNIX);
    const path = `${folder.path}/s`;
    unix.bind(path);
    assertEquals(unix.localAddr, { transport: "unix", path });
  },
});

Deno.test({
  ...needing("an address that Deno has no form of is not shown", notLinux),
  fn() {
    using unknown = new AsyncSocket(socket.AF_NETLINK, socket.SOCK_RAW);
    assertEquals(unknown.localAddr, undefined);
  },
});

Deno.test("read gives null at the end, and nothing for no room", async () => {
  using both = await connection();
  assertEquals(await both.far.read(new Uint8Array(0)), 0);
  both.near.shutdown(socket.SHUT_WR);
  assertEquals(await both.far.read(new Uint8Array(1)), null);
  await both.near.closeWrite();
  both.near.close();
  await assertRejects(() => both.near.closeWrite(), socket.OSError);
});
