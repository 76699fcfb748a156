/** `recvmmsg()` and `sendmmsg()` of both classes, and the messages they share. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import * as awaiting from "../../async.ts";
import { libc } from "../../ffi/libc.ts";
import { MessageHeaders } from "../../ffi/mmsghdr.ts";
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
  socketpair,
  SOL_SOCKET,
  TimeoutError,
  UDP_GRO,
  UDP_SEGMENT,
} from "../../mod.ts";
import { handleOf } from "../../socket/operations/handle.ts";
import { vectorCallsOf } from "../../socket/operations/vector_calls.ts";
import {
  needing,
  noIPv6,
  noPosix,
  notLinux,
  temporaryFolder,
  text,
  utf8,
} from "../support/helpers.ts";

/** Two bound sockets; what goes wrong ends in five seconds. */
function datagrams(): Disposable & { near: Socket; far: Socket } {
  const [near, far] = [0, 1].map(() => {
    const socket = new Socket(AF_INET, SOCK_DGRAM);
    socket.bind(["127.0.0.1", 0]);
    socket.settimeout(5);
    return socket;
  });
  return {
    near,
    far,
    [Symbol.dispose](): void {
      near.close();
      far.close();
    },
  };
}

/** Puts texts into a vector, one a message. */
function put(vector: MessageVector, ...texts: string[]): number {
  texts.forEach((text, i) => {
    vector.lengths[i] = new TextEncoder().encodeInto(text, vector.buffers[i])
      .written;
  });
  return texts.length;
}

/** Receives so many messages, however many calls that takes. */
function receive(socket: Socket, vector: MessageVector, count: number): void {
  for (let at = 0; at < count;) {
    at += socket.recvmmsg(vector as MessageVector<awaiting.InetAddress>, at);
  }
}

const texts = (vector: MessageVector, count: number): string[] =>
  Array.from({ length: count }, (_, i) => text(vector.data(i)));

Deno.test("what recvmmsg() received, sendmmsg() sends back to where it came from", () => {
  using ends = datagrams();
  const { near, far } = ends;
  using third = new Socket(AF_INET, SOCK_DGRAM);
  third.settimeout(5);
  near.sendto(utf8("one"), far.getsockname());
  third.sendto(utf8("twoo"), far.getsockname());
  const vector = new MessageVector(far, 4, 100);
  receive(far, vector, 2);
  assertEquals(texts(vector, 2), ["one", "twoo"]);
  assertEquals([...vector.lengths], [3, 4, 100, 100]);
  assertEquals(vector.address(0), near.getsockname());
  assertEquals(vector.address(1), ["127.0.0.1", third.getsockname()[1]]);
  assertEquals(vector.address(2), null);
  assertEquals(far.sendmmsg(vector, 0, 2), 2);
  assertEquals(text(near.recv(100)), "one");
  assertEquals(text(third.recv(100)), "twoo");
});

Deno.test("an awaiting socket's recvmmsg() waits for the first message alone", async () => {
  using near = new awaiting.AsyncSocket(AF_INET, SOCK_DGRAM);
  using far = new awaiting.AsyncSocket(AF_INET, SOCK_DGRAM);
  far.bind(["127.0.0.1", 0]);
  const vector = new MessageVector(far, 8, 100);
  const receiving = far.recvmmsg(vector);
  const outgoing = new MessageVector(near, 3, 100);
  outgoing.setAddresses(far.getsockname());
  assertEquals(await near.sendmmsg(outgoing, 0, put(outgoing, "a", "bb")), 2);
  let count = await receiving;
  while (count < 2) count += await far.recvmmsg(vector, count);
  assertEquals(count, 2);
  assertEquals(texts(vector, 2), ["a", "bb"]);
  assertEquals(await far.sendmmsg(vector, 0, 2), 2);
  assertEquals(text(await near.recv(100)), "a");
});

Deno.test("a blocking socket's recvmmsg() waits for the first message alone", () => {
  using ends = datagrams();
  const { near, far } = ends;
  near.sendto(utf8("one"), far.getsockname());
  far.settimeout(null);
  assertEquals(far.recvmmsg(new MessageVector(far, 4, 100)), 1);
});

Deno.test("recvmmsg() keeps to the socket's timeout", () => {
  using ends = datagrams();
  const vector = new MessageVector(ends.far, 4, 100);
  ends.far.settimeout(0.01);
  assertThrows(() => ends.far.recvmmsg(vector), TimeoutError);
  ends.far.settimeout(0);
  const error = assertThrows(() => ends.far.recvmmsg(vector), BlockingIOError);
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
  using ends = datagrams();
  const { near, far } = ends;
  const memory = new Uint8Array(50).fill(0xee);
  const buffers = [memory.subarray(10, 14), memory.subarray(20, 24)];
  const vector = new MessageVector(far, [
    ...buffers,
    new DataView(memory.buffer, 30, 4),
  ]);
  for (const word of ["long", "longer", "x"]) {
    near.sendto(utf8(word), far.getsockname());
  }
  assertEquals(far.recvmmsg(vector, 1, 2), 1);
  assertEquals(text(memory.subarray(20, 24)), "long");
  assertEquals([...vector.lengths], [4, 4, 4]);
  receive(far, vector, 1);
  assertEquals(text(memory.subarray(10, 14)), "long");
  assertEquals(vector.lengths[0], 4);
  assert((vector.msg_flags[0] & MSG_TRUNC) !== 0, "cut");
  if (vector.lengths[1] !== 1) assertEquals(far.recvmmsg(vector, 1), 1);
  assertEquals(text(vector.data(1)), "x");
  assertEquals(vector.msg_flags[1], 0);
  const outside = [
    ...memory.subarray(0, 10),
    ...memory.subarray(14, 20),
    ...memory.subarray(24),
  ];
  assert(outside.every((byte) => byte === 0xee), "nothing is written outside");
});

Deno.test("with MSG_TRUNC, recvmmsg() tells a datagram's true length", {
  ignore: notLinux !== undefined,
}, () => {
  using ends = datagrams();
  const { near, far } = ends;
  near.sendto(utf8("longer"), far.getsockname());
  const vector = new MessageVector(far, 1, 4);
  far.recvmmsg(vector, 0, 1, MSG_PEEK | MSG_TRUNC);
  assertEquals(vector.lengths[0], 6);
  assertEquals(text(vector.data(0)), "long", "there is no more of it");
  assertThrows(() => far.sendmmsg(vector), RangeError, "lengths[0]");
});

Deno.test("a connected socket's messages need no addresses, and empty ones go too", () => {
  using ends = datagrams();
  const { near, far } = ends;
  near.connect(far.getsockname());
  const vector = new MessageVector(near, 3, 10);
  assertEquals(near.sendmmsg(vector, 0, put(vector, "a", "", "c")), 3);
  const came = new MessageVector(far, 3, 10);
  receive(far, came, 3);
  assertEquals(texts(came, 3), ["a", "", "c"]);
});

Deno.test("addresses are set for one message, for all, and for none", () => {
  using ends = datagrams();
  const { near, far } = ends;
  const vector = new MessageVector(near, 3, 10);
  vector.setAddresses(far.getsockname());
  vector.setAddress(1, ["127.0.0.1", 9]);
  assertEquals(
    [0, 1, 2].map((i) => vector.address(i)),
    [far.getsockname(), ["127.0.0.1", 9], far.getsockname()],
  );
  assertThrows(
    () => vector.setAddress(1, ["127.0.0.1", 65536]),
    RangeError,
    "port",
  );
  assertEquals(vector.address(1), null, "half an address is none");
  vector.setAddresses(null);
  assertEquals([0, 1, 2].map((i) => vector.address(i)), [null, null, null]);
  const error = assertThrows(() => near.sendmmsg(vector), OSError);
  assertEquals(error.syscall, "sendmmsg");
});

Deno.test(needing("IPv6 addresses come and go", noIPv6).name, {
  ignore: noIPv6 !== undefined,
}, () => {
  using near = new Socket(AF_INET6, SOCK_DGRAM);
  using far = new Socket(AF_INET6, SOCK_DGRAM);
  for (const socket of [near, far]) {
    socket.bind(["::1", 0]);
    socket.settimeout(5);
  }
  const vector = new MessageVector(near, 2, 10);
  vector.setAddresses(["::1", far.getsockname()[1]]);
  near.sendmmsg(vector, 0, put(vector, "a"));
  assertEquals(far.recvmmsg(new MessageVector(far, 2, 10)), 1);
  near.sendmmsg(vector, 0, 1);
  const came = new MessageVector(far, 2, 10);
  far.recvmmsg(came);
  assertEquals(came.address(0), near.getsockname());
});

Deno.test({
  ...needing("Unix datagrams have paths for addresses", noPosix),
  fn() {
    using folder = temporaryFolder();
    using near = new Socket(AF_UNIX, SOCK_DGRAM);
    using far = new Socket(AF_UNIX, SOCK_DGRAM);
    far.bind(`${folder.path}/far`);
    const vector = new MessageVector(near, 2, 10);
    vector.setAddresses(`${folder.path}/far`);
    near.sendmmsg(vector, 0, put(vector, "a", "b"));
    const came = new MessageVector(far, 2, 10);
    assertEquals(far.recvmmsg(came), 2);
    assertEquals(came.address(0), null, "it is not bound");
    near.bind(`${folder.path}/near`);
    near.sendmmsg(vector, 0, 2);
    assertEquals(far.recvmmsg(came), 2);
    assertEquals(came.address(1), `${folder.path}/near`);
  },
});

Deno.test({
  ...needing(
    "sendmmsg() sends as many as the socket takes, and waits for room for the first",
    noPosix,
  ),
  async fn() {
    const [a, b] = awaiting.socketpair(AF_UNIX, SOCK_DGRAM);
    using near = a;
    using far = b;
    const vector = new MessageVector(near, 1000, 1000);
    const sent = await near.sendmmsg(vector);
    assert(sent > 0 && sent < 1000, `${sent}`);
    near.settimeout(0);
    const error = await assertRejects(
      () => near.sendmmsg(vector),
      BlockingIOError,
    );
    assertEquals(error.syscall, "sendmmsg");
    near.settimeout(5);
    const more = near.sendmmsg(vector, sent);
    const came = new MessageVector(far, 1000, 1000);
    let received = await far.recvmmsg(came);
    let total = sent + await more;
    while (total < 1000) {
      received += await far.recvmmsg(came);
      total += await near.sendmmsg(vector, total);
    }
    while (received < 1000) received += await far.recvmmsg(came);
    assertEquals([received, total], [1000, 1000]);
  },
});

Deno.test("sendmmsg() stops before a message that fails, and fails when it is the first", () => {
  using ends = datagrams();
  const { near, far } = ends;
  const vector = new MessageVector(near, [
    new Uint8Array(1),
    new Uint8Array(70_000),
    new Uint8Array(3),
  ]);
  vector.setAddresses(far.getsockname());
  assertEquals(near.sendmmsg(vector), 1);
  const error = assertThrows(() => near.sendmmsg(vector, 1), OSError);
  assertEquals([error.errno, error.syscall], [errno.EMSGSIZE, "sendmmsg"]);
  assertEquals(near.sendmmsg(vector, 2), 1);
  assertEquals(far.recv(9).length + far.recv(9).length, 4);
});

Deno.test("recvmmsg() tells of an error that the socket has", {
  ignore: Deno.build.os === "windows",
}, () => {
  using ends = datagrams();
  const { near, far } = ends;
  near.connect(far.getsockname());
  far.close();
  near.send(utf8("anyone?"));
  const error = assertThrows(
    () => near.recvmmsg(new MessageVector(near, 2, 10)),
    ConnectionRefusedError,
  );
  assertEquals(error.syscall, "recvmmsg");
});

Deno.test("no messages are none", () => {
  using ends = datagrams();
  const vector = new MessageVector(ends.near, 2, 10);
  assertEquals(ends.near.sendmmsg(vector, 1, 1), 0);
  assertEquals(ends.near.recvmmsg(vector, 2, 2), 0);
});

Deno.test("a stream's messages are parts of it", () => {
  const [near, far] = socketpair(null, SOCK_STREAM);
  using _near = near, _far = far;
  const vector = new MessageVector(near, 2, 3);
  near.sendmmsg(vector, 0, put(vector, "abc", "def"));
  const came = new MessageVector(far, 4, 4);
  let count = 0, all = "";
  while (all.length < 6) {
    count = far.recvmmsg(came);
    all += texts(came, count).join("");
  }
  assertEquals(all, "abcdef");
});

Deno.test({
  ...needing("descriptors come with messages, closed on exec", noPosix),
  fn() {
    const [near, far] = socketpair(AF_UNIX, SOCK_DGRAM);
    using _near = near, _far = far;
    const vector = new MessageVector(near, 2, 3, CMSG_SPACE(4));
    const fd = new Uint8Array(new Int32Array([near.fileno()]).buffer);
    vector.setAncdata(1, [[SOL_SOCKET, SCM_RIGHTS, fd]]);
    assertEquals(near.sendmmsg(vector), 2);
    const came = new MessageVector(far, 2, 3, CMSG_LEN(4));
    assertEquals(far.recvmmsg(came), 2);
    assertEquals(came.ancdata(0), []);
    const [[level, type, data]] = came.ancdata(1);
    assertEquals([level, type, data.length], [SOL_SOCKET, SCM_RIGHTS, 4]);
    assertEquals([...came.msg_flags], [0, 0]);
    const [number] = new Int32Array(data.buffer);
    using copy = new Socket(AF_UNIX, SOCK_DGRAM, 0, number);
    assertEquals(copy.get_inheritable(), false);
    vector.setAncdata(1, []);
    near.sendmmsg(vector);
    assertEquals(recv_fds(far as never, 3, 1)[1], []);
  },
});

Deno.test({
  ...needing(
    "descriptors that find no room are gone, and MSG_CTRUNC tells",
    noPosix,
  ),
  fn() {
    const [near, far] = socketpair(AF_UNIX, SOCK_DGRAM);
    using _near = near, _far = far;
    const fd = new Uint8Array(new Int32Array([near.fileno()]).buffer);
    near.sendmsg([utf8("x")], [[SOL_SOCKET, SCM_RIGHTS, fd]]);
    const next = dup(near.fileno());
    libc.close(next);
    const came = new MessageVector(far, 1, 3);
    far.recvmmsg(came);
    assertEquals(came.msg_flags[0] & MSG_CTRUNC, MSG_CTRUNC);
    assertEquals(came.ancdata(0), []);
    const after = dup(near.fileno());
    libc.close(after);
    assertEquals(after, next, "nothing is left open");
  },
});

Deno.test(
  "UDP_SEGMENT cuts messages into datagrams, and UDP_GRO makes messages of them",
  {
    ignore: !hasattr("UDP_SEGMENT") || !hasattr("UDP_GRO"),
  },
  () => {
    using ends = datagrams();
    const { near, far } = ends;
    const vector = new MessageVector(near, 2, 10, CMSG_SPACE(2));
    vector.setAddresses(far.getsockname());
    vector.setAncdata(0, [[IPPROTO_UDP, UDP_SEGMENT, Uint8Array.of(4, 0)]]);
    const count = put(vector, "aaaabbbbcc", "d");
    assertEquals(near.sendmmsg(vector, 0, count), 2);
    const parts = new MessageVector(far, 8, 10, CMSG_SPACE(4));
    receive(far, parts, 4);
    assertEquals(texts(parts, 4), ["aaaa", "bbbb", "cc", "d"]);
    assertEquals(parts.segmentSize(0), 4, "its own length");
    far.setsockopt(IPPROTO_UDP, UDP_GRO, 1);
    near.sendmmsg(vector, 0, count);
    receive(far, parts, 2);
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
  if (noPosix === undefined) {
    using other = new Socket(AF_UNIX, SOCK_DGRAM);
    assertThrows(() => other.sendmmsg(vector as never), TypeError, "msgvec");
  }
});

Deno.test("a buffer that was detached is refused before the system writes to it", () => {
  using ends = datagrams();
  const { near, far } = ends;
  near.sendto(utf8("one"), far.getsockname());
  const owned = new MessageVector(far, 4, 10);
  const given = new MessageVector(far, [new Uint8Array(1), new Uint8Array(5)]);
  structuredClone(0, { transfer: [owned.buffers[0].buffer] });
  structuredClone(0, { transfer: [given.buffers[1].buffer] });
  for (const vector of [owned, given]) {
    assertThrows(() => far.recvmmsg(vector), TypeError, "msgvec");
    assertThrows(() => far.sendmmsg(vector), TypeError, "msgvec");
  }
  assertEquals(text(far.recv(10)), "one");
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
  using ends = datagrams();
  const { near, far } = ends;
  const { recvmsg, sendmsg } = libc;
  const calls = vectorCallsOf({ recvmsg, sendmsg });
  const [from, to] = [near, far].map(handleOf);
  near.connect(far.getsockname());
  const data = [new Uint8Array(1), new Uint8Array(2), new Uint8Array(70_000)];
  const out = new MessageHeaders(data, 0);
  data.forEach(({ length }, i) => out.offer(i, length, 0, 0));
  assertEquals(calls.sendmmsg(from, out, 0, 3, 0), 2);
  assertEquals([out.length(0), out.length(1)], [1, 2]);
  assertEquals(calls.sendmmsg(from, out, 2, 1, 0), -errno.EMSGSIZE);
  const into = new MessageHeaders(data, 0);
  data.forEach((_, i) => into.expect(i));
  far.settimeout(null);
  let count = calls.recvmmsg(to, into, 0, 3, 0);
  while (count < 2) count += calls.recvmmsg(to, into, count, 3 - count, 0);
  assertEquals([count, into.length(0), into.length(1)], [2, 1, 2]);
  assert(into.nameLength(0) > 0);
  far.settimeout(0);
  assertEquals(calls.recvmmsg(to, into, 0, 3, 0), -errno.EWOULDBLOCK);
});

Deno.test("where messages go one by one, an error after the first is told by the next call", () => {
  using ends = datagrams();
  const h = handleOf(ends.near);
  const results = [5, -1, 7]; // of recvmsg(), in turn
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
