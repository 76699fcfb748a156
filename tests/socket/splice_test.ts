/** `splice()` of both doors and `relay()`: bytes passed on from socket to socket. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
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
  socketpair,
  SOL_SOCKET,
  splice,
  TimeoutError,
} from "../../mod.ts";
import { osError } from "../../errors/errors.ts";
import { E_BAD_SOCKET } from "../../errors/errno.ts";
import { encodeLinger } from "../../socket/structures/options.ts";
import {
  type Connection,
  connection,
  fill,
  receive,
} from "../support/async.ts";
import { needing, notLinux, text, utf8 } from "../support/helpers.ts";

/** The system's call, for a test to replace. */
type Calls = { splice?: typeof libc.splice };

/** How a test's bytes go: by the kernel, or copied where it cannot. */
const ways: [string, (() => typeof libc.splice) | undefined, string?][] = [
  ["spliced", undefined, notLinux],
  ["copied", () => undefined],
  ["copied to what takes no splice", refusing, notLinux],
];

/** A `splice` that takes from any socket, and gives to none. */
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

/** Bytes of which no two parts are alike. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(length / 4);
  for (let i = 0; i < words.length; i++) words[i] = i * 2654435761;
  return new Uint8Array(words.buffer);
}

/** Two connections side by side: what comes out of the one is to go into the other. */
async function connections(): Promise<
  Disposable & { a: Connection; b: Connection }
> {
  const [a, b] = [await connection(), await connection()];
  return {
    a,
    b,
    [Symbol.dispose](): void {
      a[Symbol.dispose]();
      b[Symbol.dispose]();
    },
  };
}

/** The descriptors of pipes that were made in a block and are still open. */
function pipes(): Disposable & { readonly open: Set<number> } {
  new Socket().close(); // opens the C library
  const open = new Set<number>();
  const calls = libc as {
    pipe2: NonNullable<typeof libc.pipe2>;
    close: typeof libc.close;
  };
  const { pipe2, close } = calls;
  calls.pipe2 = (ends, flags) => {
    const result = pipe2(ends, flags);
    if (result === 0) { for (const end of ends as Int32Array) open.add(end); }
    return result;
  };
  calls.close = (fd) => {
    open.delete(fd);
    return close(fd);
  };
  return {
    open,
    [Symbol.dispose]: () => void Object.assign(calls, { pipe2, close }),
  };
}

for (const [way, make, lacking] of ways) {
  Deno.test({
    ...needing(
      `splice() passes on until the end of the stream: ${way}`,
      lacking,
    ),
    fn() {
      using _ = replaced(make);
      const [a, from] = socketpair(null, SOCK_STREAM);
      const [to, b] = socketpair(null, SOCK_STREAM);
      using _a = a, _from = from, _to = to, _b = b;
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
    ...needing(
      `splice() keeps to the timeouts of both sockets: ${way}`,
      lacking,
    ),
    fn() {
      using _ = replaced(make);
      const [a, from] = socketpair(null, SOCK_STREAM);
      const [to, b] = socketpair(null, SOCK_STREAM);
      using _a = a, _from = from, _to = to, _b = b;
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
    ...needing(`relay() passes on both ways at once: ${way}`, lacking),
    async fn() {
      using _ = replaced(make);
      using both = await connections();
      const { a, b } = both;
      const there = noise(3_000_000), back = noise(5_000_000).reverse();
      const relaying = awaiting.relay(a.far, b.near);
      const send = async (
        socket: awaiting.AsyncSocket,
        data: Uint8Array<ArrayBuffer>,
      ) => {
        await socket.sendall(data);
        socket.shutdown(SHUT_WR);
      };
      const [, , came, cameBack] = await Promise.all([
        send(a.near, there),
        send(b.far, back),
        receive(b.far, there.length),
        receive(a.near, back.length),
      ]);
      assert(came.every((byte, i) => byte === there[i]));
      assert(cameBack.every((byte, i) => byte === back[i]));
      assertEquals(await relaying, [there.length, back.length]);
      assertEquals((await a.near.recv(1)).length, 0, "the end is passed on");
      assertEquals((await b.far.recv(1)).length, 0);
    },
  });

  Deno.test({
    ...needing(
      `relay() passes an end on while the other way goes on: ${way}`,
      lacking,
    ),
    async fn() {
      using _ = replaced(make);
      using both = await connections();
      const { a, b } = both;
      const relaying = awaiting.relay(a.far, b.near);
      await a.near.sendall(utf8("question"));
      a.near.shutdown(SHUT_WR);
      assertEquals(text(await receive(b.far, 8)), "question");
      assertEquals((await b.far.recv(1)).length, 0);
      await b.far.sendall(utf8("answer"));
      assertEquals(text(await receive(a.near, 6)), "answer");
      b.far.close();
      assertEquals(await relaying, [8, 6]);
    },
  });
}

Deno.test("an awaiting socket's bytes go back to itself", async () => {
  using ends = await connection();
  const echoing = awaiting.splice(ends.far, ends.far, 6);
  await ends.near.sendall(utf8("abc"));
  assertEquals(text(await receive(ends.near, 3)), "abc");
  await ends.near.sendall(utf8("def"));
  assertEquals(await echoing, 6);
  assertEquals(text(await receive(ends.near, 3)), "def");
});

Deno.test("relay() ends with its signal, and leaves the sockets open", async () => {
  using both = await connections();
  const { a, b } = both;
  const controller = new AbortController();
  const { signal } = controller;
  const relaying = awaiting.relay(a.far, b.near, { signal });
  await a.near.sendall(utf8("x"));
  await receive(b.far, 1);
  controller.abort(new Error("enough"));
  await assertRejects(() => relaying, Error, "enough");
  await b.near.sendall(utf8("y"));
  assertEquals(text(await receive(b.far, 1)), "y");
  await assertRejects(
    () => awaiting.relay(a.far, b.near, { signal }),
    Error,
    "enough",
  );
});

Deno.test("relay() ends both ways when one fails", async () => {
  using both = await connections();
  const { a, b } = both;
  const relaying = awaiting.relay(a.far, b.near);
  b.far.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0));
  b.far.close(); // a reset
  await assertRejects(() => relaying, OSError, "reset");
});

Deno.test("relay() ends when a socket is closed", async () => {
  using both = await connections();
  const { a, b } = both;
  const relaying = awaiting.relay(a.far, b.near);
  a.far.close();
  const { message } = osError(E_BAD_SOCKET);
  await assertRejects(() => relaying, OSError, message);
});

Deno.test("splice() fails when no more can be sent", () => {
  const [a, from] = socketpair(null, SOCK_STREAM);
  const [to, b] = socketpair(null, SOCK_STREAM);
  using _a = a, _from = from, _to = to, _b = b;
  to.shutdown(SHUT_WR);
  a.sendall(utf8("x"));
  assertThrows(() => splice(from, to), BrokenPipeError);
});

Deno.test({
  ...needing("splice() leaves no descriptor open, however it ends", notLinux),
  async fn() {
    using both = await connections();
    const { a, b } = both;
    await fill(b.near as never);
    using made = pipes();
    for (let i = 0; i < 20; i++) {
      await a.near.sendall(utf8("never passed on"));
      const signal = AbortSignal.timeout(1);
      await assertRejects(() =>
        awaiting.splice(a.far, b.near, null, { signal })
      );
    }
    // The pipe of one that got nothing before the signal is kept for the next.
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
