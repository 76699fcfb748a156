/** Operations that wait: their order, timeouts, signals, and what closing does to them. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as socket from "../../async.ts";
import { AsyncSocket, OSError, TimeoutError } from "../../async.ts";
import {
  E_BAD_SOCKET,
  E_CONNECT_PENDING,
  osError,
} from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { temporaryFolder } from "../support/files.ts";
import { asyncSocketPair, asyncTcpPair } from "../support/pairs.ts";
import { fill, receive, turn } from "../support/async.ts";

/** The error of a closed socket. */
const CLOSED = osError(E_BAD_SOCKET).message;

Deno.test("those who receive are served in the order they asked", async () => {
  using pair = await asyncTcpPair();
  const order: string[] = [];
  const waiting = Array.from("abcdefgh", async (name, i) => {
    const data = i % 2 === 0
      ? await pair.b.recv(1)
      : (await pair.b.recvmsg(1))[0];
    order.push(name);
    return text(data);
  });
  for (const byte of "12345678") await pair.a.send(utf8(byte));
  assertEquals((await Promise.all(waiting)).join(""), "12345678");
  assertEquals(order.join(""), "abcdefgh");
});

Deno.test("one who asks later does not overtake those who wait", async () => {
  using pair = await asyncTcpPair();
  const first = pair.b.recv(1);
  // The data arrives before the reactor polls.
  await pair.a.send(utf8("12"));
  const second = pair.b.recv(1);
  assertEquals(text(await first) + text(await second), "12");
});

Deno.test("those who send are served in order, and sendall is not cut into", async () => {
  using pair = await asyncTcpPair();
  const parts = Array.from(
    "abcd",
    (letter) => new Uint8Array(3 << 20).fill(letter.charCodeAt(0)),
  );
  const sending = Promise.all(parts.map((part) => pair.a.sendall(part)));
  const came = await receive(pair.b, 4 * (3 << 20));
  await sending;
  for (const [i, part] of parts.entries()) {
    const from = i * part.length;
    assertEquals(
      came.subarray(from, from + part.length).every((b) => b === part[0]),
      true,
    );
  }
});

Deno.test("a sender waits until there is room, while a receiver waits too", async () => {
  using pair = asyncSocketPair();
  const { a, b } = pair;
  const filled = await fill(a);
  const receiving = a.recv(5);
  let done = false;
  const sending = a.sendall(utf8("end")).then(() => done = true);
  await turn();
  assertEquals(done, false);
  await b.sendall(utf8("reply"));
  assertEquals(text(await receiving), "reply");
  const all = await receive(b, filled + 3);
  await sending;
  assertEquals(text(all.subarray(filled)), "end");
});

Deno.test("a timeout of 0 means not to wait", async () => {
  using pair = await asyncTcpPair();
  pair.b.settimeout(0);
  const error = await assertRejects(
    () => pair.b.recv(1),
    socket.BlockingIOError,
  );
  assertEquals([error.errno, error.syscall], [
    socket.errno.EWOULDBLOCK,
    "recv",
  ]);
  await assertRejects(() => pair.b.accept(), OSError);
  using connecting = new AsyncSocket(null, socket.SOCK_STREAM);
  using listener = await socket.create_server(["127.0.0.1", 0]);
  connecting.settimeout(0);
  assertEquals(
    await connecting.connect_ex(listener.getsockname()),
    E_CONNECT_PENDING,
  );
  listener.settimeout(0);
  assertEquals(listener.getblocking(), false);
});

Deno.test("a timeout of 0 is not made to wait behind those who wait", async () => {
  using pair = await asyncTcpPair();
  const waiting = pair.b.recv(1);
  pair.b.settimeout(0);
  await assertRejects(() => pair.b.recv(1), socket.BlockingIOError);
  await pair.a.send(utf8("x"));
  assertEquals(text(await waiting), "x");
});

Deno.test("timeouts run out when they should, and name the call", async () => {
  using pair = await asyncTcpPair();
  for (const seconds of [0.03, 0.12]) {
    pair.b.settimeout(seconds);
    const began = performance.now();
    const error = await assertRejects(() => pair.b.recv(1), TimeoutError);
    const took = performance.now() - began;
    assert(took >= seconds * 1000 - 0.1, `${took} ms`);
    assert(took < seconds * 1000 + 5000, `${took} ms`);
    assertEquals([error.message, error.syscall], ["timed out: recv", "recv"]);
  }
  pair.b.settimeout(1e-9);
  await assertRejects(() => pair.b.recv(1), TimeoutError);
  pair.b.settimeout(null);
  await pair.a.send(utf8("x"));
  assertEquals(text(await pair.b.recv(1)), "x", "no waiter is left over");
});

Deno.test("a timeout longer than timers last is one all the same", async () => {
  using pair = await asyncTcpPair();
  pair.b.settimeout(9e9);
  const waiting = pair.b.recv(1);
  await turn();
  await pair.a.send(utf8("x"));
  assertEquals(text(await waiting), "x");
});

Deno.test("what came in time is not timed out because the thread was busy", async () => {
  using pair = await asyncTcpPair();
  pair.b.settimeout(0.3); // enough for a slow machine to send
  const waiting = Promise.all([pair.b.recv(1), pair.b.recv(1)]);
  await pair.a.send(utf8("xy"));
  const until = performance.now() + 350;
  while (performance.now() < until);
  assertEquals((await waiting).map(text), ["x", "y"]);
});

Deno.test("a timeout is for the whole of sendall", async () => {
  using pair = await asyncTcpPair();
  pair.a.settimeout(0.05);
  const error = await assertRejects(
    () => pair.a.sendall(new Uint8Array(1 << 25)),
    TimeoutError,
  );
  assertEquals(error.syscall, "send");
});

Deno.test("an aborted call rejects with the reason, and takes no data", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  const aborting = new AbortController();
  const reason = new RangeError("no more");
  const first = b.recv(1);
  const aborted = b.recv(1, 0, aborting);
  const third = b.recv(1);
  aborting.abort(reason);
  assertEquals(await aborted.catch((error) => error), reason);
  await a.send(utf8("ab"));
  assertEquals(text(await first) + text(await third), "ab");
  // If the signal is aborted already, no data is taken, although there is some.
  await a.send(utf8("c"));
  assertEquals(await b.recv(1, 0, aborting).catch((e) => e), reason);
  assertEquals(text(await b.recv(1)), "c");
});

Deno.test("every operation that waits takes a signal", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  Deno.writeTextFileSync(path, "contents");
  using pair = asyncSocketPair();
  const { a: full } = pair;
  await fill(full);
  const buffer = new Uint8Array(1);
  type Waits = (options: socket.WaitOptions) => Promise<unknown>;
  const operations: Record<string, Waits> = {
    recv: (o) => full.recv(1, 0, o),
    recv_into: (o) => full.recv_into(buffer, 0, 0, o),
    recvfrom: (o) => full.recvfrom(1, 0, o),
    recvfrom_into: (o) => full.recvfrom_into(buffer, 0, 0, o),
    recvmsg: (o) => full.recvmsg(1, 0, 0, o),
    recvmsg_into: (o) => full.recvmsg_into([buffer], 0, 0, o),
    send: (o) => full.send(buffer, 0, o),
    sendall: (o) => full.sendall(buffer, 0, o),
    sendmsg: (o) => full.sendmsg([buffer], [], 0, null, o),
    sendfile: (o) => full.sendfile(path, 0, null, o),
    accept: (o) => listener.accept(o),
  };
  if (socket.hasattr("send_fds")) {
    operations.recv_fds = (o) => socket.recv_fds(full, 1, 1, 0, o);
    operations.send_fds = (o) =>
      socket.send_fds(full, [buffer], [1], 0, null, o);
  }
  for (const [name, operation] of Object.entries(operations)) {
    const aborting = new AbortController();
    const waiting = operation(aborting);
    await turn();
    aborting.abort(name);
    assertEquals(await waiting.catch((reason) => reason), name);
  }
});

Deno.test("closing rejects all who wait, at once", async () => {
  using pair = await asyncTcpPair();
  const waiting = [
    pair.a.recv(1),
    pair.a.recv(1),
    pair.a.sendall(new Uint8Array(1 << 25)),
  ];
  await turn();
  // Another handler closes it.
  queueMicrotask(() => pair.a.close());
  for (const result of await Promise.allSettled(waiting)) {
    assertEquals(
      result.status === "rejected" && result.reason.message.split(": ")[0],
      CLOSED,
    );
  }
  await assertRejects(() => pair.a.recv(1), OSError, CLOSED);
  await assertRejects(() => pair.a.connect(["127.0.0.1", 1]), OSError);
  assertThrows(() => pair.a.settimeout(1), OSError, CLOSED);
  pair.a.close();
});

Deno.test("closing the descriptor by number rejects those who wait", async () => {
  using pair = asyncSocketPair();
  const { a } = pair;
  const waiting = a.recv(1);
  const fd = a.detach();
  await assertRejects(() => waiting, OSError, CLOSED);
  const again = new AsyncSocket(null, null, null, fd);
  const second = again.recv(1);
  socket.close(fd);
  await assertRejects(() => second, OSError, CLOSED);
  again.detach();
});
