/** Messages without bytes: they do not end `readable`, and `read()` does not take them for an end. */

import { assertEquals } from "@std/assert";
import {
  type Address,
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AsyncSocket,
  type Family,
  type InetAddress,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
} from "../../async.ts";
import { SOCK_STREAM } from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { type Need, needs, requires } from "../support/requires.ts";
import { asyncSocketPair, Pair } from "../support/pairs.ts";

/** Two UDP sockets, connected to each other. */
async function connectedUdp<A extends Address>(
  family: Family<A>,
  host: string,
): Promise<Pair<AsyncSocket<A>>> {
  const [a, b] = [0, 1].map(() => new AsyncSocket<A>(family, SOCK_DGRAM));
  for (const socket of [a, b]) socket.bind([host, 0] as never);
  await a.connect(b.getsockname() as never);
  await b.connect(a.getsockname() as never);
  return new Pair(a, b);
}

type AnyPair = Pair<AsyncSocket<Address>>;

const kinds: [kind: string, make: () => Promise<unknown>, Need?][] = [
  ["IPv4", () => connectedUdp<InetAddress>(AF_INET, "127.0.0.1")],
  ["IPv6", () => connectedUdp(AF_INET6, "::1"), needs.ipv6],
  [
    "Unix datagrams",
    () => Promise.resolve(asyncSocketPair(AF_UNIX, SOCK_DGRAM)),
    needs.posix,
  ],
  [
    "Unix packets in sequence",
    () => Promise.resolve(asyncSocketPair(AF_UNIX, SOCK_SEQPACKET)),
    needs.linux,
  ],
];

for (const [kind, make, what = false] of kinds) {
  Deno.test({
    ...requires(`readable goes on behind an empty message: ${kind}`, what),
    async fn() {
      using pair = await make() as AnyPair;
      const { a, b } = pair;
      const reader = b.readable.getReader();
      for (const message of ["", "one", "", "", "two"]) {
        await a.send(utf8(message));
      }
      assertEquals(text((await reader.read()).value!), "one");
      assertEquals(text((await reader.read()).value!), "two");
      const waiting = reader.read();
      await a.send(utf8(""));
      await a.send(utf8("three"));
      assertEquals(text((await waiting).value!), "three");
    },
  });

  Deno.test({
    ...requires(`read() gives 0 for an empty message: ${kind}`, what),
    async fn() {
      using pair = await make() as AnyPair;
      const { a, b } = pair;
      const buffer = new Uint8Array(10);
      for (const message of ["", "one", ""]) await a.send(utf8(message));
      assertEquals(await b.read(buffer), 0);
      assertEquals(await b.read(buffer), 3);
      assertEquals(await b.read(buffer), 0);
    },
  });
}

Deno.test({
  ...requires("packets in sequence end when the peer closes", needs.linux),
  async fn() {
    const messages = ["", "one", "", "two", "three"];
    for (const how of ["read", "readable"]) {
      using pair = asyncSocketPair(AF_UNIX, SOCK_SEQPACKET);
      const { a, b } = pair;
      for (const message of messages) await a.send(utf8(message));
      a.close();
      if (how === "readable") {
        assertEquals(await new Response(b.readable).text(), "onetwothree");
        continue;
      }
      const buffer = new Uint8Array(10);
      const counts = [];
      for (let n; (n = await b.read(buffer)) !== null;) counts.push(n);
      assertEquals(counts, messages.map(({ length }) => length));
    }
  },
});

Deno.test("a stream without bytes has ended", async () => {
  using pair = asyncSocketPair(null, SOCK_STREAM);
  pair.a.shutdown(SHUT_WR);
  assertEquals(await pair.b.read(new Uint8Array(1)), null);
  assertEquals((await pair.b.readable.getReader().read()).done, true);
});
