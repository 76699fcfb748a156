/**
 * O_NONBLOCK belongs to the open file description, which duplicates and other processes share: whoever
 * changes it, no timeout is outlived and no awaiting call blocks the thread.
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as awaiting from "../../async.ts";
import {
  create_server,
  Socket,
  socketpair,
  splice,
  TimeoutError,
} from "../../mod.ts";
import { needs, requires } from "../support/requires.ts";

/** Without it, only the mode says whether a transfer waits. */
const dontWait = needs.attribute("MSG_DONTWAIT");

/** Makes a socket's description blocking, as another process that shares it might. */
function makeBlocking(socket: { dup(): { detach(): number } }): void {
  using other = new Socket(null, null, null, socket.dup().detach());
  other.setblocking(true);
}

const data = new Uint8Array(0x10000);

/** Fills a socket until it takes no more. */
function fill(socket: Socket<never>): void {
  const { timeout } = socket;
  socket.setblocking(false);
  try {
    for (;;) socket.send(data);
  } catch {
    socket.settimeout(timeout);
  }
}

Deno.test({
  ...requires(
    "a blocking call keeps to its timeout though a duplicate made the description blocking",
    dontWait,
  ),
  fn() {
    const [a, b] = socketpair();
    using _a = a, _b = b;
    fill(a as never);
    a.settimeout(0.05);
    const calls: Record<string, () => unknown> = {
      recv: () => a.recv(1),
      recv_into: () => a.recv_into(data),
      recvfrom: () => a.recvfrom(1),
      recvfrom_into: () => a.recvfrom_into(data),
      recvmsg: () => a.recvmsg(1),
      recvmsg_into: () => a.recvmsg_into([data]),
      send: () => a.send(data),
      sendall: () => a.sendall(data),
      sendmsg: () => a.sendmsg([data]),
    };
    for (const [name, call] of Object.entries(calls)) {
      makeBlocking(a);
      assertThrows(call, TimeoutError, "timed out", name);
    }
  },
});

Deno.test("accept() keeps to its timeout though a duplicate made the description blocking", () => {
  using server = create_server(["127.0.0.1", 0]);
  server.settimeout(0.05);
  makeBlocking(server);
  assertThrows(() => server.accept(), TimeoutError);
});

Deno.test({
  ...requires(
    "splice() and sendfile() keep to their timeouts though the description is blocking",
    dontWait,
  ),
  fn() {
    const [a, b] = socketpair();
    const [c, d] = socketpair();
    using _a = a, _b = b, _c = c, _d = d;
    a.settimeout(0.05);
    c.settimeout(0.05);
    makeBlocking(a);
    assertThrows(() => splice(a, c), TimeoutError); // nothing to read
    fill(c as never);
    c.settimeout(0.05);
    b.sendall(data.subarray(0, 100));
    makeBlocking(a);
    makeBlocking(c);
    assertThrows(() => splice(a, c), TimeoutError); // no room to write
    using file = Deno.openSync(new URL(import.meta.url));
    makeBlocking(c);
    assertThrows(() => c.sendfile(file), TimeoutError);
  },
});

Deno.test({
  ...requires(
    "a socket without a timeout waits though the description was made non-blocking",
    needs.posix,
  ),
  async fn() {
    const [a, b] = socketpair();
    using _a = a, _b = b;
    const other = a.dup();
    other.setblocking(false);
    other.close();
    const worker = new Worker(
      new URL("../programs/delayed_send.ts", import.meta.url),
      { type: "module" },
    );
    worker.postMessage(b.fileno());
    assertEquals(a.recv(10).length, 3); // CPython raises BlockingIOError
    await new Promise((resolve) => worker.onmessage = resolve);
    worker.terminate();
  },
});

Deno.test({
  ...requires(
    "SO_RCVTIMEO still ends a call of a blocking socket",
    needs.posix,
  ),
  async fn() {
    const { BlockingIOError, SO_RCVTIMEO, SOL_SOCKET } = await import(
      "../../mod.ts"
    );
    const [a, b] = socketpair();
    using _a = a, _b = b;
    const time = new BigInt64Array([0n, 20_000n]);
    a.setsockopt(SOL_SOCKET, SO_RCVTIMEO, time);
    assertThrows(() => a.recv(1), BlockingIOError);
  },
});

Deno.test({
  ...requires(
    "no awaiting call blocks the thread though the description is blocking",
    dontWait,
  ),
  async fn() {
    const [a, b] = awaiting.socketpair();
    const [c, d] = awaiting.socketpair();
    using _a = a, _b = b, _c = c, _d = d;
    using server = await awaiting.create_server(["127.0.0.1", 0]);
    makeBlocking(a);
    makeBlocking(server);
    c.settimeout(0.05);
    await assertRejects(async () => {
      for (;;) await c.send(data);
    }, TimeoutError);
    const signal = AbortSignal.timeout(100);
    const calls: Record<string, () => Promise<unknown>> = {
      accept: () => server.accept({ signal }),
      recv: () => a.recv(1, 0, { signal }),
      recv_into: () => a.recv_into(data, 0, 0, { signal }),
      recvfrom: () => a.recvfrom(1, 0, { signal }),
      recvmsg: () => a.recvmsg(1, 0, 0, { signal }),
      recvmsg_into: () => a.recvmsg_into([data], 0, 0, { signal }),
      splice: () => awaiting.splice(a, c, null, { signal }),
      send: () => c.send(data, 0, { signal }),
      sendall: () => c.sendall(data, 0, { signal }),
      sendmsg: () => c.sendmsg([data], [], 0, null, { signal }),
    };
    const began = performance.now();
    const outcomes = Object.entries(calls).map(([name, call]) => {
      makeBlocking(a);
      makeBlocking(c);
      makeBlocking(server);
      return call().then(() => `${name} resolved`, (error) => error);
    });
    for (const outcome of await Promise.all(outcomes)) {
      assert(
        outcome instanceof Error &&
          ["TimeoutError", "AbortError"].includes(outcome.name),
        String(outcome),
      );
    }
    assert(performance.now() - began < 5000);
  },
});

Deno.test("detach() of a duplicate disturbs nobody", async () => {
  using server = await awaiting.create_server(["127.0.0.1", 0]);
  const other = new Socket(null, null, null, server.dup().detach());
  using _other = other;
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const signal = AbortSignal.timeout(30);
  await assertRejects(() => server.accept({ signal }));
  clearInterval(timer);
  assert(ticks > 0);
});
