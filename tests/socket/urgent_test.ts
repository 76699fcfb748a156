/** Urgent data: the mark, and waiting for it. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  BlockingIOError,
  MSG_OOB,
  OSError,
  SHUT_WR,
  SO_OOBINLINE,
  sockatmark,
  SOL_SOCKET,
  TimeoutError,
  waitUrgent,
} from "../../mod.ts";
import * as awaiting from "../../async.ts";
import { text, utf8 } from "../support/bytes.ts";
import { isPosix, needs, requires } from "../support/requires.ts";
import { asyncTcpPair, tcpPair } from "../support/pairs.ts";

Deno.test("waitUrgent() waits for urgent data, and no other", () => {
  using pair = tcpPair();
  const { a, b } = pair;
  a.sendall(utf8("abc"));
  b.recv(1);
  b.settimeout(0);
  assertThrows(() => waitUrgent(b), BlockingIOError);
  b.settimeout(0.01);
  assertThrows(() => waitUrgent(b), TimeoutError, "timed out");
  b.settimeout(60);
  a.send(utf8("d!"), MSG_OOB);
  assertEquals(waitUrgent(b), true);
  assertEquals(text(b.recv(1, MSG_OOB)), "!");
  if (isPosix) assertEquals(sockatmark(b), false);
  assertEquals(text(b.recv(100)), "bcd");
  if (isPosix) assertEquals(sockatmark(b), true);
  a.shutdown(SHUT_WR);
  assertEquals(waitUrgent(b), false);
});

Deno.test({
  ...requires(
    "with SO_OOBINLINE the urgent byte is received at the mark",
    needs.posix,
  ),
  fn() {
    using pair = tcpPair();
    const { a, b } = pair;
    b.setsockopt(SOL_SOCKET, SO_OOBINLINE, true);
    a.sendall(utf8("abc"));
    a.send(utf8("!"), MSG_OOB);
    a.sendall(utf8("def"));
    assertEquals(waitUrgent(b), true);
    assertEquals(sockatmark(b), false);
    assertEquals(text(b.recv(100)), "abc");
    assertEquals(sockatmark(b), true);
    assertEquals(text(b.recv(1)), "!");
  },
});

Deno.test("a closed socket has no mark and no urgent data", () => {
  using pair = tcpPair();
  const { a } = pair;
  a.close();
  assertThrows(() => sockatmark(a), OSError);
  assertThrows(() => waitUrgent(a), OSError);
  assertThrows(() => sockatmark(7 as never), TypeError, "socket must be");
  assertThrows(() => waitUrgent({} as never), TypeError, "socket must be");
});

Deno.test("an awaited wait for urgent data ends with it, and holds up nobody", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  const received = b.recv(1);
  const urgent = awaiting.waitUrgent(b);
  const second = awaiting.waitUrgent(b);
  let ended = false;
  urgent.then(() => ended = true);
  await a.send(utf8("a"));
  assertEquals(text(await received), "a");
  const next = b.recv(1);
  assertEquals(ended, false);
  await a.send(utf8("!"), MSG_OOB);
  assertEquals([await urgent, await second], [true, true]);
  assertEquals(text(await b.recv(1, MSG_OOB)), "!");
  await a.send(utf8("b"));
  assertEquals(text(await next), "b");
  // A second time the event has to be another edge.
  const again = awaiting.waitUrgent(b);
  await a.send(utf8("?"), MSG_OOB);
  assertEquals(await again, true);
  assertEquals(text(await b.recv(1, MSG_OOB)), "?");
  const last = awaiting.waitUrgent(b);
  a.shutdown(SHUT_WR);
  assertEquals(await last, false);
});

Deno.test("an awaited wait for urgent data outlasts another socket object of the descriptor", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  const urgent = awaiting.waitUrgent(b);
  const other = new awaiting.AsyncSocket(null, null, null, b.fileno());
  const received = other.recv(1);
  await a.send(utf8("!"), MSG_OOB);
  assertEquals(await urgent, true);
  await a.send(utf8("a"));
  assertEquals(text(await received), "a");
  other.detach();
});

Deno.test("an awaited wait for urgent data can be aborted, times out, and ends with the socket", async () => {
  using pair = await asyncTcpPair();
  const { b } = pair;
  const abort = new AbortController();
  const aborted = awaiting.waitUrgent(b, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assertRejects(() => aborted, Error, "enough");
  b.settimeout(0.01);
  await assertRejects(() => awaiting.waitUrgent(b), TimeoutError);
  b.settimeout(0);
  await assertRejects(() => awaiting.waitUrgent(b), BlockingIOError);
  b.settimeout(null);
  const cut = awaiting.waitUrgent(b);
  b.close();
  await assertRejects(() => cut, OSError);
  await assertRejects(() => awaiting.waitUrgent(b), OSError);
});
