/** `splice()` and `relay()` at an urgent mark, where `splice(2)` stops as it does at the end. */

import { assertEquals } from "@std/assert";
import * as awaiting from "../../async.ts";
import {
  type Address,
  MSG_OOB,
  SHUT_WR,
  SO_OOBINLINE,
  SOCK_STREAM,
  type Socket,
  SOL_SOCKET,
  splice,
} from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { receive } from "../support/async.ts";
import {
  type Need,
  need,
  needs,
  requires,
  succeeds,
} from "../support/requires.ts";
import { Pair, socketPair, tcpPair } from "../support/pairs.ts";

type AnyPair = Pair<Socket<Address>>;

const urgentUnix = need(
  "urgent bytes on Unix sockets",
  needs.unix.isMet && succeeds(() => {
    using pair = socketPair(null, SOCK_STREAM);
    pair.a.send(utf8("!"), MSG_OOB);
  }),
);

const kinds: [kind: string, make: () => AnyPair, Need?][] = [
  ["TCP", () => tcpPair() as AnyPair],
  ["Unix", () => socketPair(null, SOCK_STREAM) as AnyPair, urgentUnix],
];

/** Sends bytes with an urgent one among them. */
function sendMarked(socket: Socket<Address>): void {
  socket.sendall(utf8("abc"));
  socket.send(utf8("!"), MSG_OOB);
  socket.sendall(utf8("def"));
}

/** What a socket receives, `count` bytes in all. */
function received(socket: Socket<Address>, count: number): string {
  let all = "";
  while (all.length < count) all += text(socket.recv(100));
  return all;
}

/** Makes an awaiting pair of a blocking one. */
function awaitingPair(pair: AnyPair): Pair<awaiting.AsyncSocket<Address>> {
  return new Pair(
    awaiting.AsyncSocket.from(pair.a),
    awaiting.AsyncSocket.from(pair.b),
  );
}

for (const [kind, make, what = false] of kinds) {
  for (const timeout of [null, 5]) {
    Deno.test({
      ...requires(
        `splice() passes an urgent mark, timeout ${timeout}: ${kind}`,
        what,
      ),
      fn() {
        using first = make();
        using second = make();
        const { a, b: from } = first;
        from.settimeout(timeout);
        sendMarked(a);
        assertEquals(splice(from, second.a, 6), 6);
        assertEquals(received(second.b, 6), "abcdef");
        sendMarked(a);
        a.shutdown(SHUT_WR);
        assertEquals(splice(from, second.a), 6);
        assertEquals(received(second.b, 6), "abcdef");
      },
    });
  }

  Deno.test({
    ...requires(`relay() passes urgent marks, one by one: ${kind}`, what),
    async fn() {
      using one = make();
      using first = awaitingPair(one);
      using second = awaitingPair(make());
      const relaying = awaiting.relay(first.b, second.a);
      for (let i = 0; i < 3; i++) {
        await first.a.sendall(utf8("abc"));
        await first.a.send(utf8("!"), MSG_OOB);
        await first.a.sendall(utf8("def"));
        assertEquals(text(await receive(second.b, 6)), "abcdef");
      }
      await first.a.send(utf8("!"), MSG_OOB);
      await first.a.sendall(utf8("ghi"));
      assertEquals(text(await receive(second.b, 3)), "ghi");
      second.b.shutdown(SHUT_WR);
      await first.a.send(utf8("!"), MSG_OOB);
      await first.a.sendall(utf8("end"));
      first.a.shutdown(SHUT_WR);
      assertEquals(await relaying, [24, 0]);
      assertEquals(text(await receive(second.b, 3)), "end");
    },
  });

  Deno.test({
    ...requires(`relay() passes a mark that came before it: ${kind}`, what),
    async fn() {
      for (const end of [true, false]) {
        const one = make();
        sendMarked(one.a);
        if (end) one.a.shutdown(SHUT_WR);
        using first = awaitingPair(one);
        using second = awaitingPair(make());
        const relaying = awaiting.relay(first.b, second.a);
        assertEquals(text(await receive(second.b, 6)), "abcdef");
        if (!end) first.a.shutdown(SHUT_WR);
        second.b.shutdown(SHUT_WR);
        assertEquals(await relaying, [6, 0]);
      }
    },
  });
}

Deno.test("splice() passes on urgent bytes that come in line", () => {
  using first = tcpPair();
  using second = tcpPair();
  first.b.setsockopt(SOL_SOCKET, SO_OOBINLINE, 1);
  sendMarked(first.a as Socket<Address>);
  assertEquals(splice(first.b, second.a, 7), 7);
  assertEquals(received(second.b as Socket<Address>, 7), "abc!def");
});
