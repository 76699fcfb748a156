/** `ZeroCopySender` of both modules: `MSG_ZEROCOPY` and its completions. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import * as awaiting from "../../async.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { libc } from "../../ffi/libc.ts";
import { parts } from "../../ffi/msghdr.ts";
import {
  AF_INET,
  AF_INET6,
  BlockingIOError,
  ConnectionRefusedError,
  hasattr,
  IP_ADD_MEMBERSHIP,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_PKTINFO,
  IPV6_RECVERR,
  IPV6_RECVPKTINFO,
  MSG_ZEROCOPY,
  OSError,
  SO_RCVBUF,
  SO_SNDBUF,
  SO_ZEROCOPY,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
  TimeoutError,
  ZeroCopySender,
} from "../../mod.ts";
import { walkControl } from "../../socket/operations/ancillary.ts";
import { asyncTcpPair, socketPair, tcpPair } from "../support/pairs.ts";
import { need, needs, requires, succeeds } from "../support/requires.ts";
import { receive, turn } from "../support/async.ts";

/** It needs a kernel since 4.14, and does not work in emulators. */
const zeroCopy = need(
  "SO_ZEROCOPY",
  hasattr("MSG_ZEROCOPY") && succeeds(() => {
    using socket = new Socket();
    socket.setsockopt(SOL_SOCKET, SO_ZEROCOPY, 1);
  }),
);

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ ...requires(name, zeroCopy), fn });
}

/** Receives a number of bytes, and checks that each has the given value. */
function take(socket: Socket, count: number, value: number): void {
  for (let left = count; left > 0;) {
    const data = socket.recv(left);
    assert(data.length > 0 && data.every((byte) => byte === value));
    left -= data.length;
  }
}

test("a send is pending until the other end has the bytes", () => {
  using pair = tcpPair();
  const { a, b } = pair;
  const sender = new ZeroCopySender(a);
  assertEquals([sender.pending, sender.copied], [0, 0]);
  sender.sendall(new Uint8Array(20_000).fill(1));
  sender.sendall(new Uint8Array(30_000).fill(1).subarray(10_000));
  assertEquals(a.gettimeout(), null);
  take(b, 40_000, 1);
  sender.wait();
  assertEquals(sender.pending, 0);
  assertEquals(sender.copied, 2, "as loopback does");
  sender.sendall(new Uint8Array(0));
  assertEquals(sender.pending, 0);
  sender.wait();
});

test("a short array's bytes are sent from where they stay", () => {
  using pair = tcpPair();
  const { a, b } = pair;
  const sender = new ZeroCopySender(a);
  sender.sendall(Uint8Array.of(5, 5));
  take(b, 2, 5);
  sender.wait();
  assertEquals(sender.pending, 0);
});

test("waiting keeps to the socket's timeout", () => {
  using pair = tcpPair();
  const { a, b } = pair;
  const sender = new ZeroCopySender(a);
  const data = new Uint8Array(100_000);
  a.settimeout(0.02);
  // Until the other end's buffer is full. Data that stays here is not complete.
  assertThrows(() => {
    for (;;) sender.sendall(data);
  }, TimeoutError);
  assert(sender.pending > 0);
  assertThrows(() => sender.wait(), TimeoutError);
  a.settimeout(0);
  assertThrows(() => sender.wait(), BlockingIOError);
  a.settimeout(5);
  b.settimeout(0.02);
  const buffer = new Uint8Array(1 << 20);
  assertThrows(() => {
    for (;;) b.recv_into(buffer);
  }, TimeoutError);
  sender.wait();
  assertEquals(sender.pending, 0);
});

test("datagrams are sent so, too", () => {
  using a = new Socket(AF_INET, SOCK_DGRAM);
  using b = new Socket(AF_INET, SOCK_DGRAM);
  b.bind(["127.0.0.1", 0]);
  a.connect(b.getsockname());
  const sender = new ZeroCopySender(a);
  for (let i = 0; i < 5; i++) {
    sender.sendall(new Uint8Array(10_000).fill(i));
    take(b, 10_000, i);
  }
  a.settimeout(5);
  sender.wait();
  assertEquals(sender.pending, 0);
});

test("each awaited send is complete when its promise is fulfilled", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  const sender = new awaiting.ZeroCopySender(a);
  const done: number[] = [];
  const sends = [1, 2, 3].map(async (value) => {
    await sender.sendall(new Uint8Array(700_000).fill(value));
    done.push(value);
  });
  await turn();
  const came = await receive(b, 2_100_000);
  assertEquals([0, 700_000, 2_099_999].map((at) => came[at]), [1, 2, 3]);
  await Promise.all(sends);
  assertEquals(done.sort(), [1, 2, 3]);
  assertEquals(sender.pending, 0);
  assert(sender.copied > 0);
  await sender.sendall(new Uint8Array(0));
});

test("an awaited send of several parts is complete when the last one is", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  a.setsockopt(SOL_SOCKET, SO_SNDBUF, 2_000_000);
  b.setsockopt(SOL_SOCKET, SO_RCVBUF, 50_000);
  const sender = new awaiting.ZeroCopySender(a);
  let isDone = false;
  const sending = sender.sendall(new Uint8Array(800_000))
    .then(() => isDone = true);
  await turn();
  const before = sender.pending;
  assert(before > 1, `${before}`);
  let count = 0;
  while (sender.pending === before) {
    count += (await b.recv(10_000)).length;
    await turn();
  }
  assert(!isDone);
  await receive(b, 800_000 - count);
  await sending;
});

test("an awaited send is rejected when its socket is closed", async () => {
  using pair = await asyncTcpPair();
  const { a } = pair;
  const sender = new awaiting.ZeroCopySender(a);
  const sending = sender.sendall(new Uint8Array(20_000_000));
  await turn();
  a.close();
  await assertRejects(() => sending, OSError, "Bad file descriptor");
  assert(sender.pending > 0, "it is held for good");
});

test("an awaited send ends with its signal and its timeout", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  const sender = new awaiting.ZeroCopySender(a);
  const signal = AbortSignal.timeout(20);
  const data = new Uint8Array(20_000_000);
  await assertRejects(() => sender.sendall(data, 0, { signal }), DOMException);
  a.settimeout(0.02);
  await assertRejects(() => sender.sendall(data), TimeoutError);
  a.settimeout(null);
  b.settimeout(0.1);
  const buffer = new Uint8Array(1 << 20);
  await assertRejects(async () => {
    for (;;) await b.recv_into(buffer);
  }, TimeoutError);
  b.settimeout(null);
  const last = sender.sendall(new Uint8Array(5));
  await receive(b, 5);
  await last;
  assertEquals(sender.pending, 0);
});

test("what the system may not lock is copied", () => {
  using pair = tcpPair();
  const { a, b } = pair;
  const sender = new ZeroCopySender(a);
  using failing = new Socket(AF_INET, SOCK_DGRAM);
  const { send } = libc;
  let refused = 0;
  {
    const refusing: typeof send = (fd, data, length, flags) => {
      if ((flags & MSG_ZEROCOPY) === 0) return send(fd, data, length, flags);
      refused++;
      return noBuffers(failing.fileno());
    };
    using _ = stub(libc, "send", refusing);
    sender.sendall(new Uint8Array(1000).fill(7));
  }
  take(b, 1000, 7);
  assertEquals([refused, sender.pending], [1, 0]);
});

/**
 * Receives as the system does, except that each packet went to an address whose bytes read like the
 * completion of the first million sends.
 */
function misleading(seen: { addresses: number }): typeof libc.recvmsg {
  const { recvmsg } = libc;
  const SO_EE_ORIGIN_ZEROCOPY = 5;
  const address = Uint8Array.of(0, 0, 0, 0, SO_EE_ORIGIN_ZEROCOPY);
  const last = new Uint8Array(Uint32Array.of(1_000_000).buffer);
  return (fd, header, flags) => {
    const result = recvmsg(fd, header, flags);
    const { buffer, byteOffset } = header as Uint8Array<ArrayBuffer>;
    const fields = new DataView(buffer, byteOffset);
    const pointer = Deno.UnsafePointer.create(
      fields.getBigUint64(parts.control.at, true),
    );
    const length = fields.getUint32(parts.controlLength.at, true);
    if (result < 0 || pointer === null || length === 0) return result;
    const control = new Uint8Array(
      Deno.UnsafePointerView.getArrayBuffer(pointer, length),
    );
    walkControl(control, length, layout, (level, type, start, end) => {
      if (level !== IPPROTO_IPV6 || type !== IPV6_PKTINFO) return;
      seen.addresses++;
      control.fill(0, start, end);
      control.set(address, start);
      control.set(last, start + 12);
    });
    return result;
  };
}

Deno.test({
  ...requires(
    "an address that comes with an error completes no send",
    zeroCopy,
    needs.ipv6,
  ),
  fn() {
    using socket = new Socket(AF_INET6, SOCK_DGRAM);
    using closed = new Socket(AF_INET6, SOCK_DGRAM);
    closed.bind(["::1", 0]);
    socket.connect(closed.getsockname());
    closed.close();
    socket.setsockopt(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    socket.setsockopt(IPPROTO_IPV6, IPV6_RECVERR, 1);
    socket.settimeout(5);
    const sender = new ZeroCopySender(socket);
    sender.sendall(new Uint8Array(1000));
    // The error is now in the error queue, with the address that was not reached.
    assertThrows(() => socket.recv(1), ConnectionRefusedError);
    const seen = { addresses: 0 };
    using _ = stub(libc, "recvmsg", misleading(seen));
    sender.sendall(new Uint8Array(1000));
    sender.wait();
    assertEquals(seen.addresses, 1);
    assertEquals([sender.pending, sender.copied], [0, 2], "as the system said");
  },
});

/** Fails with `ENOBUFS`, by joining too many groups. */
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
  using pair = socketPair();
  const { a } = pair;
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
