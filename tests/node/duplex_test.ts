/** `duplex()`: how a stream carries, how it ends, and that it is what `net.Socket` is. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Has } from "@std/testing/types";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { Socket as NodeSocket } from "node:net";
import { Duplex, pipeline } from "node:stream";
import * as socket from "../../async.ts";
import { duplex, type SocketDuplex } from "../../node.ts";
import { features } from "../../ffi/features.ts";
import { reactor } from "../../async/reactor.ts";
import { encodeLinger } from "../../socket/structures/options.ts";
import { deadAddress, fill, outcome, receive, turn } from "../support/async.ts";
import { utf8 } from "../support/bytes.ts";
import { descriptorsTo, targetOf } from "../support/descriptors.ts";
import { asyncSocketPair, asyncTcpPair } from "../support/pairs.ts";
import { needs, requires } from "../support/requires.ts";

/** Records the events of a stream, in order. */
function events(stream: SocketDuplex): string[] {
  const seen: string[] = [];
  for (const name of ["connect", "ready", "end", "finish", "timeout"]) {
    stream.on(name, () => seen.push(name));
  }
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    seen.push(`error ${code}`);
  });
  stream.on("close", (hadError: boolean) => seen.push(`close ${hadError}`));
  return seen;
}

/** Waits until a stream is closed, and has said so. */
async function closed(stream: Duplex): Promise<void> {
  if (!stream.closed) {
    await new Promise((resolve) => stream.once("close", resolve));
  }
  await turn();
}

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

/** The code of the error that a promise rejects with. */
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined, ({ code }) => code);

/** More than a connection takes at once. */
const MUCH = 1 << 25;

Deno.test("a duplex is a Node socket to the compiler", () => {
  const isOne: Has<SocketDuplex, NodeSocket> = true;
  assert(isOne);
});

Deno.test("it carries both ways, and closes the socket when both have ended", async () => {
  using pair = await asyncTcpPair();
  const a = duplex(pair.a);
  const b = duplex(pair.b);
  assert(a instanceof Duplex);
  const [seenA, seenB] = [events(a), events(b)];
  b.pipe(b);
  a.end("hello");
  let text = "";
  for await (const chunk of a.setEncoding("utf8")) text += chunk;
  await Promise.all([closed(a), closed(b)]);
  assertEquals(text, "hello");
  assertEquals([pair.a.fileno(), pair.b.fileno()], [-1, -1]);
  assertEquals(seenA, ["finish", "end", "close false"]);
  assertEquals(seenB, ["end", "finish", "close false"]);
  assertEquals([a.bytesWritten, a.bytesRead], [5, 5]);
});

Deno.test("many chunks arrive in order, also empty ones and more than one call takes", async () => {
  for (const pair of [await asyncTcpPair(), asyncSocketPair()]) {
    using _ = pair;
    const { a, b } = pair;
    using stream = duplex(a as socket.AsyncSocket<socket.Address>);
    const chunks = Array.from(
      { length: 5000 },
      (_, i) => utf8(i % 7 === 0 ? "" : `${i} `.repeat(i % 50)),
    );
    stream.cork();
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
    stream.uncork();
    const expected = Buffer.concat(chunks);
    const got = await receive(
      b as socket.AsyncSocket<socket.Address>,
      expected.length,
    );
    assert(expected.equals(got));
    assertEquals(stream.bytesWritten, expected.length);
    assertEquals(await b.recv(1), new Uint8Array(0));
  }
});

Deno.test({
  ...requires(
    "a stream takes as much as there is room for, and no more",
    needs.cutSends,
  ),
  async fn() {
    using pair = await asyncTcpPair();
    using stream = duplex(pair.a, { writableHighWaterMark: 1000 });
    const data = new Uint8Array(MUCH).map((_, i) => i % 251);
    assertEquals(stream.write(data), false);
    let drained = false;
    stream.once("drain", () => drained = true);
    await turn(20);
    assertEquals(drained, false);
    assertEquals(stream.bufferSize, MUCH);
    assertEquals(stream.bytesWritten, MUCH);
    const got = await receive(pair.b, MUCH);
    if (!drained) await once(stream, "drain");
    assert(Buffer.from(data.buffer).equals(got));
    stream.destroy();
  },
});

Deno.test("nobody reads: what is received stays within bounds", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a, { readableHighWaterMark: 0x10000 });
  stream.pause();
  const sending = pair.b.sendall(new Uint8Array(MUCH));
  await turn(50);
  assert(stream.readableLength <= 0x10000 + 0x8000, "one chunk beyond");
  let count = 0;
  stream.on("data", (chunk) => count += chunk.length);
  stream.resume();
  await sending;
  await pair.b.closeWrite();
  await once(stream, "end");
  assertEquals(count, MUCH);
  assertEquals(stream.bytesRead, MUCH);
  await closed(stream);
});

Deno.test("with allowHalfOpen, a stream answers after the peer's end", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a, { allowHalfOpen: true });
  await pair.b.closeWrite();
  stream.resume();
  await once(stream, "end");
  assertEquals(stream.readyState, "writeOnly");
  await turn();
  stream.end("late");
  assertEquals(await new Response(pair.b.readable).text(), "late");
  await closed(stream);
  assertEquals(pair.a.fileno(), -1);
});

Deno.test("without it, the peer's end ends the stream, whoever reads", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a); // nobody reads
  await pair.b.closeWrite();
  await closed(stream);
  assertEquals(await drain(pair.b), 0);
});

Deno.test("a stream that has ended goes on to receive", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  stream.end();
  assertEquals(await drain(pair.b), 0); // the end has arrived
  assertEquals(stream.readyState, "readOnly");
  await pair.b.sendall(utf8("still"));
  const [chunk] = await once(stream, "data");
  assertEquals(String(chunk), "still");
  assert(pair.a.fileno() >= 0);
  stream.destroy();
});

Deno.test("destroy() delivers what the system has accepted", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  const seen = events(stream);
  stream.write(new Uint8Array(10_000));
  stream.destroy();
  assertEquals(await drain(pair.b), 10_000);
  await closed(stream);
  assertEquals(seen, ["close false"]);
});

Deno.test("destroy(error) after an accepted write delivers it, too", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  const seen = events(stream);
  stream.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  stream.destroy(Object.assign(new Error("bad"), { code: "MINE" }));
  assertEquals(await drain(pair.b), 28);
  await closed(stream);
  assertEquals(seen, ["error MINE", "close true"]);
});

Deno.test("destroy() sends what a busy reactor has put off", async () => {
  for (const error of [undefined, new Error("bad")]) {
    using pair = await asyncTcpPair();
    using stream = duplex(pair.a);
    stream.on("error", () => {});
    while (!reactor.mustYield());
    stream.write("put off");
    stream.destroy(error);
    assertEquals(await drain(pair.b), 7);
  }
});

Deno.test({
  ...requires(
    "destroy() in the middle of a write ends in order; with an error, by a reset",
    needs.cutSends,
  ),
  async fn() {
    for (const error of [undefined, new Error("no more")]) {
      using pair = await asyncTcpPair();
      using stream = duplex(pair.a);
      const seen = events(stream);
      const writing = new Promise<NodeJS.ErrnoException>((resolve) => {
        stream.write(new Uint8Array(MUCH), (failure) => resolve(failure!));
      });
      stream.write("more");
      await turn();
      stream.destroy(error);
      assertEquals(pair.a.fileno(), -1);
      const outcome = await drain(pair.b).catch(({ code }) => code);
      if (error === undefined) {
        assert(outcome > 0 && outcome < MUCH, "what the system had taken");
        assertEquals((await writing).code, "ECANCELED");
      } else {
        assertEquals(outcome, "ECONNRESET");
        assertEquals(await writing, error);
      }
      await closed(stream);
      assertEquals(seen.at(-1), `close ${error !== undefined}`);
    }
  },
});

Deno.test("resetAndDestroy() resets, and is no error here", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  const seen = events(stream);
  stream.write("lost");
  stream.resetAndDestroy();
  assertEquals(await codeOf(drain(pair.b)), "ECONNRESET");
  await closed(stream);
  assertEquals(seen, ["close false"]);
});

Deno.test("destroySoon() sends everything first", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  stream.write(new Uint8Array(MUCH));
  stream.destroySoon();
  assertEquals(await drain(pair.b), MUCH);
  await closed(stream);
});

Deno.test("using destroys a stream", async () => {
  using pair = await asyncTcpPair();
  {
    using stream = duplex(pair.a);
    stream.write("x");
  }
  assertEquals(pair.a.fileno(), -1);
  assertEquals(await drain(pair.b), 1);
});

Deno.test("a signal destroys a stream with an AbortError", async () => {
  for (const early of [false, true]) {
    using pair = await asyncTcpPair();
    const controller = new AbortController();
    if (early) controller.abort("why");
    using stream = duplex(pair.a, { signal: controller.signal });
    const failure = once(stream, "error");
    controller.abort("why");
    const [error] = await failure;
    assertEquals(
      [error.name, error.code, error.cause],
      ["AbortError", "ABORT_ERR", "why"],
    );
    assertEquals(pair.a.fileno(), -1);
    await closed(stream);
  }
});

Deno.test("a reset by the peer is ECONNRESET, as node:net has it", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  const seen = events(stream);
  const failure = once(stream, "error");
  reset(pair.b);
  const [error] = await failure;
  assert(error instanceof socket.ConnectionResetError);
  assertEquals([error.code, error.syscall], ["ECONNRESET", "recv"]);
  await closed(stream);
  assertEquals(seen, ["error ECONNRESET", "close true"]);
  assertEquals(pair.a.fileno(), -1);
});

Deno.test({
  ...requires(
    "writing to a peer that is gone is EPIPE or ECONNRESET",
    needs.posix,
  ),
  async fn() {
    using pair = asyncSocketPair();
    using stream = duplex(pair.a, { allowHalfOpen: true });
    pair.b.close();
    stream.resume();
    await once(stream, "end");
    const failure = once(stream, "error");
    stream.write("x");
    const [error] = await failure;
    assert(error instanceof socket.BrokenPipeError);
    assertEquals(error.code, "EPIPE");
    await closed(stream);
  },
});

Deno.test({
  ...requires(
    "the socket's timeout destroys the stream, and what is a part is reset",
    needs.cutSends,
  ),
  async fn() {
    using pair = await asyncTcpPair();
    using stream = duplex(pair.a);
    pair.a.settimeout(0.02);
    const failure = once(stream, "error");
    stream.write(new Uint8Array(MUCH));
    const [error] = await failure;
    assert(error instanceof socket.TimeoutError);
    assertEquals(await codeOf(drain(pair.b)), "ECONNRESET");
    await closed(stream);
  },
});

Deno.test("a socket that is closed by others is EBADF", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  const failure = once(stream, "error");
  pair.a.close();
  const [error] = await failure;
  assertEquals(error.code, features.badDescriptor);
  await closed(stream);
});

Deno.test("an accepted connection that was reset before is not waited for", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  const client = await socket.create_connection(listener.getsockname());
  reset(client);
  const [connection, address] = await listener.accept();
  using stream = duplex(connection);
  assertEquals(
    typeof stream.remoteAddress,
    address === null ? "undefined" : "string",
  );
  const [error] = await once(stream, "error");
  assertEquals(error.code, "ECONNRESET");
  await closed(stream);
});

Deno.test("setTimeout() reports silence, again after each activity, and leaves the stream open", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  assertEquals(stream.timeout, undefined);
  let count = 0;
  stream.on("timeout", () => count++);
  stream.setTimeout(20);
  assertEquals(stream.timeout, 20);
  await once(stream, "timeout");
  assertEquals(count, 1);
  await pair.b.sendall(utf8("x"));
  stream.resume();
  await once(stream, "timeout");
  stream.write("y");
  await once(stream, "timeout");
  assertEquals([count, stream.destroyed], [3, false]);
  const never = (): void => assert(false);
  stream.setTimeout(20, never);
  stream.setTimeout(0, never);
  await turn(50);
  assertEquals(count, 3);
  stream.destroy();
  stream.setTimeout(10); // harmless
});

Deno.test("activity puts the timeout off", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  stream.resume();
  const begin = performance.now();
  let last = begin;
  stream.on("data", () => last = performance.now());
  stream.setTimeout(200);
  const timeout = once(stream, "timeout");
  for (let i = 0; i < 6; i++) {
    await pair.b.sendall(utf8("x"));
    await turn(50);
  }
  await timeout;
  const now = performance.now();
  assert(last - begin >= 200, "it would have been silent for too long");
  assert(now - last >= 195, `${now - last} ms of silence`);
});

Deno.test("connect() connects by port and host, and what waits goes on", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  const [, port] = listener.getsockname();
  using stream = duplex(new socket.AsyncSocket());
  const seen = events(stream);
  assertEquals([stream.pending, stream.connecting], [true, false]);
  stream.on("data", () => {}); // before it is connected, as clients of databases do
  await turn();
  stream.connect(port, "localhost", () => seen.push("listener"));
  assertEquals(
    [stream.pending, stream.connecting, stream.readyState],
    [true, true, "opening"],
  );
  stream.write("hel");
  stream.end("lo");
  const [peer] = await listener.accept();
  using _ = peer;
  assertEquals(await new Response(peer.readable).text(), "hello");
  assertEquals(stream.pending, false);
  peer.close();
  await closed(stream);
  assertEquals(seen, [
    "connect",
    "listener",
    "ready",
    "finish",
    "end",
    "close false",
  ]);
});

Deno.test("connect() takes options, a string of digits, a path", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  const [host, port] = listener.getsockname();
  for (
    const connect of [
      (stream: SocketDuplex) => stream.connect({ host, port }),
      (stream: SocketDuplex) => stream.connect(port),
      (stream: SocketDuplex) => stream.connect(String(port)),
    ]
  ) {
    using stream = duplex(new socket.AsyncSocket<socket.Address>(null));
    await once(connect(stream), "connect");
    using _ = (await listener.accept())[0];
    assertEquals(stream.remotePort, port);
  }
});

Deno.test({
  ...requires("connect() takes the path of a Unix socket", needs.unix),
  async fn() {
    const folder = Deno.makeTempDirSync();
    const path = `${folder}/socket`;
    using listener = new socket.AsyncSocket(socket.AF_UNIX);
    listener.bind(path);
    listener.listen();
    for (const given of [path, { path }]) {
      using stream = duplex(new socket.AsyncSocket(socket.AF_UNIX));
      stream.connect(given as string);
      await once(stream, "ready");
      using _ = (await listener.accept())[0];
      assertEquals(stream.address(), {});
      assertEquals(stream.remoteAddress, undefined);
      stream.setNoDelay().setKeepAlive(true, 5000); // which such a socket does not have
    }
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test("a refused connection is an error, and writes that wait fail", async () => {
  const [host, port] = deadAddress();
  using stream = duplex(new socket.AsyncSocket());
  const seen = events(stream);
  stream.connect({ host, port });
  let failure: NodeJS.ErrnoException | null | undefined;
  stream.write("x", (error) => failure = error);
  const [error] = await once(stream, "error");
  assert(error instanceof socket.ConnectionRefusedError);
  assertEquals([error.code, error.syscall], ["ECONNREFUSED", "connect"]);
  await closed(stream);
  await turn();
  assertEquals(failure, error);
  assertEquals(seen, ["error ECONNREFUSED", "close true"]);
  const again = assertThrows(() => stream.connect(port), socket.OSError);
  assertEquals(again.code, features.badDescriptor);
});

Deno.test("destroy() ends a connection attempt", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  using stream = duplex(new socket.AsyncSocket());
  const seen = events(stream);
  stream.connect({ port: listener.getsockname()[1], host: "127.0.0.1" });
  stream.write("x", () => {});
  stream.destroy();
  await closed(stream);
  await turn(10);
  assertEquals(seen, ["close false"]);
});

Deno.test("connecting twice is EISCONN, and leaves the connection", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.a);
  const error = assertThrows(() => stream.connect(1), socket.OSError);
  assertEquals(error.code, "EISCONN");
  stream.write("x");
  assertEquals((await pair.b.recv(1)).length, 1);
});

Deno.test("it has addresses and options, also of a connection that has ended", async () => {
  using pair = await asyncTcpPair();
  using stream = duplex(pair.b);
  const [host, port] = pair.b.getsockname();
  const [peer, peerPort] = pair.b.getpeername();
  const expected = [peer, peerPort, "IPv4", host, port, "IPv4"];
  const all = () => [
    stream.remoteAddress,
    stream.remotePort,
    stream.remoteFamily,
    stream.localAddress,
    stream.localPort,
    stream.localFamily,
  ];
  assertEquals(all(), expected);
  assertEquals(stream.address(), { address: host, port, family: "IPv4" });
  const { IPPROTO_TCP, SO_KEEPALIVE, SOL_SOCKET, TCP_NODELAY } = socket;
  const option = (level: number, name: number): boolean =>
    pair.b.getsockopt(level, name) !== 0;
  stream.setNoDelay();
  assert(option(IPPROTO_TCP, TCP_NODELAY));
  stream.setNoDelay(false);
  assert(!option(IPPROTO_TCP, TCP_NODELAY));
  stream.setKeepAlive(true, 7000);
  assert(option(SOL_SOCKET, SO_KEEPALIVE));
  if (socket.hasattr("TCP_KEEPIDLE")) {
    assertEquals(pair.b.getsockopt(IPPROTO_TCP, socket.TCP_KEEPIDLE), 7);
  }
  if (socket.hasattr("TCP_KEEPINTVL") && socket.hasattr("TCP_KEEPCNT")) {
    const probes = () => [
      pair.b.getsockopt(IPPROTO_TCP, socket.TCP_KEEPINTVL),
      pair.b.getsockopt(IPPROTO_TCP, socket.TCP_KEEPCNT),
    ];
    stream.setKeepAlive(true, 7000, 3000, 4);
    assertEquals(probes(), [3, 4]);
    stream.setKeepAlive({ enable: true, interval: 5000, count: 6 });
    assertEquals(probes(), [5, 6]);
  }
  assertEquals(stream.setTypeOfService(0x28).getTypeOfService(), 0x28);
  stream.setKeepAlive(null as never, "7000" as never);
  assertThrows(
    () => stream.setKeepAlive(true, [] as never),
    TypeError,
    "initialDelay must be a number, not Array",
  );
  stream.setKeepAlive();
  assert(!option(SOL_SOCKET, SO_KEEPALIVE));
  stream.destroy();
  assertEquals(all(), expected);
  const likeNodes: NodeSocket = stream;
  likeNodes.setNoDelay().setKeepAlive(true).ref().unref(); // as Node's clients do without asking
});

Deno.test({
  ...requires("an IPv6 connection says so", needs.ipv6),
  async fn() {
    using listener = await socket.create_server(["::1", 0], {
      family: socket.AF_INET6,
    });
    using stream = duplex(new socket.AsyncSocket(socket.AF_INET6));
    stream.connect(listener.getsockname()[1], "::1");
    await once(stream, "connect");
    assertEquals([stream.remoteAddress, stream.remoteFamily], ["::1", "IPv6"]);
  },
});

Deno.test("what is not a connection is refused", () => {
  using datagrams = new socket.AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
  assertThrows(() => duplex(datagrams), RangeError, "SOCK_STREAM");
  const gone = new socket.AsyncSocket();
  gone.close();
  const error = assertThrows(() => duplex(gone), socket.OSError);
  assertEquals(error.code, features.badDescriptor);
  assertThrows(() => duplex({} as never), TypeError, "an AsyncSocket");
  using fresh = new socket.AsyncSocket();
  assertThrows(() => duplex(fresh, 1 as never), TypeError, "options");
  using stream = duplex(fresh);
  assertThrows(() => stream.setTimeout("1" as never), TypeError, "timeout");
  assertThrows(() => stream.setTimeout(-1), RangeError, "timeout");
});

Deno.test("a write that others make room for waits behind theirs", async () => {
  using pair = asyncSocketPair();
  const filled = await fill(pair.a);
  using stream = duplex(pair.a);
  stream.end("last");
  const got = await receive(pair.b, filled + 4);
  assertEquals(new TextDecoder().decode(got.subarray(-4)), "last");
});

Deno.test("what pipeline() joins is closed when one side fails", async () => {
  using near = await asyncTcpPair();
  using far = await asyncTcpPair();
  const [a, b] = [duplex(near.b), duplex(far.a)];
  const done = new Promise<unknown>((resolve) => pipeline(a, b, resolve));
  reset(near.a);
  const error = await done as NodeJS.ErrnoException;
  assertEquals(error.code, "ECONNRESET");
  await Promise.all([closed(a), closed(b)]);
  assertEquals([near.b.fileno(), far.a.fileno()], [-1, -1]);
});

Deno.test("a hundred streams, ended in every way, leave no descriptor", async () => {
  const targets = new Set<string | undefined>();
  for (let i = 0; i < 100; i++) {
    const { a, b } = await asyncTcpPair();
    for (const socket of [a, b]) targets.add(targetOf(socket.fileno()));
    const [left, right] = [duplex(a), duplex(b)];
    left.on("error", () => {});
    right.on("error", () => {}).resume();
    if (i % 2 === 0) left.write(new Uint8Array(i % 3 === 0 ? MUCH : 10));
    if (i % 5 === 0) left.end();
    else if (i % 5 === 1) left.destroy();
    else if (i % 5 === 2) left.destroy(new Error("x"));
    else if (i % 5 === 3) left.resetAndDestroy();
    else b.close();
    if (i % 2 === 1) left.resume();
    await Promise.all([closed(left), closed(right)]);
    assertEquals([a.fileno(), b.fileno()], [-1, -1], `${i}`);
  }
  assertEquals(descriptorsTo((target) => targets.has(target)), []);
});

Deno.test("streams that have ended are collected", async () => {
  assertEquals(await outcome("duplex_collected.ts"), "0");
});

Deno.test("a stream that nobody waits for lets the process end", async () => {
  assertEquals(await outcome("duplex_unref.ts"), "idle");
});
