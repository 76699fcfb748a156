/** Sending the same on many sockets. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { AsyncSocket } from "../../async.ts";
import { features } from "../../ffi/features.ts";
import { attach, sendEach, serveDatagrams } from "../../handlers.ts";
import {
  AF_INET,
  BrokenPipeError,
  type OSError,
  SOCK_DGRAM,
  Socket,
  socketpair,
} from "../../mod.ts";
import { receive } from "../support/async.ts";
import { text, utf8 } from "../support/bytes.ts";
import { tcpPair, udpPair } from "../support/pairs.ts";
import { needs, requires } from "../support/requires.ts";
import { fill, Log, onEachEngine } from "./support.ts";

const news = utf8("news");

// Few sockets take a call each, many one call of io_uring where there is that.
for (const count of [3, 40]) {
  Deno.test(`each of ${count} sockets gets the bytes`, async () => {
    using stack = new DisposableStack();
    const pairs = Array.from({ length: count }, (_, i) => {
      const pair = stack.use(i % 2 === 0 ? tcpPair() : udpPair());
      return { ours: pair.a, theirs: pair.b };
    });
    const awaiting = stack.use(tcpPair());
    const own = stack.use(AsyncSocket.from(awaiting.a));
    const taken = sendEach(
      new Set([own, ...pairs.map(({ ours }) => ours)]),
      news,
    );
    assertEquals(taken, Array(count + 1).fill(4));
    for (const { theirs } of pairs) assertEquals(text(theirs.recv(10)), "news");
    assertEquals(text(awaiting.b.recv(10)), "news");
    // It is as it was.
    await own.sendall(utf8("more"));
    assertEquals(text(awaiting.b.recv(10)), "more");
  });

  Deno.test({
    ...requires(
      `of ${count} sockets, some have no room or an error`,
      needs.posix,
    ),
    fn() {
      using stack = new DisposableStack();
      const pairs = Array.from({ length: count }, () => {
        const [ours, theirs] = socketpair();
        return { ours: stack.use(ours), theirs: stack.use(theirs) };
      });
      const [full, broken, closed] = pairs;
      const filled = fill(full.ours);
      full.ours.setblocking(true); // and yet it does not wait
      broken.theirs.close();
      closed.ours.close();
      const taken = sendEach(pairs.map(({ ours }) => ours), news);
      assertEquals(taken[0], 0);
      assertInstanceOf(taken[1], BrokenPipeError);
      assertEquals((taken[2] as OSError).code, "EBADF");
      assertEquals(taken.slice(3), Array(count - 3).fill(4));
      for (const { theirs } of pairs.slice(3)) {
        assertEquals(text(theirs.recv(10)), "news");
      }
      for (let came = 0; came < filled;) {
        came += full.theirs.recv(filled - came).length;
      }
      assertEquals(sendEach([full.ours], news), [4]);
      assertEquals(text(full.theirs.recv(10)), "news");
    },
  });
}

Deno.test({
  ...requires("what is too much is taken in part", needs.posix),
  fn() {
    using stack = new DisposableStack();
    const pairs = Array.from({ length: 10 }, () => {
      const [ours, theirs] = socketpair();
      return [stack.use(ours), stack.use(theirs)];
    });
    for (const size of [0x10000, 0x1000000]) {
      let taken: (number | OSError)[];
      do {
        taken = sendEach(pairs.map(([ours]) => ours), new Uint8Array(size));
      } while (taken[0] === size);
      for (const [i, [, theirs]] of pairs.entries()) {
        assert(typeof taken[i] === "number" && taken[i] < size);
        theirs.setblocking(false);
        assertThrows(() => {
          for (;;) theirs.recv(0x100000);
        });
      }
    }
  },
});

Deno.test("more sockets than one entry to the kernel takes", () => {
  using receiver = new Socket(AF_INET, SOCK_DGRAM);
  receiver.bind(["127.0.0.1", 0]);
  using sender = new Socket(AF_INET, SOCK_DGRAM);
  sender.connect(receiver.getsockname() as [string, number]);
  // A datagram is whole, so one socket may stand for many.
  const many = Array<Socket>(2500).fill(sender);
  assertEquals(sendEach(many, news), Array(2500).fill(4));
  assertEquals(text(receiver.recv(10)), "news");
});

Deno.test("nothing is sent ahead of those that wait", async () => {
  using pair = tcpPair();
  using ours = AsyncSocket.from(pair.a);
  using theirs = AsyncSocket.from(pair.b);
  const much = new Uint8Array(10_000_000).fill(1);
  const sending = ours.sendall(much);
  assertEquals(sendEach([ours], news), [0]);
  const received = receive(theirs, much.length);
  await sending;
  assertEquals(await received, much);
  assertEquals(sendEach([ours], news), [4]);
  assertEquals(text(await theirs.recv(10)), "news");
});

onEachEngine("sockets with handlers get the bytes", async (engine) => {
  const log = new Log();
  using stack = new DisposableStack();
  const plain = Array.from({ length: 20 }, () => stack.use(tcpPair()));
  const pair = stack.use(tcpPair());
  const trigger = stack.use(tcpPair());
  const datagrams = stack.use(udpPair());
  const stream = stack.use(attach(pair.a, {}, { engine }));
  using udp = await serveDatagrams(datagrams.a, {}, { engine });
  const gone = attach(stack.use(tcpPair()).a, {}, { engine });
  gone.close();
  stack.use(attach(trigger.a, {
    data() {
      stream.write(utf8("good "));
      const sockets = [stream, udp, gone, ...plain.map(({ a }) => a)];
      const [first, second, third, ...others] = sendEach(sockets, news);
      assertEquals([first, second], [4, 4]);
      assertEquals((third as OSError).code, features.badDescriptor);
      assertEquals(others, Array(20).fill(4));
      log.add("sent");
    },
  }, { engine }));
  trigger.b.send(utf8("x"));
  await log.has("sent");
  using peer = AsyncSocket.from(pair.b);
  assertEquals(text(await receive(peer, 9)), "good news");
  assertEquals(text(datagrams.b.recv(10)), "news");
  for (const { b } of plain) assertEquals(text(b.recv(10)), "news");
});

Deno.test("bad arguments of sendEach() are refused, and nothing is sent", () => {
  using pair = tcpPair();
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown): any => value;
  assertThrows(
    () => sendEach([pair.a, any(5)], news),
    TypeError,
    "sockets[1] must be a socket, not 5",
  );
  assertThrows(() => sendEach(any(pair.a), news), TypeError, "sockets");
  assertThrows(() => sendEach([pair.a], any("news")), TypeError, "data");
  assertThrows(() => sendEach([pair.a], new Uint8Array(0)), RangeError, "data");
  assertEquals(sendEach([], news), []);
  pair.a.send(utf8("first"));
  assertEquals(text(pair.b.recv(10)), "first");
});
