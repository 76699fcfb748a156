// Blocking, non-blocking and timeout modes, as the notes on them in Python's documentation say.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import * as socket from "../../mod.ts";
import { osError } from "../../errors/errors.ts";
import { E_CONNECT_PENDING } from "../../errors/errno.ts";
import {
  beside,
  needing,
  noPython,
  notLinux,
  Peer,
  temporaryFolder,
  utf8,
} from "../support/helpers.ts";

const { AF_INET, AF_UNIX, errno, SOCK_DGRAM, SOCK_STREAM, Socket } = socket;

/** How long a call takes that throws what it must: in seconds. */
function secondsUntil(
  error: new (...args: never[]) => Error,
  call: () => unknown,
): number {
  const began = performance.now();
  assertThrows(call, error);
  return (performance.now() - began) / 1000;
}

/** A pair whose first socket can send no more. */
function stuffed(): Disposable & {
  full: socket.Socket<socket.UnixAddress>;
  other: socket.Socket<socket.UnixAddress>;
} {
  const [full, other] = socket.socketpair();
  full.setblocking(false);
  const chunk = new Uint8Array(0x10000);
  try {
    for (;;) full.send(chunk);
  } catch (error) {
    assertInstanceOf(error, socket.BlockingIOError);
  }
  return {
    full,
    other,
    [Symbol.dispose]() {
      full.close();
      other.close();
    },
  };
}

Deno.test("the three modes are what gettimeout(), getblocking() and the descriptor say", () => {
  using s = new Socket();
  const nonBlocking = () =>
    notLinux !== undefined ? undefined : (parseInt(
      /flags:\s+(\d+)/.exec(
        Deno.readTextFileSync(`/proc/self/fdinfo/${s.fileno()}`),
      )![1],
      8,
    ) & 0o4000) !== 0;
  const on = notLinux === undefined ? true : undefined;
  const off = notLinux === undefined ? false : undefined;
  for (
    const [set, timeout, blocking, flag] of [
      [() => s.settimeout(1.5), 1.5, true, on],
      [() => s.settimeout(0), 0, false, on],
      [() => s.settimeout(null), null, true, off],
      [() => s.setblocking(false), 0, false, on],
      [() => s.setblocking(true), null, true, off],
      [() => s.settimeout(1e9), 1e9, true, on],
      [() => s.settimeout(1e-9), 1e-9, true, on],
    ] as const
  ) {
    set();
    assertEquals([s.gettimeout(), s.timeout, s.getblocking(), nonBlocking()], [
      timeout,
      timeout,
      blocking,
      flag,
    ]);
  }
});

Deno.test("the default timeout goes to new sockets, of every making", () => {
  assertEquals(socket.getdefaulttimeout(), null);
  try {
    for (const timeout of [2.5, 0, null]) {
      socket.setdefaulttimeout(timeout);
      assertEquals(socket.getdefaulttimeout(), timeout);
      using listener = new Socket();
      assertEquals(listener.gettimeout(), timeout);
      listener.bind(["127.0.0.1", 0]);
      listener.listen();
      listener.settimeout(9);
      using client = new Socket();
      client.settimeout(10);
      client.connect(listener.getsockname());
      const [server] = listener.accept();
      using _ = server;
      // Not the listener's.
      assertEquals(server.gettimeout(), timeout);
      const [a, b] = socket.socketpair();
      using _a = a;
      using _b = b;
      assertEquals([a.gettimeout(), b.gettimeout()], [timeout, timeout]);
      using copy = socket.fromfd(a.fileno(), a.family, SOCK_STREAM);
      assertEquals(copy.gettimeout(), timeout);
    }
  } finally {
    socket.setdefaulttimeout(null);
  }
});

Deno.test("a non-blocking call that would wait throws BlockingIOError", () => {
  using listener = socket.create_server(["127.0.0.1", 0]);
  listener.setblocking(false);
  using pair = stuffed();
  const { full, other } = pair;
  using empty = new Socket(AF_INET, SOCK_DGRAM);
  empty.bind(["127.0.0.1", 0]);
  empty.setblocking(false);
  const calls: [() => unknown, string][] = [
    [() => listener.accept(), "accept"],
    [() => empty.recv(1), "recv"],
    [() => empty.recv_into(new Uint8Array(1)), "recv"],
    [() => empty.recvfrom(1), "recvfrom"],
    [() => empty.recvfrom_into(new Uint8Array(1)), "recvfrom"],
    [() => full.send(utf8("x")), "send"],
    [() => full.sendall(utf8("x")), "send"],
  ];
  for (const [call, syscall] of calls) {
    const error = assertThrows(call, socket.BlockingIOError);
    assertEquals([error.errno, error.code, error.syscall], [
      errno.EWOULDBLOCK,
      osError(errno.EWOULDBLOCK).code,
      syscall,
    ]);
  }
  assertEquals(other.gettimeout(), null);
});

Deno.test("a call that times out throws TimeoutError, in time", () => {
  using listener = socket.create_server(["127.0.0.1", 0]);
  listener.settimeout(0.1);
  using pair = stuffed();
  const { full } = pair;
  full.settimeout(0.1);
  using empty = new Socket(AF_INET, SOCK_DGRAM);
  empty.bind(["127.0.0.1", 0]);
  empty.settimeout(0.1);
  const calls: [() => unknown, string][] = [
    [() => listener.accept(), "accept"],
    [() => empty.recv(1), "recv"],
    [() => empty.recv_into(new Uint8Array(1)), "recv"],
    [() => empty.recvfrom(1), "recvfrom"],
    [() => empty.recvfrom_into(new Uint8Array(1)), "recvfrom"],
    [() => full.send(utf8("x")), "send"],
    [() => full.sendall(utf8("x")), "send"],
  ];
  for (const [call, syscall] of calls) {
    const began = performance.now();
    const error = assertThrows(call, socket.TimeoutError);
    const seconds = (performance.now() - began) / 1000;
    assertEquals(
      [error.message, error.errno, error.code, error.syscall],
      ["timed out", null, undefined, syscall],
    );
    assert(seconds >= 0.099 && seconds < 10, `${syscall} took ${seconds} s`);
  }
});

Deno.test("a timeout of less than a millisecond still waits, and ends", () => {
  const [a, b] = socket.socketpair();
  using _a = a;
  using _b = b;
  for (const timeout of [0.0004, 1e-12, Number.MIN_VALUE]) {
    a.settimeout(timeout);
    assert(secondsUntil(socket.TimeoutError, () => a.recv(1)) < 10);
  }
});

Deno.test("a longer timeout than poll(2) takes at once is no error", () => {
  const [a, b] = socket.socketpair();
  using _a = a;
  using _b = b;
  a.settimeout(5e9);
  b.sendall(utf8("x"));
  assertEquals(a.recv(4).length, 1);
});

Deno.test({
  ...needing(
    "sendall()'s timeout is for the whole, however much goes on moving",
    noPython,
  ),
  async fn() {
    using listener = socket.create_server(["127.0.0.1", 0]);
    await using reader = Peer.start("python3", [
      beside("programs/slow_reader.py"),
      JSON.stringify(listener.getsockname()),
    ]);
    listener.settimeout(30);
    const [connection] = listener.accept();
    using _ = connection;
    assertEquals(await reader.line(), "reading");
    connection.settimeout(0.5);
    // Each piece that the reader takes comes well within the timeout; all of them never do.
    const seconds = secondsUntil(
      socket.TimeoutError,
      () => connection.sendall(new Uint8Array(1 << 26)),
    );
    assert(seconds >= 0.499 && seconds < 10, `it took ${seconds} s`);
  },
});

Deno.test({
  ...needing(
    "connect() in timeout mode times out when nothing answers",
    notLinux,
  ),
  fn() {
    // A listener whose queue is full answers nobody.
    using listener = new Socket();
    listener.bind(["127.0.0.1", 0]);
    listener.listen(0);
    const address = listener.getsockname();
    using queued = new DisposableStack();
    for (let i = 0; i < 4; i++) {
      const filler = queued.use(new Socket());
      filler.setblocking(false);
      assertEquals(filler.connect_ex(address), E_CONNECT_PENDING);
    }
    using late = new Socket();
    late.settimeout(0.2);
    const began = performance.now();
    const error = assertThrows(
      () => late.connect(address),
      socket.TimeoutError,
    );
    assert(performance.now() - began >= 199);
    assertEquals([error.message, error.syscall], ["timed out", "connect"]);
    using later = new Socket();
    later.settimeout(0.05);
    assertEquals(later.connect_ex(address), errno.EWOULDBLOCK); // as in Python
    // With a blocking connect this would hang for minutes.
    assertThrows(
      () => socket.create_connection(address, 0.05),
      socket.TimeoutError,
    );
  },
});

Deno.test("connect() in timeout mode connects, or tells why not", () => {
  using listener = socket.create_server(["127.0.0.1", 0]);
  using client = new Socket();
  client.settimeout(10);
  client.connect(listener.getsockname());
  assertEquals(client.getpeername(), listener.getsockname());
  assertEquals(client.gettimeout(), 10);
  using nobody = new Socket();
  nobody.bind(["127.0.0.1", 0]);
  using refused = new Socket();
  refused.settimeout(10);
  assertThrows(
    () => refused.connect(nobody.getsockname()),
    socket.ConnectionRefusedError,
  );
});

Deno.test("connect_ex() of a non-blocking socket is under way, then connected", () => {
  using listener = socket.create_server(["127.0.0.1", 0]);
  using client = new Socket();
  client.setblocking(false);
  assertEquals(client.connect_ex(listener.getsockname()), E_CONNECT_PENDING);
  const [server] = listener.accept();
  using _ = server;
  // What Python's documentation has programs ask then.
  assertEquals(client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), 0);
  if (notLinux === undefined) { // the kernel settles it
    assertEquals(client.connect_ex(listener.getsockname()), 0);
  }
  assertEquals(client.connect_ex(listener.getsockname()), errno.EISCONN);
  assertEquals(client.getpeername(), listener.getsockname());
  using another = new Socket();
  another.setblocking(false);
  const error = assertThrows(
    () => another.connect(listener.getsockname()),
    socket.BlockingIOError,
  );
  assertEquals([error.code, error.syscall], [
    osError(E_CONNECT_PENDING).code,
    "connect",
  ]);
});

Deno.test({
  ...needing(
    "connect() to a Unix listener with a full queue does not wait, as in Python",
    notLinux,
  ),
  fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/full`;
    using listener = new Socket(AF_UNIX);
    listener.bind(path);
    listener.listen(0);
    using filler = new Socket(AF_UNIX);
    filler.connect(path);
    using late = new Socket(AF_UNIX);
    late.settimeout(5);
    const error = assertThrows(
      () => late.connect(path),
      socket.BlockingIOError,
    );
    assertEquals([error.code, error.syscall], ["EAGAIN", "connect"]);
  },
});

Deno.test("data that comes while a call waits ends the wait", async () => {
  const [a, b] = socket.socketpair();
  using _a = a;
  using _b = b;
  const worker = new Worker(new URL("../programs/later.ts", import.meta.url), {
    type: "module",
  });
  try {
    await new Promise((ready) => worker.onmessage = ready);
    for (const timeout of [null, 30]) {
      b.settimeout(timeout);
      worker.postMessage({ what: "send", fd: a.fileno() });
      assertEquals(b.recv(8), utf8("late"));
    }
  } finally {
    worker.terminate();
  }
});

Deno.test({
  ...needing(
    "calls that signals interrupt go on with what is left of the timeout",
    notLinux,
  ),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    await using child = Peer.deno("programs/interrupted.ts", [
      "--allow-ffi",
      "--allow-read",
    ], [path]);
    const outcomes: Record<
      string,
      { result: string; seconds: number } | boolean
    > = Object.fromEntries(
      (await child.rest()).trim().split("\n").map((line) => JSON.parse(line)),
    );
    // Without retrying, a call does come back: so the signals do interrupt.
    assertEquals(outcomes["bare recv is interrupted"], true);
    const late = String(utf8("late"));
    const timedOut = "TimeoutError: timed out";
    for (
      const [call, result, least] of [
        ["recv", late, 0],
        ["recv with a timeout", late, 0],
        ["recv that times out", timedOut, 0.299],
        ["accept", "127.0.0.1", 0],
        ["connect to a Unix socket", path, 0],
        ["connect", "127.0.0.1", 0],
        ["sendall", "undefined", 0],
        ["sendall that times out", timedOut, 0.299],
        ["connect that times out", timedOut, 0.299],
      ] as const
    ) {
      const outcome = outcomes[call] as { result: string; seconds: number };
      assertEquals(outcome.result, result, call);
      assert(
        outcome.seconds >= least && outcome.seconds < 10,
        `${call} took ${outcome.seconds} s`,
      );
    }
  },
});
