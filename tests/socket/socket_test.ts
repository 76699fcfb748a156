/** The blocking `Socket`: how it is made, sends, receives and is closed. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { assertSnapshot } from "@std/testing/snapshot";
import { errorName } from "../../constants/lookup.ts";
import * as socket from "../../mod.ts";
import { E_BAD_SOCKET, osError } from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { pythonText } from "../support/errors.ts";
import {
  hasIPv6,
  hasUnix,
  isLinux,
  isPosix,
  needs,
  requires,
} from "../support/requires.ts";
import { socketPair, tcpPair, udpPair } from "../support/pairs.ts";

const {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  errno,
  MSG_PEEK,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  Socket,
} = socket;

Deno.test("new Socket() is AF_INET, SOCK_STREAM, protocol 0, blocking, not inheritable", () => {
  using s = new Socket();
  assertEquals([s.family, s.type, s.proto], [AF_INET, SOCK_STREAM, 0]);
  assertEquals([s.timeout, s.gettimeout(), s.getblocking()], [
    null,
    null,
    true,
  ]);
  assertEquals(s.get_inheritable(), false);
  assert(s.fileno() >= 0);
});

Deno.test("family, type and proto of null and -1 are the defaults, as in Python", () => {
  using nulls = new Socket(null, null, null, null);
  assertEquals([nulls.family as number, nulls.type, nulls.proto], [
    AF_INET as number,
    SOCK_STREAM,
    0,
  ]);
  using minus = new Socket<socket.Address>(-1, -1, -1);
  assertEquals([minus.family as number, minus.type, minus.proto], [
    AF_INET as number,
    SOCK_STREAM,
    0,
  ]);
});

Deno.test({
  ...requires(
    "SOCK_NONBLOCK in the type makes the timeout 0 and is no part of it",
    needs.linux,
  ),
  fn() {
    using s = new Socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    assertEquals([s.type, s.gettimeout(), s.getblocking()], [
      SOCK_STREAM,
      0,
      false,
    ]);
    using pair = socketPair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
    const { a, b } = pair;
    assertEquals([a.type, a.gettimeout(), b.gettimeout()], [SOCK_STREAM, 0, 0]);
    assertThrows(() => a.recv(1), socket.BlockingIOError);
    using adopted = new Socket(
      AF_UNIX,
      SOCK_STREAM | SOCK_NONBLOCK,
      0,
      socket.dup(a.fileno()),
    );
    assertEquals([adopted.type, adopted.gettimeout()], [SOCK_STREAM, 0]);
  },
});

Deno.test("a descriptor's family, type and protocol are found out", () => {
  for (
    const [family, type, proto] of [
      [AF_INET, SOCK_STREAM, socket.IPPROTO_TCP],
      [AF_INET, SOCK_DGRAM, socket.IPPROTO_UDP],
      ...(hasUnix ? [[AF_UNIX, SOCK_STREAM, 0] as const] : []),
      ...(isPosix ? [[AF_UNIX, SOCK_DGRAM, 0] as const] : []),
      ...(hasIPv6
        ? [[AF_INET6, SOCK_STREAM, socket.IPPROTO_TCP] as const]
        : []),
    ]
  ) {
    using original = new Socket<socket.Address>(family as number, type);
    using found = new Socket<socket.Address>(
      null,
      null,
      null,
      socket.dup(original.fileno()),
    );
    assertEquals([found.family as number, found.type], [
      family as number,
      type,
    ]);
    if (isLinux) assertEquals(found.proto, proto);
  }
});

Deno.test({
  ...requires(
    "a descriptor that is no socket is refused and stays open",
    needs.posix,
  ),
  fn() {
    const fd = socket.dup(0);
    try {
      const error = assertThrows(
        () => new Socket(null, null, null, fd),
        socket.OSError,
      );
      assertEquals([error.code, error.syscall], ["ENOTSOCK", "getsockname"]);
    } finally {
      socket.close(fd); // EBADF if the constructor had closed it
    }
  },
});

Deno.test("a descriptor that is not open, or cannot be one, is refused", () => {
  assertEquals(
    assertThrows(
      () => new Socket(null, null, null, 0x7ffffff),
      socket.OSError,
    ).errno,
    E_BAD_SOCKET,
  );
  assertThrows(
    () => new Socket(null, null, null, -1),
    RangeError,
    "negative file descriptor",
  );
});

Deno.test("TCP: accept() gives a connection and the address of its other end", () => {
  using listener = new Socket();
  listener.bind(["127.0.0.1", 0]);
  listener.listen(1);
  using client = new Socket();
  client.connect(listener.getsockname());
  const [server, address] = listener.accept();
  using _ = server;
  assertEquals(address, client.getsockname());
  assertEquals(server.getpeername(), client.getsockname());
  assertEquals(client.getpeername(), listener.getsockname());
  assertEquals(server.getsockname(), listener.getsockname());
  assertEquals([server.family, server.type], [AF_INET, SOCK_STREAM]);
  assertEquals(server.get_inheritable(), false);
});

Deno.test("a stream carries bytes until its end", () => {
  using pair = tcpPair();
  const { a: client, b: server } = pair;
  assertEquals(client.send(utf8("one")), 3);
  client.sendall(utf8("two"));
  assertEquals(text(server.recv(6, socket.MSG_WAITALL)), "onetwo");
  client.shutdown(SHUT_WR);
  assertEquals(server.recv(10), new Uint8Array(0));
  assertEquals(server.recv_into(new Uint8Array(4)), 0);
  server.sendall(utf8("back"));
  assertEquals(client.recvfrom(10)[0], utf8("back"));
});

Deno.test("recvfrom() of a connected stream gives no address, as in Python", () => {
  using pair = tcpPair();
  pair.a.sendall(utf8("abcd"));
  const [data, address] = pair.b.recvfrom(2);
  assertEquals([text(data), address as unknown], ["ab", null]);
  const buffer = new Uint8Array(2);
  assertEquals(pair.b.recvfrom_into(buffer) as unknown, [2, null]);
  assertEquals(text(buffer), "cd");
});

Deno.test("MSG_PEEK leaves what it reads", () => {
  using pair = tcpPair();
  pair.a.sendall(utf8("abc"));
  assertEquals(text(pair.b.recv(2, MSG_PEEK)), "ab");
  assertEquals(text(pair.b.recv(8)), "abc");
});

Deno.test("recv() of a large size gives just what came, in memory of its own", () => {
  using pair = socketPair();
  const { a, b } = pair;
  a.sendall(utf8("first"));
  const first = b.recv(0x7fffffff);
  a.sendall(utf8("other"));
  const second = b.recv(0x7fffffff);
  assertEquals([text(first), text(second)], ["first", "other"]);
  a.sendall(utf8("small"));
  const third = b.recv(16);
  a.sendall(utf8("after"));
  b.recv(16);
  assertEquals(text(third), "small");
  assertEquals(third.buffer.byteLength, 5);
});

Deno.test("what is received goes to the caller's part of a buffer and nowhere else", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const buffer = new Uint8Array(12).fill(0x2e);
  a.sendall(utf8("abcdefgh"));
  assertEquals(b.recv_into(buffer.subarray(2, 5)), 3);
  assertEquals(b.recv_into(new DataView(buffer.buffer, 6, 4), 2), 2);
  assertEquals(b.recvfrom_into(new Uint16Array(buffer.buffer, 10, 1))[0], 2);
  assertEquals(text(buffer), "..abc.de..fg");
  assertEquals(b.recv_into(buffer.buffer), 1);
  assertEquals(text(buffer), "h.abc.de..fg");
});

Deno.test("what is sent is the caller's part of a buffer", () => {
  using pair = udpPair();
  const { a, b } = pair;
  const whole = utf8("0123456789");
  for (
    const [data, expected] of [
      [whole.subarray(2, 5), "234"],
      [new DataView(whole.buffer, 4, 2), "45"],
      [whole.buffer, "0123456789"],
      [new Uint16Array(whole.buffer, 2, 2), "2345"],
      [new Uint8Array(0), ""],
    ] as const
  ) {
    assertEquals(a.send(data), expected.length);
    assertEquals(text(b.recv(20)), expected);
  }
});

Deno.test("UDP: datagrams go between addresses, in both shapes of sendto()", () => {
  using a = new Socket(AF_INET, SOCK_DGRAM);
  using b = new Socket(AF_INET, SOCK_DGRAM);
  a.bind(["127.0.0.1", 0]);
  b.bind(["127.0.0.1", 0]);
  b.settimeout(10);
  assertEquals(a.sendto(utf8("one"), b.getsockname()), 3);
  assertEquals(a.sendto(utf8("four"), 0, b.getsockname()), 4);
  assertEquals(b.recvfrom(3), [utf8("one"), a.getsockname()]);
  const buffer = new Uint8Array(8);
  assertEquals(b.recvfrom_into(buffer), [4, a.getsockname()]);
  assertEquals(text(buffer.subarray(0, 4)), "four");
  a.sendto(new Uint8Array(0), b.getsockname());
  assertEquals(b.recvfrom(4), [new Uint8Array(0), a.getsockname()]);
});

Deno.test({
  ...requires("what recv() has no room for of a datagram is lost", needs.posix),
  fn() {
    using pair = udpPair();
    const { a, b } = pair;
    a.send(utf8("long"));
    a.send(utf8("next"));
    assertEquals(b.recvfrom(2), [utf8("lo"), a.getsockname()]);
    assertEquals(text(b.recv(4)), "next");
  },
});

Deno.test("shutdown() ends one direction or both", () => {
  using pair = tcpPair();
  pair.a.shutdown(SHUT_RDWR);
  assertThrows(() => pair.a.send(utf8("x")), socket.BrokenPipeError);
  assertEquals(pair.b.recv(1).length, 0);
  using lonely = new Socket();
  const error = assertThrows(() => lonely.shutdown(SHUT_WR), socket.OSError);
  assertEquals([error.code, error.syscall], ["ENOTCONN", "shutdown"]);
});

Deno.test("connect() to nobody is refused, connect_ex() says so by number", () => {
  using nobody = new Socket();
  nobody.bind(["127.0.0.1", 0]); // bound, but not listening
  using client = new Socket();
  const error = assertThrows(
    () => client.connect(nobody.getsockname()),
    socket.ConnectionRefusedError,
  );
  assertEquals([error.errno, error.code, error.syscall], [
    errno.ECONNREFUSED,
    "ECONNREFUSED",
    "connect",
  ]);
  using another = new Socket();
  assertEquals(another.connect_ex(nobody.getsockname()), errno.ECONNREFUSED);
  another.close();
  assertEquals(another.connect_ex(nobody.getsockname()), E_BAD_SOCKET);
  using listener = socket.create_server(["127.0.0.1", 0]);
  using third = new Socket();
  assertEquals(third.connect_ex(listener.getsockname()), 0);
});

Deno.test("detach() gives the descriptor away, open", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const fd = a.fileno();
  assertEquals(a.detach(), fd);
  assertEquals([a.fileno(), a.detach()], [-1, -1]);
  a.close();
  using again = new Socket(b.family, SOCK_STREAM, 0, fd);
  again.sendall(utf8("still open"));
  assertEquals(text(b.recv(32)), "still open");
});

Deno.test("dup() is the same socket with a descriptor of its own, and the same timeout", () => {
  using pair = socketPair();
  const { a, b } = pair;
  a.settimeout(7);
  using copy = a.dup();
  assertNotEquals(copy.fileno(), a.fileno());
  assertEquals(copy.gettimeout(), 7);
  assertEquals(copy.get_inheritable(), false);
  assertEquals([copy.family, copy.type], [a.family, SOCK_STREAM]);
  a.close();
  copy.sendall(utf8("copy"));
  assertEquals(text(b.recv(8)), "copy");
});

Deno.test("fromfd() leaves the descriptor alone; dup() and close() work on descriptors", () => {
  using pair = socketPair();
  const { a, b } = pair;
  using copy = socket.fromfd(a.fileno(), a.family, SOCK_STREAM);
  assertNotEquals(copy.fileno(), a.fileno());
  copy.sendall(utf8("1"));
  copy.close();
  a.sendall(utf8("2"));
  assertEquals(text(b.recv(8)), "12");
  const fd = socket.dup(a.fileno());
  socket.close(fd);
  const calls = [
    socket.dup,
    socket.close,
    (fd: number) => socket.fromfd(fd, AF_INET, SOCK_STREAM),
  ];
  for (const call of calls) {
    const { errno } = assertThrows(() => call(-1), socket.OSError);
    assertEquals(errno, E_BAD_SOCKET);
  }
});

Deno.test("inheritance is turned on and off", () => {
  using listener = socket.create_server(["127.0.0.1", 0]);
  for (const inheritable of [true, false, true]) {
    listener.set_inheritable(inheritable);
    assertEquals(listener.get_inheritable(), inheritable);
  }
});

Deno.test({
  ...requires(
    "a child sees what is inheritable, and nothing else",
    needs.posix,
  ),
  async fn() {
    using listener = socket.create_server(["127.0.0.1", 0]);
    for (const inheritable of [true, false]) {
      listener.set_inheritable(inheritable);
      const { success } = await new Deno.Command("sh", {
        args: ["-c", `test -e /dev/fd/${listener.fileno()}`],
      }).output();
      assertEquals(success, inheritable);
    }
  },
});

Deno.test("using closes, closing again does nothing", () => {
  let s: socket.Socket;
  {
    using inner = new Socket();
    s = inner;
    assert(s.fileno() >= 0);
  }
  assertEquals(s.fileno(), -1);
  s.close();
  s[Symbol.dispose]();
  assertEquals([s.family, s.type, s.proto], [AF_INET, SOCK_STREAM, 0]);
});

/** How console.log shows a socket, with its changing numbers replaced by their names. */
function shown(s: socket.Socket<socket.InetAddress>): string {
  const names: [number, string][] = [[s.fileno(), "FD"], [
    s.getsockname()[1],
    "PORT",
  ]];
  if (s.type === SOCK_STREAM) names.push([s.getpeername()[1], "PEER_PORT"]);
  return names.reduce(
    (text, [number, name]) => text.replace(new RegExp(`\\b${number}\\b`), name),
    Deno.inspect(s),
  );
}

Deno.test("console.log shows family, type and both ends by name, and [closed]", async (t) => {
  using listener = socket.create_server(["127.0.0.1", 0]);
  assertMatch(Deno.inspect(listener), /laddr=\[ "127.0.0.1", \d+ \]>$/);
  using pair = tcpPair();
  const { a: client } = pair;
  await assertSnapshot(t, shown(client));
  client.close();
  await assertSnapshot(t, Deno.inspect(client));
  using udp = new Socket(AF_INET, SOCK_DGRAM);
  udp.bind(["127.0.0.1", 0]);
  await assertSnapshot(t, shown(udp));
  assertMatch(Deno.inspect({ udp }), /type=SOCK_DGRAM/);
});

Deno.test("every method of a closed socket says that it is not open", () => {
  const s = new Socket();
  s.close();
  const calls: Record<string, () => unknown> = {
    accept: () => s.accept(),
    bind: () => s.bind(["127.0.0.1", 0]),
    connect: () => s.connect(["127.0.0.1", 1]),
    dup: () => s.dup(),
    get_inheritable: () => s.get_inheritable(),
    getpeername: () => s.getpeername(),
    getsockname: () => s.getsockname(),
    getsockopt: () => s.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE),
    "getsockopt of bytes": () =>
      s.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE, 4),
    listen: () => s.listen(),
    recv: () => s.recv(1),
    recv_into: () => s.recv_into(new Uint8Array(1)),
    recvfrom: () => s.recvfrom(1),
    recvfrom_into: () => s.recvfrom_into(new Uint8Array(1)),
    recvmsg: () => s.recvmsg(1),
    recvmsg_into: () => s.recvmsg_into([new Uint8Array(1)]),
    send: () => s.send(utf8("x")),
    sendall: () => s.sendall(utf8("x")),
    "sendall of nothing": () => s.sendall(new Uint8Array(0)),
    sendmsg: () => s.sendmsg([utf8("x")]),
    sendto: () => s.sendto(utf8("x"), ["127.0.0.1", 1]),
    set_inheritable: () => s.set_inheritable(true),
    setblocking: () => s.setblocking(true),
    setsockopt: () => s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1),
    settimeout: () => s.settimeout(1),
    shutdown: () => s.shutdown(SHUT_RDWR),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = assertThrows(call, socket.OSError, undefined, name);
    // Windows asks for the inheritance of any handle in the same way.
    const number = name.includes("inheritable") ? errno.EBADF : E_BAD_SOCKET;
    assertEquals([error.errno, error.code], [number, errorName(number)], name);
    assertEquals(
      pythonText(error),
      osError(error.winerror ?? E_BAD_SOCKET).message,
      name,
    );
  }
  assertEquals(s.fileno(), -1);
  assertEquals(s.detach(), -1);
});

Deno.test("a connection that was reset says so", () => {
  using pair = tcpPair();
  const { a: client, b: server } = pair;
  client.setsockopt(
    socket.SOL_SOCKET,
    socket.SO_LINGER,
    new Int32Array([1, 0]),
  );
  client.close();
  assertThrows(() => server.recv(1), socket.ConnectionResetError);
  const error = assertThrows(() => {
    for (;;) server.send(utf8("x"));
  }, socket.ConnectionError);
  if (isPosix) assertInstanceOf(error, socket.BrokenPipeError);
});

Deno.test("what Python calls error, timeout and SocketType are aliases", () => {
  assertEquals(socket.error, socket.OSError);
  assertEquals(socket.timeout, socket.TimeoutError);
  assertEquals(socket.SocketType, Socket);
  assertEquals(socket.has_ipv6, true);
  assertEquals(socket.errno.errorcode[socket.errno.EPIPE], "EPIPE");
});

Deno.test("without permission the error names the flag to add", async () => {
  const child = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-lock",
      `import { Socket } from ${
        JSON.stringify(new URL("../../mod.ts", import.meta.url).href)
      };
      await Deno.permissions.revoke({ name: "ffi" });
      new Socket();`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(child.success, false);
  assertMatch(text(child.stderr), /NotCapable.*--allow-ffi/s);
});
