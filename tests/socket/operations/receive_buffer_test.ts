/** What `recv()` and its variants receive into: a request may be far larger than what arrives. */

import { assert, assertEquals } from "@std/assert";
import {
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../../../constants/mod.ts";
import { BlockingIOError } from "../../../errors/errors.ts";
import { asyncSocketPair, socketPair, tcpPair } from "../../support/pairs.ts";
import { needs, requires } from "../../support/requires.ts";

const MIB = 0x100000;

/** Bytes that differ from place to place. */
function pattern(length: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i * 31 + seed + (i >> 8));
}

/** The shortest time that a call takes, in milliseconds. */
function fastest(call: () => void): number {
  let least = Infinity;
  for (let i = 0; i < 100; i++) {
    const start = performance.now();
    call();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

Deno.test("receiving costs what arrives, not what was asked for", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const message = pattern(100, 1);
  const calls = {
    recv: (size: number) => b.recv(size),
    recvfrom: (size: number) => b.recvfrom(size)[0],
    recvmsg: (size: number) => b.recvmsg(size)[0],
  };
  for (const [name, call] of Object.entries(calls)) {
    const cost = (size: number) =>
      fastest(() => {
        a.send(message);
        assertEquals(call(size).length, 100);
      });
    const [usual, large] = [4096, 16 * MIB].map(cost);
    assert(large < 10 * usual, `${name}: ${large} ms, not ${usual}`);
  }
});

Deno.test("an awaiting socket that has nothing to receive allocates nothing", async () => {
  using pair = asyncSocketPair();
  const { a, b } = pair;
  b.settimeout(0);
  a.settimeout(0);
  const attempt = async () => {
    try {
      await b.recv(16 * MIB);
    } catch (error) {
      if (!(error instanceof BlockingIOError)) throw error;
    }
  };
  await attempt();
  const before = Deno.memoryUsage().external;
  for (let i = 0; i < 10; i++) await attempt();
  assert(Deno.memoryUsage().external - before < 16 * MIB);
});

Deno.test("each request returns its own bytes, whatever the sizes before it", () => {
  using pair = tcpPair();
  const { a, b } = pair;
  const sizes = [100, 65536, 65537, 1, MIB, MIB + 1, 20 * MIB, 3, 2 * MIB, 70];
  const kept: [Uint8Array, Uint8Array][] = [];
  for (const [i, size] of sizes.entries()) {
    for (const count of [5, 60_000]) {
      const sent = pattern(Math.min(count, size), i + count);
      a.sendall(sent);
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (let left = sent.length; left > 0;) {
        const part = b.recv(size);
        assertEquals(part.buffer.resizable, false);
        assertEquals(part.buffer.byteLength, part.length);
        parts.push(part);
        left -= part.length;
      }
      kept.push([sent, new Uint8Array(parts.flatMap((part) => [...part]))]);
    }
  }
  for (const [sent, received] of kept) assertEquals(received, sent);
});

Deno.test({
  ...requires("a large datagram arrives whole, if it fits", needs.linux),
  fn() {
    using pair = socketPair(AF_UNIX, SOCK_DGRAM);
    const { a, b } = pair;
    a.setsockopt(SOL_SOCKET, SO_SNDBUF, 400_000);
    b.setsockopt(SOL_SOCKET, SO_RCVBUF, 400_000);
    const long = pattern(150_000, 9);
    for (const size of [150_000, 150_001, MIB, 2 * MIB, 70_000]) {
      for (const flags of [0, MSG_TRUNC]) {
        a.send(long);
        const peeked = b.recv(size, flags | MSG_PEEK);
        const received = b.recv(size, flags);
        assertEquals(received, long.slice(0, size));
        assertEquals(peeked, received);
      }
    }
  },
});

Deno.test({
  ...requires("MSG_TRUNC exposes no bytes of another socket", needs.linux),
  fn() {
    using pair = tcpPair();
    using other = tcpPair();
    for (const size of [100, 65536, MIB, 20 * MIB]) {
      other.a.sendall(new Uint8Array(100).fill(0xaa));
      assertEquals(other.b.recv(size).length, 100);
      pair.a.sendall(new Uint8Array(100).fill(0xbb));
      const discarded = pair.b.recv(size, MSG_TRUNC);
      assertEquals(discarded, new Uint8Array(100));
      assertEquals(discarded.buffer.resizable, false);
      let isEmpty = false;
      try {
        pair.b.recv(1, MSG_DONTWAIT);
      } catch (error) {
        isEmpty = error instanceof BlockingIOError;
      }
      assert(isEmpty, "the bytes are gone");
    }
  },
});
