/** `ZeroCopySender` of both doors: `MSG_ZEROCOPY` and its completions. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as awaiting from "../../async.ts";
import { libc } from "../../ffi/libc.ts";
import {
  AF_INET,
  BlockingIOError,
  create_connection,
  create_server,
  hasattr,
  IP_ADD_MEMBERSHIP,
  IPPROTO_IP,
  MSG_ZEROCOPY,
  OSError,
  SO_RCVBUF,
  SO_SNDBUF,
  SO_ZEROCOPY,
  SOCK_DGRAM,
  Socket,
  socketpair,
  SOL_SOCKET,
  TimeoutError,
  ZeroCopySender,
} from "../../mod.ts";
import { connection, receive, turn } from "../support/async.ts";
import { needing } from "../support/helpers.ts";

function missing(): string | undefined {
  if (!hasattr("MSG_ZEROCOPY")) return "MSG_ZEROCOPY";
  using socket = new Socket();
  try {
    socket.setsockopt(SOL_SOCKET, SO_ZEROCOPY, 1);
  } catch { // a kernel before 4.14, or an emulator
    return "SO_ZEROCOPY";
  }
}

const lacking = missing();

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ ...needing(name, lacking), fn });
}

function pair(): Disposable & { near: Socket; far: Socket } {
  using listener = create_server(["127.0.0.1", 0]);
  const near = create_connection(listener.getsockname()) as Socket;
  const [far] = listener.accept();
  return {
    near,
    far: far as Socket,
    [Symbol.dispose](): void {
      near.close();
      far.close();
    },
  };
}

/** Receives and checks so many bytes, each of the value given. */
function take(socket: Socket, count: number, value: number): void {
  for (let left = count; left > 0;) {
    const data = socket.recv(left);
    assert(data.length > 0 && data.every((byte) => byte === value));
    left -= data.length;
  }
}

test("a send is pending until the other end has the bytes", () => {
  using ends = pair();
  const { near, far } = ends;
  const sender = new ZeroCopySender(near);
  assertEquals([sender.pending, sender.copied], [0, 0]);
  sender.sendall(new Uint8Array(20_000).fill(1));
  sender.sendall(new Uint8Array(30_000).fill(1).subarray(10_000));
  assertEquals(near.gettimeout(), null);
  take(far, 40_000, 1);
  sender.wait();
  assertEquals(sender.pending, 0);
  assertEquals(sender.copied, 2, "as loopback does");
  sender.sendall(new Uint8Array(0));
  assertEquals(sender.pending, 0);
  sender.wait();
});

test("a short array's bytes are sent from where they stay", () => {
  using ends = pair();
  const { near, far } = ends;
  const sender = new ZeroCopySender(near);
  sender.sendall(Uint8Array.of(5, 5));
  take(far, 2, 5);
  sender.wait();
  assertEquals(sender.pending, 0);
});

test("waiting keeps to the socket's timeout", () => {
  using ends = pair();
  const { near, far } = ends;
  const sender = new ZeroCopySender(near);
  const data = new Uint8Array(100_000);
  near.settimeout(0.02);
  // Until the other end's buffer is full: what stays here is not complete.
  assertThrows(() => {
    for (;;) sender.sendall(data);
  }, TimeoutError);
  assert(sender.pending > 0);
  assertThrows(() => sender.wait(), TimeoutError);
  near.settimeout(0);
  assertThrows(() => sender.wait(), BlockingIOError);
  near.settimeout(5);
  far.settimeout(0.02);
  const buffer = new Uint8Array(1 << 20);
  assertThrows(() => {
    for (;;) far.recv_into(buffer);
  }, TimeoutError);
  sender.wait();
  assertEquals(sender.pending, 0);
});

test("datagrams are sent so, too", () => {
  using near = new Socket(AF_INET, SOCK_DGRAM);
  using far = new Socket(AF_INET, SOCK_DGRAM);
  far.bind(["127.0.0.1", 0]);
  near.connect(far.getsockname());
  const sender = new ZeroCopySender(near);
  for (let i = 0; i < 5; i++) {
    sender.sendall(new Uint8Array(10_000).fill(i));
    take(far, 10_000, i);
  }
  near.settimeout(5);
  sender.wait();
  assertEquals(sender.pending, 0);
});

test("each awaited send is complete when its promise is fulfilled", async () => {
  using ends = await connection();
  const { near, far } = ends;
  const sender = new awaiting.ZeroCopySender(near);
  const done: number[] = [];
  const sends = [1, 2, 3].map(async (value) => {
    await sender.sendall(new Uint8Array(700_000).fill(value));
    done.push(value);
  });
  await turn();
  const came = await receive(far, 2_100_000);
  assertEquals([0, 700_000, 2_099_999].map((at) => came[at]), [1, 2, 3]);
  await Promise.all(sends);
  assertEquals(done.sort(), [1, 2, 3]);
  assertEquals(sender.pending, 0);
  assert(sender.copied > 0);
  await sender.sendall(new Uint8Array(0));
});

test("an awaited send of several parts is complete when the last one is", async () => {
  using ends = await connection();
  const { near, far } = ends;
  near.setsockopt(SOL_SOCKET, SO_SNDBUF, 2_000_000);
  far.setsockopt(SOL_SOCKET, SO_RCVBUF, 50_000);
  const sender = new awaiting.ZeroCopySender(near);
  let isDone = false;
  const sending = sender.sendall(new Uint8Array(800_000))
    .then(() => isDone = true);
  await turn();
  const before = sender.pending;
  assert(before > 1, `${before}`);
  let count = 0;
  while (sender.pending === before) {
    count += (await far.recv(10_000)).length;
    await turn();
  }
  assert(!isDone);
  await receive(far, 800_000 - count);
  await sending;
});

test("an awaited send is rejected when its socket is closed", async () => {
  using ends = await connection();
  const { near } = ends;
  const sender = new awaiting.ZeroCopySender(near);
  const sending = sender.sendall(new Uint8Array(20_000_000));
  await turn();
  near.close();
  await assertRejects(() => sending, OSError, "Bad file descriptor");
  assert(sender.pending > 0, "it is held for good");
});

test("an awaited send ends with its signal and its timeout", async () => {
  using ends = await connection();
  const { near, far } = ends;
  const sender = new awaiting.ZeroCopySender(near);
  const signal = AbortSignal.timeout(20);
  const data = new Uint8Array(20_000_000);
  await assertRejects(() => sender.sendall(data, 0, { signal }), DOMException);
  near.settimeout(0.02);
  await assertRejects(() => sender.sendall(data), TimeoutError);
  near.settimeout(null);
  far.settimeout(0.1);
  const buffer = new Uint8Array(1 << 20);
  await assertRejects(async () => {
    for (;;) await far.recv_into(buffer);
  }, TimeoutError);
  far.settimeout(null);
  const last = sender.sendall(new Uint8Array(5));
  await receive(far, 5);
  await last;
  assertEquals(sender.pending, 0);
});

test("what the system may not lock is copied", () => {
  using ends = pair();
  const { near, far } = ends;
  const sender = new ZeroCopySender(near);
  using failing = new Socket(AF_INET, SOCK_DGRAM);
  const { send } = libc;
  const calls = libc as { send: typeof send };
  let refused = 0;
  try {
    calls.send = (fd, data, length, flags) => {
      if ((flags & MSG_ZEROCOPY) === 0) return send(fd, data, length, flags);
      refused++;
      return noBuffers(failing.fileno());
    };
    sender.sendall(new Uint8Array(1000).fill(7));
  } finally {
    calls.send = send;
  }
  take(far, 1000, 7);
  assertEquals([refused, sender.pending], [1, 0]);
});

/** Fails with `ENOBUFS`, as a socket does that has joined too many groups. */
function noBuffers(fd: number): number {
  for (let last = 1;; last++) {
    const group = Uint8Array.of(239, 1, last >> 8, last, 127, 0, 0, 1);
    const result = libc.setsockopt(
      fd,
      IPPROTO_IP,
      IP_ADD_MEMBERSHIP,
      group,
      group.length,
    );
    if (result < 0) return result;
  }
}

test("a sender needs a socket whose protocol can do it", () => {
  const [a, b] = socketpair();
  using _a = a, _b = b;
  assertThrows(() => new ZeroCopySender(a), OSError);
  using closed = new Socket();
  closed.close();
  assertThrows(() => new ZeroCopySender(closed), OSError, "Bad file");
  using open = new Socket();
  const sender = new ZeroCopySender(open);
  assertThrows(() => sender.sendall("text" as never), TypeError, "data");
  assertThrows(
    () => sender.sendall(new Uint8Array(1), 0.5),
    TypeError,
    "flags",
  );
  assertThrows(() => sender.sendall(new Uint8Array(1)), OSError);
  assertEquals(sender.pending, 0);
});
