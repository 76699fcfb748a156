/** `recvmmsg()` and `sendmmsg()` of both classes, and `MessageVector`. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import * as awaiting from "../../async.ts";
import { libc } from "../../ffi/libc.ts";
import { MessageHeaders } from "../../ffi/msghdr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  BlockingIOError,
  CMSG_LEN,
  CMSG_SPACE,
  ConnectionRefusedError,
  dup,
  errno,
  hasattr,
  IPPROTO_UDP,
  MessageVector,
  MSG_CTRUNC,
  MSG_PEEK,
  MSG_TRUNC,
  OSError,
  recv_fds,
  SCM_RIGHTS,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
  TimeoutError,
  UDP_GRO,
  UDP_SEGMENT,
} from "../../mod.ts";
import { handleOf } from "../../socket/operations/attempt.ts";
import { vectorCallsOf } from "../../socket/vector_parts.ts";
import { text, utf8 } from "../support/bytes.ts";
import { temporaryFolder } from "../support/files.ts";
import { isPosix, need, needs, requires } from "../support/requires.ts";
import { asyncSocketPair, boundUdpPair, socketPair } from "../support/pairs.ts";

/** Puts texts into a vector, one in each message. */
function put(vector: MessageVector, ...texts: string[]): number {
  texts.forEach((text, i) => {
    vector.lengths[i] = new TextEncoder().encodeInto(text, vector.buffers[i])
      .written;
  });
  return texts.length;
}

/** Receives a number of messages, in any number of calls. */
function receive(socket: Socket, vector: MessageVector, count: number): void {
  for (let at = 0; at < count;) {
    at += socket.recvmmsg(vector as MessageVector<awaiting.InetAddress>, at);
  }
}

const texts = (vector: MessageVector, count: number): string[] =>
  Array.from({ length: count }, (_, i) => text(vector.data(i)));

Deno.test("what recvmmsg() received, sendmmsg() sends back to where it came from", () => {
  using pair = boundUdpPair(5);
  const { a, b } = pair;
  using third = new Socket(AF_INET, SOCK_DGRAM);
  third.settimeout(5);
  a.sendto(utf8("one"), b.getsockname());
  third.sendto(utf8("twoo"), b.getsockname());
  const vector = new MessageVector(b, 4, 100);
  receive(b, vector, 2);
  assertEquals(texts(vector, 2), ["one", "twoo"]);
  assertEquals([...vector.lengths], [3, 4, 100, 100]);
  assertEquals(vector.address(0), a.getsockname());
  assertEquals(vector.address(1), ["127.0.0.1", third.getsockname()[1]]);
  assertEquals(vector.address(2), null);
  assertEquals(b.sendmmsg(vector, 0, 2), 2);
  assertEquals(text(a.recv(100)), "one");
  assertEquals(text(third.recv(100)), "twoo");
});

Deno.test("an awaiting socket's recvmmsg() waits for the first message alone", async () => {
  using a = new awaiting.AsyncSocket(AF_INET, SOCK_DGRAM);
  using b = new awaiting.AsyncSocket(AF_INET, SOCK_DGRAM);
  b.bind(["127.0.0.1", 0]);
  const vector = new MessageVector(b, 8, 100);
  const receiving = b.recvmmsg(vector);
  const outgoing = new MessageVector(a, 3, 100);
  outgoing.setAddresses(b.getsockname());
  assertEquals(await a.sendmmsg(outgoing, 0, put(outgoing, "a", "bb")), 2);
  let count = await receiving;
  while (count < 2) count += await b.recvmmsg(vector, count);
  assertEquals(count, 2);
  assertEquals(texts(vector, 2), ["a", "bb"]);
  assertEquals(await b.sendmmsg(vector, 0, 2), 2);
  assertEquals(text(await a.recv(100)), "a");
});

Deno.test("a blocking socket's recvmmsg() waits for the first message alone", () => {
  using pair = boundUdpPair(5);
  const { a, b } = pair;
  a.sendto(utf8("one"), b.getsockname());
  b.settimeout(null);
  assertEquals(b.recvmmsg(new MessageVector(b, 4, 100)), 1);
});

Deno.test("recvmmsg() keeps to the socket's timeout", () => {
  using pair = boundUdpPair(5);
  const vector = new MessageVector(pair.b, 4, 100);
  pair.b.settimeout(0.01);
  assertThrows(() => pair.b.recvmmsg(vector), TimeoutError);
  pair.b.settimeout(0);
  const error = assertThrows(() => pair.b.recvmmsg(vector), BlockingIOError);
  assertEquals(error.syscall, "recvmmsg");
});

Deno.test("an awaiting socket's recvmmsg() ends with its timeout, its signal and its socket", async () => {
  const socket = new awaiting.AsyncSocket(AF_INET, SOCK_DGRAM);
  socket.bind(["127.0.0.1", 0]);
  const vector = new MessageVector(socket, 4, 100);
  const { signal, abort } = ((c) => ({
    signal: c.signal,
    abort: () => c.abort(new Error("enough")),
  }))(new AbortController());
  const aborted = socket.recvmmsg(vector, 0, 4, 0, { signal });
  abort();
  await assertRejects(() => aborted, Error, "enough");
  socket.settimeout(0.01);
  await assertRejects(() => socket.recvmmsg(vector), TimeoutError);
  socket.settimeout(null);
  const closed = socket.recvmmsg(vector);
  socket.close();
  await assertRejects(() => closed, OSError);
});

Deno.test("recvmmsg() fills from start to end, and nothing else", () => {
  using pair = boundUdpPair(5);
  const { a, b } = pair;
  const memory = new Uint8Array(50).fill(0xee);
  const buffers = [memory.subarray(10, 14), memory.subarray(20, 24)];
  const vector = new MessageVector(b, [
    ...buffers,
    new DataView(memory.buffer, 30, 4),
  ]);
  for (const word of ["long", "longer", "x"]) {
    a.sendto(utf8(word), b.getsockname());
  }
  assertEquals(b.recvmmsg(vector, 1, 2), 1);
  assertEquals(text(memory.subarray(20, 24)), "long");
  assertEquals([...vector.lengths], [4, 4, 4]);
  receive(b, vector, 1);
  assertEquals(text(memory.subarray(10, 14)), "long");
  assertEquals(vector.lengths[0], 4);
  assert((vector.msg_flags[0] & MSG_TRUNC) !== 0, "cut");
  if (vector.lengths[1] !== 1) assertEquals(b.recvmmsg(vector, 1), 1);
  assertEquals(text(vector.data(1)), "x");
  assertEquals(vector.msg_flags[1], 0);
  const outside = [
    ...memory.subarray(0, 10),
    ...memory.subarray(14, 20),
    ...memory.subarray(24),
  ];
  assert(outside.every((byte) => byte === 0xee), "nothing is written outside");
});

Deno.test(
  requires(
    "with MSG_TRUNC, recvmmsg() tells a datagram's true length",
    needs.linux,
  ),
  () => {
    using pair = boundUdpPair(5);
    const { a, b } = pair;
    a.sendto(utf8("longer"), b.getsockname());
    const vector = new MessageVector(b, 1, 4);
    b.recvmmsg(vector, 0, 1, MSG_PEEK | MSG_TRUNC);
    assertEquals(vector.lengths[0], 6);
    assertEquals(text(vector.data(0)), "long", "there is no more of it");
    assertThrows(() => b.sendmmsg(vector), RangeError, "lengths[0]");
  },
);

Deno.test("a connected socket's messages need no addresses, and empty ones go too", () => {
  using pair = boundUdpPair(5);
  const { a, b } = pair;
  a.connect(b.getsockname());
  const vector = new MessageVector(a, 3, 10);
  assertEquals(a.sendmmsg(vector, 0, put(vector, "a", "", "c")), 3);
  const came = new MessageVector(b, 3, 10);
  receive(b, came, 3);
  assertEquals(texts(came, 3), ["a", "", "c"]);
});

Deno.test("addresses are set for one message, for all, and for none", () => {
  using pair = boundUdpPair(5);
  const { a, b } = pair;
  const vector = new MessageVector(a, 3, 10);
  vector.setAddresses(b.getsockname());
  vector.setAddress(1, ["127.0.0.1", 9]);
  assertEquals(
    [0, 1, 2].map((i) => vector.address(i)),
    [b.getsockname(), ["127.0.0.1", 9], b.getsockname()],
  );
  assertThrows(
    () => vector.setAddress(1, ["127.0.0.1", 65536]),
    RangeError,
    "port",
  );
  assertEquals(vector.address(1), null, "half an address is none");
  vector.setAddresses(null);
  assertEquals([0, 1, 2].map((i) => vector.address(i)), [null, null, null]);
  const error = assertThrows(() => a.sendmmsg(vector), OSError);
  assertEquals(error.syscall, "sendmmsg");
});

Deno.test(requires("IPv6 addresses come and go", needs.ipv6), () => {
  using a = new Socket(AF_INET6, SOCK_DGRAM);
  using b = new Socket(AF_INET6, SOCK_DGRAM);
  for (const socket of [a, b]) {
    socket.bind(["::1", 0]);
    socket.settimeout(5);
  }
  const vector = new MessageVector(a, 2, 10);
  vector.setAddresses(["::1", b.getsockname()[1]]);
  a.sendmmsg(vector, 0, put(vector, "a"));
  assertEquals(b.recvmmsg(new MessageVector(b, 2, 10)), 1);
  a.sendmmsg(vector, 0, 1);
  const came = new MessageVector(b, 2, 10);
  b.recvmmsg(came);
  assertEquals(came.address(0), a.getsockname());
});

Deno.test({
  ...requires("Unix datagrams have paths for addresses", needs.posix),
  fn() {
    using folder = temporaryFolder();
    using a = new Socket(AF_UNIX, SOCK_DGRAM);
    using b = new Socket(AF_UNIX, SOCK_DGRAM);
    b.bind(`${folder.path}/far`);
    const vector = new MessageVector(a, 2, 10);
    vector.setAddresses(`${folder.path}/far`);
    a.sendmmsg(vector, 0, put(vector, "a", "b"));
    const came = new MessageVector(b, 2, 10);
    assertEquals(b.recvmmsg(came), 2);
    assertEquals(came.address(0), null, "it is not bound");
    a.bind(`${folder.path}/near`);
    a.sendmmsg(vector, 0, 2);
    assertEquals(b.recvmmsg(came), 2);
    assertEquals(came.address(1), `${folder.path}/near`);
  },
});

Deno.test({
  ...requires(
    "sendmmsg() sends as many as the socket takes, and waits for room for the first",
    needs.posix,
  ),
  async fn() {
    using pair = asyncSocketPair(AF_UNIX, SOCK_DGRAM);
    const { a, b } = pair;
    const vector = new MessageVector(a, 1000, 1000);
    const sent = await a.sendmmsg(vector);
    assert(sent > 0 && sent < 1000, `${sent}`);
    a.settimeout(0);
    const error = await assertRejects(
      () => a.sendmmsg(vector),
      BlockingIOError,
    );
    assertEquals(error.syscall, "sendmmsg");
    a.settimeout(5);
    const more = a.sendmmsg(vector, sent);
    const came = new MessageVector(b, 1000, 1000);
    let received = await b.recvmmsg(came);
    let total = sent + await more;
    while (total < 1000) {
      received += await b.recvmmsg(came);
      total += await a.sendmmsg(vector, total);
    }
    while (received < 1000) received += await b.recvmmsg(came);
    assertEquals([received, total], [1000, 1000]);
  },
});

Deno.test("sendmmsg() stops before a message that fails, and fails when it is the first", () => {
  using pair = boundUdpPair(5);
  const { a, b } = pair;
  const vector = new MessageVector(a, [
    new Uint8Array(1),
    new Uint8Array(70_000),
    new Uint8Array(3),
  ]);
  vector.setAddresses(b.getsockname());
  assertEquals(a.sendmmsg(vector), 1);
  const error = assertThrows(() => a.sendmmsg(vector, 1), OSError);
  assertEquals([error.errno, error.syscall], [errno.EMSGSIZE, "sendmmsg"]);
  assertEquals(a.sendmmsg(vector, 2), 1);
  assertEquals(b.recv(9).length + b.recv(9).length, 4);
});

Deno.test(
  requires(
    "recvmmsg() tells of an error that the socket has",
    need("a system other than Windows", Deno.build.os !== "windows"),
  ),
  () => {
    using pair = boundUdpPair(5);
    const { a, b } = pair;
    a.connect(b.getsockname());
    b.close();
    a.send(utf8("anyone?"));
    const error = assertThrows(
      () => a.recvmmsg(new MessageVector(a, 2, 10)),
      ConnectionRefusedError,
    );
    assertEquals(error.syscall, "recvmmsg");
  },
);

Deno.test("no messages are none", () => {
  using pair = boundUdpPair(5);
  const vector = new MessageVector(pair.a, 2, 10);
  assertEquals(pair.a.sendmmsg(vector, 1, 1), 0);
  assertEquals(pair.a.recvmmsg(vector, 2, 2), 0);
});

Deno.test("a stream's messages are parts of it", () => {
  using pair = socketPair(null, SOCK_STREAM);
  const { a, b } = pair;
  const vector = new MessageVector(a, 2, 3);
  a.sendmmsg(vector, 0, put(vector, "abc", "def"));
  const came = new MessageVector(b, 4, 4);
  let count = 0, all = "";
  while (all.length < 6) {
    count = b.recvmmsg(came);
    all += texts(came, count).join("");
  }
  assertEquals(all, "abcdef");
});

Deno.test({
  ...requires("descriptors come with messages, closed on exec", needs.posix),
  fn() {
    using pair = socketPair(AF_UNIX, SOCK_DGRAM);
    const { a, b } = pair;
    const vector = new MessageVector(a, 2, 3, CMSG_SPACE(4));
    const fd = new Uint8Array(new Int32Array([a.fileno()]).buffer);
    vector.setAncdata(1, [[SOL_SOCKET, SCM_RIGHTS, fd]]);
    assertEquals(a.sendmmsg(vector), 2);
    const came = new MessageVector(b, 2, 3, CMSG_LEN(4));
    assertEquals(b.recvmmsg(came), 2);
    assertEquals(came.ancdata(0), []);
    const [[level, type, data]] = came.ancdata(1);
    assertEquals([level, type, data.length], [SOL_SOCKET, SCM_RIGHTS, 4]);
    assertEquals([...came.msg_flags], [0, 0]);
    const [number] = new Int32Array(data.buffer);
    using copy = new Socket(AF_UNIX, SOCK_DGRAM, 0, number);
    assertEquals(copy.get_inheritable(), false);
    vector.setAncdata(1, []);
    a.sendmmsg(vector);
    assertEquals(recv_fds(b as never, 3, 1)[1], []);
  },
});

Deno.test({
  ...requires(
    "descriptors that find no room are gone, and MSG_CTRUNC tells",
    needs.posix,
  ),
  fn() {
    using pair = socketPair(AF_UNIX, SOCK_DGRAM);
    const { a, b } = pair;
    const fd = new Uint8Array(new Int32Array([a.fileno()]).buffer);
    a.sendmsg([utf8("x")], [[SOL_SOCKET, SCM_RIGHTS, fd]]);
    const next = dup(a.fileno());
    libc.close(next);
    const came = new MessageVector(b, 1, 3);
    b.recvmmsg(came);
    assertEquals(came.msg_flags[0] & MSG_CTRUNC, MSG_CTRUNC);
    assertEquals(came.ancdata(0), []);
    const after = dup(a.fileno());
    libc.close(after);
    assertEquals(after, next, "nothing is left open");
  },
});

Deno.test(
  requires(
    "UDP_SEGMENT cuts messages into datagrams, and UDP_GRO makes messages of them",
    needs.attribute("UDP_SEGMENT"),
    needs.attribute("UDP_GRO"),
  ),
  () => {
    using pair = boundUdpPair(5);
    const { a, b } = pair;
    const vector = new MessageVector(a, 2, 10, CMSG_SPACE(2));
    vector.setAddresses(b.getsockname());
    vector.setAncdata(0, [[IPPROTO_UDP, UDP_SEGMENT, Uint8Array.of(4, 0)]]);
    const count = put(vector, "aaaabbbbcc", "d");
    assertEquals(a.sendmmsg(vector, 0, count), 2);
    const parts = new MessageVector(b, 8, 10, CMSG_SPACE(4));
    receive(b, parts, 4);
    assertEquals(texts(parts, 4), ["aaaa", "bbbb", "cc", "d"]);
    assertEquals(parts.segmentSize(0), 4, "its own length");
    b.setsockopt(IPPROTO_UDP, UDP_GRO, 1);
    a.sendmmsg(vector, 0, count);
    receive(b, parts, 2);
    assertEquals(texts(parts, 2), ["aaaabbbbcc", "d"]);
    assertEquals([0, 1].map((i) => parts.segmentSize(i)), [4, 1]);
  },
);

Deno.test("a vector refuses what it cannot be made of, by name", () => {
  using socket = new Socket(AF_INET, SOCK_DGRAM);
  // deno-lint-ignore no-explicit-any
  const make = (...rest: any[]) => () => {
    // deno-lint-ignore no-explicit-any
    new (MessageVector as any)(...rest);
  };
  const detached = new Uint8Array(4);
  structuredClone(detached, { transfer: [detached.buffer] });
  const resizable = new ArrayBuffer(4, { maxByteLength: 8 });
  assertThrows(make(socket, 0, 10), RangeError, "vlen");
  assertThrows(make(socket, 1025, 10), RangeError, "vlen");
  assertThrows(make(socket, "4", 10), TypeError, "vlen");
  assertThrows(make(socket, 4, -1), RangeError, "bufsize");
  assertThrows(make(socket, 4, 10, -1), RangeError, "ancbufsize");
  assertThrows(make(socket, []), RangeError, "buffers");
  assertThrows(make(socket, ["text"]), TypeError, "buffers[0]");
  assertThrows(
    make(socket, [new Uint8Array(1), detached]),
    TypeError,
    "buffers[1]",
  );
  assertThrows(make(socket, [resizable]), TypeError, "buffers[0]");
  assertThrows(make(null, 4, 10), TypeError, "socket");
});

Deno.test("recvmmsg() and sendmmsg() refuse what is not theirs, by name", async () => {
  using socket = new Socket(AF_INET, SOCK_DGRAM);
  using later = new awaiting.AsyncSocket(AF_INET, SOCK_DGRAM);
  const vector = new MessageVector(socket, 4, 10);
  for (const name of ["recvmmsg", "sendmmsg"] as const) {
    // deno-lint-ignore no-explicit-any
    const call = (socket as any)[name].bind(socket);
    assertThrows(() => call([], 0, 1), TypeError, "msgvec");
    assertThrows(() => call(null, 0, 1), TypeError);
    assertThrows(() => call(vector, -1), RangeError, "start");
    assertThrows(() => call(vector, 3, 2), RangeError, "end");
    assertThrows(() => call(vector, 0, 5), RangeError, "end");
    assertThrows(() => call(vector, 0.5), TypeError, "start");
    assertThrows(() => call(vector, 0, 1, "x"), TypeError, "flags");
    await assertRejects(() => later[name](vector, 0, 5), RangeError, "end");
  }
  assertThrows(() => vector.data(4), RangeError, "index");
  assertThrows(() => vector.address(-1), RangeError, "index");
  assertThrows(
    () => vector.setAncdata(0, [[1, 1, new Uint8Array(1)]]),
    RangeError,
    "ancbufsize",
  );
  vector.lengths[2] = 11;
  assertThrows(() => socket.sendmmsg(vector), RangeError, "lengths[2]");
  if (isPosix) {
    using other = new Socket(AF_UNIX, SOCK_DGRAM);
    assertThrows(() => other.sendmmsg(vector as never), TypeError, "msgvec");
  }
});

Deno.test("a buffer that was detached is refused before the system writes to it", () => {
  using pair = boundUdpPair(5);
  const { a, b } = pair;
  a.sendto(utf8("one"), b.getsockname());
  const owned = new MessageVector(b, 4, 10);
  const given = new MessageVector(b, [new Uint8Array(1), new Uint8Array(5)]);
  structuredClone(0, { transfer: [owned.buffers[0].buffer] });
  structuredClone(0, { transfer: [given.buffers[1].buffer] });
  for (const vector of [owned, given]) {
    assertThrows(() => b.recvmmsg(vector), TypeError, "msgvec");
    assertThrows(() => b.sendmmsg(vector), TypeError, "msgvec");
  }
  assertEquals(text(b.recv(10)), "one");
});

Deno.test("the views of a vector cannot be exchanged", () => {
  using socket = new Socket(AF_INET, SOCK_DGRAM);
  const vector = new MessageVector(socket, 2, 10);
  // deno-lint-ignore no-explicit-any
  const open = vector as any;
  assertThrows(() => open.lengths = [1e9], TypeError);
  assertThrows(() => open.buffers[0] = new Uint8Array(1e6), TypeError);
  assertStrictEquals(vector.buffers, vector.buffers);
});

Deno.test("where there are no calls for many messages, they go one by one", () => {
  using pair = boundUdpPair(5);
  const { a, b } = pair;
  const { recvmsg, sendmsg } = libc;
  const calls = vectorCallsOf({ recvmsg, sendmsg });
  const [from, to] = [a, b].map(handleOf);
  a.connect(b.getsockname());
  const data = [new Uint8Array(1), new Uint8Array(2), new Uint8Array(70_000)];
  const out = new MessageHeaders(data, 0);
  data.forEach(({ length }, i) => out.offer(i, length, 0, 0));
  assertEquals(calls.sendmmsg(from, out, 0, 3, 0), 2);
  assertEquals([out.length(0), out.length(1)], [1, 2]);
  assertEquals(calls.sendmmsg(from, out, 2, 1, 0), -errno.EMSGSIZE);
  const into = new MessageHeaders(data, 0);
  data.forEach((_, i) => into.expect(i));
  b.settimeout(null);
  let count = calls.recvmmsg(to, into, 0, 3, 0);
  while (count < 2) count += calls.recvmmsg(to, into, count, 3 - count, 0);
  assertEquals([count, into.length(0), into.length(1)], [2, 1, 2]);
  assert(into.nameLength(0) > 0);
  b.settimeout(0);
  assertEquals(calls.recvmmsg(to, into, 0, 3, 0), -errno.EWOULDBLOCK);
});

Deno.test("where messages go one by one, an error after the first is told by the next call", () => {
  using pair = boundUdpPair(5);
  const h = handleOf(pair.a);
  const results = [5, -1, 7]; // what recvmsg() returns, in turn
  const calls = vectorCallsOf({
    sendmsg: libc.sendmsg,
    recvmsg: () => {
      const result = results.shift()!;
      if (result < 0) libc.close(-1); // EBADF
      return result;
    },
  });
  const headers = new MessageHeaders([new Uint8Array(9), new Uint8Array(9)], 0);
  if (hasattr("MSG_DONTWAIT")) {
    assertEquals(calls.recvmmsg(h, headers, 0, 2, 0), 1);
    assertEquals(headers.length(0), 5);
    assertEquals(calls.recvmmsg(h, headers, 0, 2, 0), -errno.EBADF);
    assertEquals(calls.recvmmsg(h, headers, 1, 1, 0), 1);
    assertEquals(headers.length(1), 7);
  }
});

Deno.test("buffers for which there is no memory are refused by name", () => {
  using pair = socketPair();
  assertThrows(
    () => new MessageVector(pair.a, 1024, 0x7fffffff),
    RangeError,
    "vlen: there is no memory for 1024 times 2147483647 bytes",
  );
});
