/** Blocking, non-blocking and timeout mode, as Python documents them. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as socket from "../../mod.ts";
import { E_CONNECT_PENDING, osError } from "../../errors/errors.ts";
import { utf8 } from "../support/bytes.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { isLinux, needs, requires } from "../support/requires.ts";
import { fullPair, socketPair } from "../support/pairs.ts";
import { Peer } from "../support/peer.ts";

const { AF_INET, AF_UNIX, errno, SOCK_DGRAM, SOCK_STREAM, Socket } = socket;

/** How long a call takes to throw an error, in seconds. */
function secondsUntil(
  error: new (...args: never[]) => Error,
  call: () => unknown,
): number {
  const began = performance.now();
  assertThrows(call, error);
  return (performance.now() - began) / 1000;
}

Deno.test("the three modes are what gettimeout(), getblocking() and the descriptor say", () => {
  using s = new Socket();
  const nonBlocking = () =>
    !isLinux ? undefined : (parseInt(
      /flags:\s+(\d+)/.exec(
        Deno.readTextFileSync(`/proc/self/fdinfo/${s.fileno()}`),
      )![1],
      8,
    ) & 0o4000) !== 0;
  const on = isLinux ? true : undefined;
  const off = isLinux ? false : undefined;
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
      using server = listener.accept()[0];
      // Not the listener's.
      assertEquals(server.gettimeout(), timeout);
      using pair = socketPair();
      const { a, b } = pair;
      assertEquals([a.gettimeout(), b.gettimeout()], [timeout, timeout]);
      using copy = socket.fromfd(a.fileno(), a.family, SOCK_STREAM);
      assertEquals(copy.gettimeout(), timeout);
    }
  } finally {
    socket.setdefaulttimeout(null);
  }
});

/** Calls that have to wait, with their system calls, on sockets in the mode given. */
function callsThatWait(
  stack: DisposableStack,
  setMode: (s: socket.Socket<socket.Address>) => void,
): [call: () => unknown, syscall: string][] {
  const listener = stack.use(socket.create_server(["127.0.0.1", 0]));
  const { a: full, b: other } = stack.use(fullPair());
  const empty = stack.use(new Socket(AF_INET, SOCK_DGRAM));
  empty.bind(["127.0.0.1", 0]);
  for (const each of [listener, full, empty]) setMode(each);
  assertEquals(other.gettimeout(), null);
  return [
    [() => listener.accept(), "accept"],
    [() => empty.recv(1), "recv"],
    [() => empty.recv_into(new Uint8Array(1)), "recv"],
    [() => empty.recvfrom(1), "recvfrom"],
    [() => empty.recvfrom_into(new Uint8Array(1)), "recvfrom"],
    [() => full.send(utf8("x")), "send"],
    [() => full.sendall(utf8("x")), "send"],
  ];
}

Deno.test("a non-blocking call that would wait throws BlockingIOError", () => {
  using stack = new DisposableStack();
  const calls = callsThatWait(stack, (s) => s.setblocking(false));
  for (const [call, syscall] of calls) {
    const error = assertThrows(call, socket.BlockingIOError);
    assertEquals([error.errno, error.code, error.syscall], [
      errno.EWOULDBLOCK,
      osError(errno.EWOULDBLOCK).code,
      syscall,
    ]);
  }
});

Deno.test("a call that times out throws TimeoutError, in time", () => {
  using stack = new DisposableStack();
  const calls = callsThatWait(stack, (s) => s.settimeout(0.1));
  for (const [call, syscall] of calls) {
    const began = performance.now();
    const error = assertThrows(call, socket.TimeoutError);
    const seconds = (performance.now() - began) / 1000;
    assertEquals(
      [error.message, error.errno, error.code, error.syscall],
      [`timed out: ${syscall}`, null, undefined, syscall],
    );
    assert(seconds >= 0.099 && seconds < 10, `${syscall} took ${seconds} s`);
  }
});

Deno.test("a timeout of less than a millisecond still waits, and ends", () => {
  using pair = socketPair();
  const { a } = pair;
  for (const timeout of [0.0004, 1e-12, Number.MIN_VALUE]) {
    a.settimeout(timeout);
    assert(secondsUntil(socket.TimeoutError, () => a.recv(1)) < 10);
  }
});

Deno.test("a longer timeout than poll(2) takes at once is no error", () => {
  using pair = socketPair();
  const { a, b } = pair;
  a.settimeout(5e9);
  b.sendall(utf8("x"));
  assertEquals(a.recv(4).length, 1);
});

Deno.test({
  ...requires(
    "sendall()'s timeout is for the whole, however much goes on moving",
    needs.python,
  ),
  async fn() {
    using listener = socket.create_server(["127.0.0.1", 0]);
    await using reader = Peer.start("python3", [
      beside("programs/slow_reader.py"),
      JSON.stringify(listener.getsockname()),
    ]);
    listener.settimeout(30);
    using connection = listener.accept()[0];
    assertEquals(await reader.line(), "reading");
    connection.settimeout(0.5);
    // The reader takes each piece well within the timeout, but never all of them.
    const seconds = secondsUntil(
      socket.TimeoutError,
      () => connection.sendall(new Uint8Array(1 << 26)),
    );
    assert(seconds >= 0.499 && seconds < 10, `it took ${seconds} s`);
  },
});

Deno.test({
  ...requires(
    "connect() in timeout mode times out when nothing answers",
    needs.linux,
  ),
  fn() {
    // A listener whose queue is full does not answer.
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
    const text = `timed out: connect ${JSON.stringify(address)}`;
    assertEquals([error.message, error.syscall], [text, "connect"]);
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
  using _ = listener.accept()[0];
  // Python's documentation says to ask for this then.
  assertEquals(client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), 0);
  if (isLinux) { // the kernel has finished connecting
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

/** A Unix listener whose queue is full. */
function fullListener(path: string): Disposable & { fd: number } {
  const open = new DisposableStack();
  const listener = open.use(new Socket(AF_UNIX));
  listener.bind(path);
  listener.listen(0);
  open.use(new Socket(AF_UNIX)).connect(path);
  return {
    fd: listener.fileno(),
    [Symbol.dispose]: () => open.dispose(),
  };
}

Deno.test({
  ...requires(
    "connect() in timeout mode waits for room in a Unix listener's queue",
    needs.linux,
  ),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/full`;
    using listener = fullListener(path);
    const worker = new Worker(
      new URL("../programs/delayed.ts", import.meta.url),
      { type: "module" },
    );
    try {
      await new Promise((ready) => worker.onmessage = ready);
      for (const connect of ["connect", "connect_ex"] as const) {
        using late = new Socket(AF_UNIX);
        late.settimeout(30);
        worker.postMessage({ what: "accept", fd: listener.fd });
        assert(!late[connect](path)); // undefined or 0
        assertEquals(late.getpeername(), path);
      }
    } finally {
      worker.terminate();
    }
  },
});

Deno.test({
  ...requires(
    "connect() to a Unix listener with a full queue times out, or would block",
    needs.linux,
  ),
  fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/full`;
    using _listener = fullListener(path);
    using late = new Socket(AF_UNIX);
    late.settimeout(0.05);
    assert(secondsUntil(socket.TimeoutError, () => late.connect(path)) >= 0.05);
    assertEquals(late.connect_ex(path), errno.EAGAIN);
    late.setblocking(false);
    const error = assertThrows(
      () => late.connect(path),
      socket.BlockingIOError,
    );
    assertEquals([error.code, error.syscall], ["EAGAIN", "connect"]);
    assertEquals(late.connect_ex(path), errno.EAGAIN);
  },
});

/** The processor time of this thread, in seconds. */
function threadSeconds(): number {
  const CLOCK_THREAD_CPUTIME_ID = 3;
  const libc = Deno.dlopen("libc.so.6", {
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  });
  const time = new BigInt64Array(2);
  libc.symbols.clock_gettime(CLOCK_THREAD_CPUTIME_ID, time);
  libc.close();
  return Number(time[0]) + Number(time[1]) / 1e9;
}

Deno.test({
  ...requires(
    "a wait for room that no event announces does not keep the processor busy",
    needs.linux,
  ),
  fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/full`;
    using _listener = fullListener(path);
    using late = new Socket(AF_UNIX);
    using receiver = new Socket(AF_UNIX, SOCK_DGRAM);
    receiver.bind(`${folder.path}/receiver`);
    using filler = new Socket(AF_UNIX, SOCK_DGRAM);
    filler.setblocking(false);
    const to = receiver.getsockname();
    secondsUntil(socket.BlockingIOError, () => {
      for (;;) filler.sendto(utf8("x"), to);
    });
    using sender = new Socket(AF_UNIX, SOCK_DGRAM);
    for (
      const [waiting, call] of [
        [late, () => late.connect(path)],
        [sender, () => sender.sendto(utf8("x"), to)],
      ] as const
    ) {
      waiting.settimeout(0.3);
      const busy = threadSeconds();
      secondsUntil(socket.TimeoutError, call);
      assert(threadSeconds() - busy < 0.2);
    }
  },
});

Deno.test("data that comes while a call waits ends the wait", async () => {
  using pair = socketPair();
  const { a, b } = pair;
  const worker = new Worker(
    new URL("../programs/delayed.ts", import.meta.url),
    {
      type: "module",
    },
  );
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
  ...requires(
    "calls that signals interrupt go on with what is left of the timeout",
    needs.linux,
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
    // Without retrying, a call returns early, which proves that the signals interrupt.
    assertEquals(outcomes["bare recv is interrupted"], true);
    const late = String(utf8("late"));
    const timedOut = "TimeoutError: timed out: ";
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
      // The call and its address follow.
      const said = outcome.result.slice(0, result.length);
      assertEquals(said, result, call);
      assert(
        outcome.seconds >= least && outcome.seconds < 10,
        `${call} took ${outcome.seconds} s`,
      );
    }
  },
});
