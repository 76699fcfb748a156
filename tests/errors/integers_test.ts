/** What counts as an integer: as in Python, booleans and integers of any size; and -0, which is 0. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AsyncSocket } from "../../async.ts";
import * as socket from "../../mod.ts";
import { DefaultSelector, EVENT_READ } from "../../selectors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { asyncSocketPair, socketPair, udpPair } from "../support/pairs.ts";
import { need, needs, requires, succeeds } from "../support/requires.ts";

const { AF_INET, SO_REUSEADDR, SOCK_DGRAM, SOL_SOCKET, Socket } = socket;

// deno-lint-ignore no-explicit-any
const any = (value: unknown): any => value;

/** The forms in which 0 and 1 may be passed. */
const zeros = [-0, false, 0n].map(any);
const ones = [true, 1n].map(any);

/** Often enough for the compiler to optimize the calls, as they take another path then. */
const OFTEN = 20_000;

Deno.test("-0, false and 0n are 0 in every call", () => {
  for (const zero of zeros) {
    using pair = udpPair();
    const { a, b } = pair;
    assertEquals(a.send(utf8("one"), zero), 3);
    assertEquals(text(b.recv(10, zero)), "one");
    a.sendall(utf8("two"), zero);
    assertEquals(b.recv_into(new Uint8Array(4), zero, zero), 3);
    a.sendto(utf8("three"), zero, b.getsockname());
    assertEquals(text(b.recvfrom(10, zero)[0]), "three");
    a.sendmsg([utf8("four")], [], zero);
    assertEquals(text(b.recvmsg(10, zero, zero)[0]), "four");
    a.sendmsg([utf8("five")], [], zero);
    assertEquals(b.recvmsg_into([new Uint8Array(9)], zero, zero)[0], 4);
    a.send(utf8("six"));
    assertEquals(b.recv(zero).length, 0);

    a.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    a.setsockopt(SOL_SOCKET, SO_REUSEADDR, zero);
    assertEquals(a.getsockopt(SOL_SOCKET, SO_REUSEADDR), 0);
    assertEquals(a.getsockopt(SOL_SOCKET, SO_REUSEADDR, zero), 0);
    assertThrows(() => a.getsockopt(zero, 9999), socket.OSError);
    assertThrows(() => a.getsockopt(9999, zero), socket.OSError);
    assertThrows(() => a.setsockopt(9999, zero, 1), socket.OSError);
    assertThrows(() => a.setsockopt(9999, 1, null, zero), socket.OSError);

    using listener = new Socket(AF_INET, socket.SOCK_STREAM, zero);
    listener.bind(["127.0.0.1", zero]);
    listener.listen(zero);
    assertEquals(listener.proto, 0);
    listener.settimeout(zero);
    assert(Object.is(listener.gettimeout(), 0));
    assertThrows(() => listener.accept(), socket.BlockingIOError);
    using dual = socket.create_server(["127.0.0.1", zero], { backlog: zero });
    assert(dual.getsockname()[1] > 0);

    const [[family]] = socket.getaddrinfo(
      "127.0.0.1",
      0,
      zero,
      zero,
      zero,
      zero,
    );
    assertEquals(family, AF_INET);
    assertEquals(
      socket.getnameinfo(["127.0.0.1", zero], socket.NI_NUMERICSERV),
      [
        socket.getnameinfo(["127.0.0.1", 0], 0)[0],
        "0",
      ],
    );
    assertEquals(socket.htons(zero), 0);
    assertEquals(socket.htonl(zero), 0);
    assertThrows(() => socket.if_indextoname(zero), socket.OSError);
    assertEquals(socket.CMSG_LEN(zero), socket.CMSG_LEN(0));

    const messages = new socket.MessageVector<socket.InetAddress>(
      a,
      2,
      8,
      zero,
    );
    messages.setAddress(zero, b.getsockname());
    assertEquals(messages.address(zero), b.getsockname());
    assertEquals(messages.data(zero).length, 8);
    assertEquals(messages.segmentSize(zero), 8);
    assertEquals(messages.ancdata(zero), []);
    assertEquals(a.sendmmsg(messages, zero, 1, zero), 1);
    assertEquals(a.sendmmsg(messages, zero, zero), 0);
  }
});

Deno.test("-0 stays 0 once the compiler has optimized the calls", () => {
  using pair = udpPair();
  const { a, b } = pair;
  const data = utf8("x");
  for (let i = 0; i < OFTEN; i++) {
    const zero = i % 3 === 0 ? -0 : 0;
    a.send(data, zero);
    assertEquals(b.recv_into(data, zero, zero), 1);
    a.setsockopt(SOL_SOCKET, SO_REUSEADDR, zero);
  }
  assertEquals(a.getsockopt(SOL_SOCKET, SO_REUSEADDR), 0);
});

Deno.test("true and 1n are 1 in every call", () => {
  for (const one of ones) {
    using pair = udpPair();
    const { a, b } = pair;
    a.setsockopt(SOL_SOCKET, SO_REUSEADDR, one);
    assert(a.getsockopt(SOL_SOCKET, SO_REUSEADDR) !== 0);
    a.send(utf8("a"));
    assertEquals(text(b.recv(one)), "a");
    a.send(utf8("a"));
    assertEquals(b.recv_into(new Uint8Array(4), one), 1);
    assertEquals(socket.ntohs(one), 256);
    assertEquals(socket.CMSG_SPACE(one), socket.CMSG_SPACE(1));
    a.settimeout(one);
    assertEquals(a.gettimeout(), 1);
    assertEquals(
      socket.encodeLinger(true, one),
      socket.encodeLinger(true, 1),
    );
    using listener = new Socket(AF_INET, one); // SOCK_STREAM
    assertEquals(listener.type, 1);
    listener.bind(["127.0.0.1", 0]);
    listener.listen(one);
    assertEquals(socket.getdefaulttimeout(), null);
    using selector = new DefaultSelector();
    assertEquals(selector.register(listener, one).events, EVENT_READ);
    assertEquals(selector.modify(listener, one).events, EVENT_READ);
    assertEquals(selector.select(any(false)), []);
    assertEquals(selector.select(any(0n)), []);
    assertEquals(selector.select(any(-1n)), []);
  }
});

Deno.test("a descriptor may be a bigint, and -1n stands for the default", () => {
  using made = new Socket(AF_INET, SOCK_DGRAM);
  using copy = new Socket(
    any(-1n),
    any(-1n),
    any(-1n),
    any(BigInt(socket.dup(made.fileno()))),
  );
  assertEquals([copy.family, copy.type], [AF_INET, SOCK_DGRAM]);
  const fd = socket.dup(any(BigInt(made.fileno())));
  socket.close(any(BigInt(fd)));
  assertThrows(() => socket.dup(fd), socket.OSError);
  using selector = new DefaultSelector();
  const key = selector.register(any(BigInt(made.fileno())), EVENT_READ);
  assertEquals(key.fd, made.fileno());
});

Deno.test("a bigint out of range is a RangeError that names the argument", () => {
  using tcp = new Socket();
  for (const big of [2n ** 63n, -(2n ** 63n), 2n ** 2000n].map(any)) {
    for (
      const [call, name] of [
        [() => socket.CMSG_LEN(big), "length"],
        [() => socket.CMSG_SPACE(big), "length"],
        [() => tcp.recv(big), "bufsize"],
        [() => tcp.recv(1, big), "flags"],
        [() => tcp.send(new Uint8Array(1), big), "flags"],
        [() => tcp.setsockopt(SOL_SOCKET, SO_REUSEADDR, big), "value"],
        [() => tcp.getsockopt(big, 1), "level"],
        [() => tcp.bind(["127.0.0.1", big]), "port"],
        [() => socket.htonl(big), "x"],
        [() => tcp.listen(big), "backlog"],
        [() => new Socket(big), "family"],
        [() => tcp.settimeout(big), "timeout"],
      ] as const
    ) assertThrows(call, RangeError, name);
  }
  assertEquals(socket.getaddrinfo("127.0.0.1", any(80n))[0][4], [
    "127.0.0.1",
    80,
  ]);
});

Deno.test("awaiting sockets take the same integers", async () => {
  using pair = asyncSocketPair();
  const { a, b } = pair;
  for (const zero of zeros) {
    await a.send(utf8("one"), zero);
    assertEquals(text(await b.recv(10, zero)), "one");
    await a.sendall(utf8("two"), zero);
    assertEquals(await b.recv_into(new Uint8Array(4), zero, zero), 3);
    await a.sendmsg([utf8("four")], [], zero);
    assertEquals(text((await b.recvmsg(10, zero, zero))[0]), "four");
  }
  for (const one of ones) {
    await a.send(utf8("a"));
    assertEquals(text(await b.recv(one)), "a");
    a.setsockopt(SOL_SOCKET, socket.SO_KEEPALIVE, one);
  }
  await assertRejects(() => b.recv(1, any(2n ** 40n)), RangeError, "flags");
  await assertRejects(() => b.recv(any(2n ** 40n)), RangeError, "bufsize");
});

Deno.test({
  ...requires("a bigint of MSG_ERRQUEUE reads the error queue", needs.linux),
  async fn() {
    using socket_ = new AsyncSocket(AF_INET, SOCK_DGRAM);
    socket_.settimeout(0);
    const flags = any(BigInt(socket.MSG_ERRQUEUE));
    await assertRejects(() => socket_.recv(1, flags), socket.BlockingIOError);
  },
});

Deno.test({
  ...requires("booleans are options of AF_ALG, bigints too", needs.linux),
  fn() {
    using pair = socketPair();
    const says = "algset is only supported for AF_ALG";
    for (const op of [0, -0, false, 0n, true, 1n]) {
      assertThrows(
        () => pair.a.sendmsg_afalg([], { op: any(op), assoclen: any(true) }),
        socket.OSError,
        says,
      );
    }
    assertThrows(
      () => pair.a.sendmsg_afalg([], { op: any(-1n) }),
      TypeError,
      "argument 'op'",
    );
  },
});

const vsock = need(
  "AF_VSOCK",
  socket.hasattr("AF_VSOCK") &&
    succeeds(() => new Socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()),
);

Deno.test({
  ...requires("options of 64 bits are set and read whole", vsock),
  fn() {
    using made = new Socket(socket.AF_VSOCK, socket.SOCK_STREAM);
    const level = socket.AF_VSOCK as number;
    const {
      SO_VM_SOCKETS_BUFFER_MAX_SIZE: most,
      SO_VM_SOCKETS_BUFFER_SIZE: size,
    } = socket;
    const value = 2n ** 62n + 1n;
    made.setsockopt(level, most, value);
    assertEquals(made.getsockopt(level, most) as unknown, value);
    made.setsockopt(level, size, 2n ** 53n - 1n);
    assertEquals(made.getsockopt(level, size), Number.MAX_SAFE_INTEGER);
    made.setsockopt(level, size, 300_000);
    assertEquals(made.getsockopt(level, size), 300_000);
    assertEquals(made.getsockopt(level, size, 8).length, 8);
    for (const bad of [-1n, 2n ** 64n, -1]) {
      assertThrows(
        () => made.setsockopt(level, size, bad),
        RangeError,
        "value must be 0-",
      );
    }
  },
});
