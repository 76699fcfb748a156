/** `splice()` of both modules and `relay()`: bytes passed on from socket to socket. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import * as awaiting from "../../async.ts";
import { libc } from "../../ffi/libc.ts";
import {
  AF_INET,
  BlockingIOError,
  BrokenPipeError,
  OSError,
  SHUT_WR,
  SO_LINGER,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
  splice,
  TimeoutError,
} from "../../mod.ts";
import { E_BAD_SOCKET, osError } from "../../errors/errors.ts";
import { encodeLinger } from "../../socket/structures/options.ts";
import { text, utf8 } from "../support/bytes.ts";
import { fill, receive } from "../support/async.ts";
import { type Need, needs, requires } from "../support/requires.ts";
import { asyncTcpPair, type Pair, socketPair } from "../support/pairs.ts";

/** The system's call, for a test to replace. */
type Calls = { splice?: typeof libc.splice };

/** How bytes are passed on: by the kernel, or by copying where it cannot. */
const ways: [string, (() => typeof libc.splice) | undefined, Need?][] = [
  ["spliced", undefined, needs.linux],
  ["copied", () => undefined],
  ["copied to what takes no splice", refusing, needs.linux],
];

/** A `splice` that reads from any socket, but writes to none. */
function refusing(): typeof libc.splice {
  const { splice } = libc;
  return (...args) => {
    const [, , to] = args;
    if (!isSocket(to)) return splice!(...args);
    return libc.shutdown(to, 99); // EINVAL
  };
}

function isSocket(fd: number): boolean {
  const length = new Uint32Array([4]);
  const value = new Uint8Array(4);
  return libc.getsockopt(fd, SOL_SOCKET, SO_TYPE, value, length) === 0;
}

/** Replaces the system's call for a block. */
function replaced(make: (() => typeof libc.splice) | undefined): Disposable {
  new Socket().close(); // opens the C library
  const all = libc as Calls;
  const { splice } = all;
  if (make !== undefined) all.splice = make();
  return { [Symbol.dispose]: () => void (all.splice = splice) };
}

/** Bytes without repetition. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(length / 4);
  for (let i = 0; i < words.length; i++) words[i] = i * 2654435761;
  return new Uint8Array(words.buffer);
}

/** Two pairs. What the first receives is passed on to the second. */
class Chain<S extends { close(): void }> implements Disposable {
  readonly first: Pair<S>;
  readonly second: Pair<S>;

  constructor(first: Pair<S>, second: Pair<S>) {
    this.first = first;
    this.second = second;
  }

  [Symbol.dispose](): void {
    this.first[Symbol.dispose]();
    this.second[Symbol.dispose]();
  }
}

/** Two TCP connections between awaiting sockets. */
async function tcpChain(): Promise<Chain<awaiting.AsyncSocket>> {
  return new Chain(await asyncTcpPair(), await asyncTcpPair());
}

/** Two pairs of stream sockets. */
function socketChain(): Chain<Socket<awaiting.UnixAddress>> {
  return new Chain(
    socketPair(null, SOCK_STREAM),
    socketPair(null, SOCK_STREAM),
  );
}

/** The descriptors of pipes that were made in the block and are still open. */
function pipes(): Disposable & { readonly open: Set<number> } {
  new Socket().close(); // opens the C library
  const open = new Set<number>();
  const { pipe2, close } = libc;
  const stubs = new DisposableStack();
  const opening: typeof pipe2 = (ends, flags) => {
    const result = pipe2!(ends, flags);
    if (result === 0) { for (const end of ends as Int32Array) open.add(end); }
    return result;
  };
  const closing: typeof close = (fd) => {
    open.delete(fd);
    return close(fd);
  };
  stubs.use(stub(libc, "pipe2", opening));
  stubs.use(stub(libc, "close", closing));
  return { open, [Symbol.dispose]: () => stubs.dispose() };
}

for (const [way, make, what = false] of ways) {
  Deno.test({
    ...requires(
      `splice() passes on until the end of the stream: ${way}`,
      what,
    ),
    fn() {
      using _ = replaced(make);
      using chain = socketChain();
      const { a, b: from } = chain.first;
      const { a: to, b } = chain.second;
      a.sendall(utf8("hello, world"));
      a.shutdown(SHUT_WR);
      assertEquals(splice(from, to, 5), 5);
      assertEquals(text(b.recv(100)), "hello");
      assertEquals(splice(from, to, 0), 0);
      assertEquals(splice(from, to, 100), 7);
      assertEquals(text(b.recv(100)), ", world");
      assertEquals(splice(from, to), 0);
    },
  });

  Deno.test({
    ...requires(
      `splice() keeps to the timeouts of both sockets: ${way}`,
      what,
    ),
    fn() {
      using _ = replaced(make);
      using chain = socketChain();
      const { a, b: from } = chain.first;
      const { a: to } = chain.second;
      from.settimeout(0);
      assertThrows(() => splice(from, to), BlockingIOError);
      from.settimeout(0.01);
      assertThrows(() => splice(from, to), TimeoutError);
      to.settimeout(0.01);
      const data = new Uint8Array(0x10000);
      assertThrows(() => {
        for (let i = 0; i < 1000; i++) {
          a.sendall(data);
          splice(from, to, data.length);
        }
      }, TimeoutError);
    },
  });

  Deno.test({
    ...requires(`relay() passes on both ways at once: ${way}`, what),
    async fn() {
      using _ = replaced(make);
      using chain = await tcpChain();
      const { first, second } = chain;
      const there = noise(3_000_000), back = noise(5_000_000).reverse();
      const relaying = awaiting.relay(first.b, second.a);
      const send = async (
        socket: awaiting.AsyncSocket,
        data: Uint8Array<ArrayBuffer>,
      ) => {
        await socket.sendall(data);
        socket.shutdown(SHUT_WR);
      };
      const [, , came, cameBack] = await Promise.all([
        send(first.a, there),
        send(second.b, back),
        receive(second.b, there.length),
        receive(first.a, back.length),
      ]);
      assert(came.every((byte, i) => byte === there[i]));
      assert(cameBack.every((byte, i) => byte === back[i]));
      assertEquals(await relaying, [there.length, back.length]);
      assertEquals((await first.a.recv(1)).length, 0, "the end is passed on");
      assertEquals((await second.b.recv(1)).length, 0);
    },
  });

  Deno.test({
    ...requires(
      `relay() passes an end on while the other way goes on: ${way}`,
      what,
    ),
    async fn() {
      using _ = replaced(make);
      using chain = await tcpChain();
      const { first, second } = chain;
      const relaying = awaiting.relay(first.b, second.a);
      await first.a.sendall(utf8("question"));
      first.a.shutdown(SHUT_WR);
      assertEquals(text(await receive(second.b, 8)), "question");
      assertEquals((await second.b.recv(1)).length, 0);
      await second.b.sendall(utf8("answer"));
      assertEquals(text(await receive(first.a, 6)), "answer");
      second.b.close();
      assertEquals(await relaying, [8, 6]);
    },
  });
}

Deno.test("an awaiting socket's bytes go back to itself", async () => {
  using pair = await asyncTcpPair();
  const echoing = awaiting.splice(pair.b, pair.b, 6);
  await pair.a.sendall(utf8("abc"));
  assertEquals(text(await receive(pair.a, 3)), "abc");
  await pair.a.sendall(utf8("def"));
  assertEquals(await echoing, 6);
  assertEquals(text(await receive(pair.a, 3)), "def");
});

Deno.test("relay() ends with its signal, and leaves the sockets open", async () => {
  using chain = await tcpChain();
  const { first, second } = chain;
  const controller = new AbortController();
  const { signal } = controller;
  const relaying = awaiting.relay(first.b, second.a, { signal });
  await first.a.sendall(utf8("x"));
  await receive(second.b, 1);
  controller.abort(new Error("enough"));
  await assertRejects(() => relaying, Error, "enough");
  await second.a.sendall(utf8("y"));
  assertEquals(text(await receive(second.b, 1)), "y");
  await assertRejects(
    () => awaiting.relay(first.b, second.a, { signal }),
    Error,
    "enough",
  );
});

Deno.test("relay() ends both ways when one fails", async () => {
  using chain = await tcpChain();
  const { first, second } = chain;
  const relaying = awaiting.relay(first.b, second.a);
  second.b.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0));
  second.b.close(); // a reset
  await assertRejects(() => relaying, OSError, "reset");
});

Deno.test("relay() ends when a socket is closed", async () => {
  using chain = await tcpChain();
  const { first, second } = chain;
  const relaying = awaiting.relay(first.b, second.a);
  first.b.close();
  const { message } = osError(E_BAD_SOCKET);
  await assertRejects(() => relaying, OSError, message);
});

Deno.test("after a timeout splice() sends the rest if there is room", () => {
  using chain = socketChain();
  const { a, b: from } = chain.first;
  const { a: to, b } = chain.second;
  to.settimeout(0);
  let sent = 0;
  assertThrows(() => {
    for (;;) sent += to.send(new Uint8Array(1000));
  }, BlockingIOError);
  to.settimeout(0.01);
  a.sendall(utf8("rest"));
  // The system reports room later than there is some.
  using _ = stub(libc, "poll", () => {
    while (sent > 0) sent -= b.recv(sent).length;
    return 0;
  });
  assertThrows(() => splice(from, to), TimeoutError);
  assertEquals(text(b.recv(100)), "rest");
});

Deno.test("splice() fails when no more can be sent", () => {
  using chain = socketChain();
  const { a, b: from } = chain.first;
  const { a: to } = chain.second;
  to.shutdown(SHUT_WR);
  a.sendall(utf8("x"));
  assertThrows(() => splice(from, to), BrokenPipeError);
});

Deno.test({
  ...requires(
    "splice() leaves no descriptor open, however it ends",
    needs.linux,
  ),
  async fn() {
    using chain = await tcpChain();
    const { first, second } = chain;
    await fill(second.a as never);
    using made = pipes();
    for (let i = 0; i < 20; i++) {
      await first.a.sendall(utf8("never passed on"));
      const signal = AbortSignal.timeout(1);
      await assertRejects(() =>
        awaiting.splice(first.b, second.a, null, { signal })
      );
    }
    // A pipe that is still empty at the signal is kept for the next call.
    assert(made.open.size <= 2, `${made.open.size} ends of pipes are open`);
  },
});

Deno.test("splice() refuses what it cannot take, by name", async () => {
  using datagrams = new Socket(AF_INET, SOCK_DGRAM);
  using stream = new Socket();
  using later = new awaiting.AsyncSocket();
  assertThrows(() => splice(datagrams, stream), RangeError, "SOCK_STREAM");
  assertThrows(() => splice(stream, datagrams), RangeError, "SOCK_STREAM");
  assertThrows(() => splice(stream, stream, -1), RangeError, "count");
  assertThrows(() => splice(stream, stream, "1" as never), TypeError, "count");
  await assertRejects(
    () => awaiting.splice(later, later, 1.5),
    TypeError,
    "count",
  );
});
