/** `Interrupter`: another thread ends the calls of one that is `interruptible()`. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as awaiting from "../../async.ts";
import {
  AF_INET,
  BlockingIOError,
  create_server,
  createUnixListener,
  getaddrinfo,
  Interrupter,
  type InterrupterHandle,
  interruptible,
  KeyboardInterrupt,
  MessageVector,
  MSG_DONTWAIT,
  MSG_WAITALL,
  OSError,
  SO_RCVTIMEO,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
  TimeoutError,
  wait_readable,
  wait_writable,
} from "../../mod.ts";
import {
  DefaultSelector,
  EVENT_READ,
  PollSelector,
  SelectSelector,
} from "../../selectors.ts";
import type { Task } from "../programs/interrupted_worker.ts";
import { text, utf8 } from "../support/bytes.ts";
import { descriptorsTo } from "../support/descriptors.ts";
import { temporaryFolder } from "../support/files.ts";
import { fullPair, socketPair, tcpPair } from "../support/pairs.ts";
import { needs, requires } from "../support/requires.ts";

/** Makes an interrupt that comes between two calls. */
function between(call: () => void): void {
  using interrupter = new Interrupter();
  using _ = interruptible(interrupter.handle);
  interrupter.interrupt();
  call();
}

Deno.test("an interrupt between two calls ends the next one, and nothing is lost", () => {
  using pair = tcpPair();
  const { a, b } = pair;
  using listener = create_server(["127.0.0.1", 0]);
  using client = new Socket();
  client.connect(listener.getsockname());
  using datagrams = new Socket(AF_INET, SOCK_DGRAM);
  datagrams.bind(["127.0.0.1", 0]);
  datagrams.sendto(utf8("datagram"), datagrams.getsockname());
  using reading = b.makefile("rb");
  a.sendall(utf8("0123456789"));
  const vector = new MessageVector(datagrams, 1, 16);

  const calls: Record<string, () => unknown> = {
    accept: () => listener.accept(),
    connect() {
      using one = new Socket();
      one.connect(listener.getsockname());
    },
    recv: () => b.recv(1),
    recv_into: () => b.recv_into(new Uint8Array(1)),
    recvfrom: () => b.recvfrom(1),
    recvfrom_into: () => b.recvfrom_into(new Uint8Array(1)),
    recvmsg: () => b.recvmsg(1),
    recvmsg_into: () => b.recvmsg_into([new Uint8Array(1)]),
    recvmmsg: () => datagrams.recvmmsg(vector),
    "recv of MSG_WAITALL": () => b.recv(1, MSG_WAITALL),
    send: () => a.send(utf8("x")),
    sendall: () => a.sendall(utf8("x")),
    sendto: () => datagrams.sendto(utf8("x"), datagrams.getsockname()),
    sendmsg: () => a.sendmsg([utf8("x")]),
    sendmmsg: () => datagrams.sendmmsg(vector),
    "a file's read": () => reading.read(1),
    getaddrinfo: () => getaddrinfo("127.0.0.1", 0),
    wait_readable: () => wait_readable(b),
    "wait_readable that does not wait": () => wait_readable(b, { timeout: 0 }),
    wait_writable: () => wait_writable(b.fileno()),
    select() {
      using selector = new DefaultSelector();
      selector.register(b, EVENT_READ);
      selector.select();
    },
    "select that does not wait"() {
      using selector = new DefaultSelector();
      selector.select(0);
    },
    "disposing": () => {},
  };
  for (const [name, call] of Object.entries(calls)) {
    assertThrows(() => between(call), KeyboardInterrupt, "", name);
  }
  listener.settimeout(20);
  listener.accept()[0].close();
  assertEquals(text(b.recv(100)), "0123456789");
  assertEquals(text(datagrams.recv(100)), "datagram");
});

Deno.test({
  ...requires("waiting for a folder's lock ends, too", needs.linux),
  fn() {
    using folder = temporaryFolder();
    using held = Deno.openSync(folder.path);
    held.lockSync(true);
    const path = `${folder.path}/socket`;
    assertThrows(
      () => between(() => createUnixListener(path).close()),
      KeyboardInterrupt,
    );
  },
});

Deno.test("it is thrown once, and not as an OSError", () => {
  using pair = socketPair();
  const { a, b } = pair;
  using interrupter = new Interrupter();
  using _ = interruptible(interrupter.handle);
  interrupter.interrupt();
  interrupter.interrupt();
  const error = assertThrows(() => a.recv(1));
  assert(error instanceof KeyboardInterrupt);
  assert(!(error instanceof OSError));
  assertEquals([error.name, String(error)], [
    "KeyboardInterrupt",
    "KeyboardInterrupt",
  ]);
  b.sendall(utf8("data"));
  assertEquals(text(a.recv(10)), "data");
  a.settimeout(0.01);
  assertThrows(() => a.recv(1), TimeoutError);
  interrupter.interrupt();
  assertThrows(() => a.recv(1), KeyboardInterrupt);
});

Deno.test({
  ...requires(
    "a blocking socket goes on blocking, timing out and not waiting",
    needs.posix,
  ),
  fn() {
    using pair = socketPair();
    const { a, b } = pair;
    using interrupter = new Interrupter();
    using _ = interruptible(interrupter.handle);
    assertEquals([a.timeout, a.getblocking()], [null, true]);
    assertThrows(() => a.recv(1, MSG_DONTWAIT), BlockingIOError);
    assertThrows(() => a.recvfrom(1, MSG_DONTWAIT), BlockingIOError);
    assertThrows(() => a.recvmsg(1, 0, MSG_DONTWAIT), BlockingIOError);
    a.setblocking(false);
    assertThrows(() => a.recv(1), BlockingIOError);
    a.setblocking(true);
    const time = new BigInt64Array([0n, 20_000n]);
    b.setsockopt(SOL_SOCKET, SO_RCVTIMEO, time);
    assertThrows(() => b.recv(1), BlockingIOError);
  },
});

Deno.test({
  ...requires(
    "sends of a full socket do not wait if they are told so",
    needs.attribute("MSG_DONTWAIT"),
  ),
  fn() {
    using pair = fullPair();
    const { a } = pair;
    a.setblocking(true);
    using interrupter = new Interrupter();
    using _ = interruptible(interrupter.handle);
    const data = utf8("x");
    assertThrows(() => a.send(data, MSG_DONTWAIT), BlockingIOError);
    assertThrows(() => a.sendall(data, MSG_DONTWAIT), BlockingIOError);
    assertThrows(() => a.sendmsg([data], [], MSG_DONTWAIT), BlockingIOError);
  },
});

Deno.test("sockets made before and meanwhile block in the kernel again afterwards", () => {
  const flags = (socket: Socket): number => {
    const info = Deno.readTextFileSync(`/proc/self/fdinfo/${socket.fileno()}`);
    return parseInt(info.match(/flags:\s+(\d+)/)![1], 8);
  };
  const O_NONBLOCK = 0o4000;
  using before = create_server(["127.0.0.1", 0]);
  using client = new Socket();
  client.connect(before.getsockname());
  const interrupter = new Interrupter();
  const scope = interruptible(interrupter.handle);
  const [connection] = before.accept();
  using _ = connection;
  using meanwhile = create_server(["127.0.0.1", 0]);
  using other = new Socket();
  other.connect(meanwhile.getsockname());
  meanwhile.accept()[0].close();
  if (Deno.build.os === "linux") assert(flags(meanwhile) & O_NONBLOCK);
  const detached = meanwhile.dup();
  scope[Symbol.dispose]();
  scope[Symbol.dispose]();
  interrupter.close();
  interrupter.close();
  if (Deno.build.os === "linux") {
    for (const socket of [before, client, connection, meanwhile, other]) {
      assertEquals(flags(socket) & O_NONBLOCK, 0);
    }
  }
  detached.close();
  client.sendall(utf8("still connected"));
  assertEquals(text(connection.recv(100)), "still connected");
});

Deno.test("a Worker's blocked call ends, again and again", async () => {
  const url = new URL("../programs/interrupted_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const queue: unknown[] = [];
  let arrived = Promise.withResolvers<void>();
  worker.onmessage = ({ data }) => {
    queue.push(data);
    arrived.resolve();
  };
  const message = async (): Promise<unknown> => {
    while (queue.length === 0) {
      await arrived.promise;
      arrived = Promise.withResolvers();
    }
    return queue.shift();
  };
  assertEquals(await message(), "started");
  using interrupter = new Interrupter();
  const { handle } = interrupter;
  for (let round = 0; round < 50; round++) {
    for (const call of ["accept", "recv", "select", "wait"] as const) {
      using listener = create_server(["127.0.0.1", 0]);
      using pair = socketPair();
      const one = call === "accept" ? listener : pair.a;
      const task: Task = { call, fd: one.dup().detach(), handle };
      worker.postMessage(task);
      assertEquals(await message(), "ready");
      interrupter.interrupt();
      assertEquals(await message(), ["KeyboardInterrupt", true]);
    }
  }
  worker.terminate();
});

Deno.test("an interrupt that comes before the Worker asks for it counts", async () => {
  const url = new URL("../programs/interrupted_worker.ts", import.meta.url);
  using interrupter = new Interrupter();
  interrupter.interrupt();
  const worker = new Worker(url, { type: "module" });
  using pair = socketPair();
  const ended = new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      if (Array.isArray(data)) resolve(data);
    };
  });
  const { handle } = interrupter;
  const task: Task = { call: "recv", fd: pair.a.dup().detach(), handle };
  worker.postMessage(task);
  assertEquals(await ended, ["KeyboardInterrupt", false]);
  worker.terminate();
});

for (
  const Selector of [DefaultSelector, PollSelector, SelectSelector]
) {
  Deno.test(`a ${Selector.name} reports what is ready, and never what interrupts`, () => {
    using pair = socketPair();
    const { a, b } = pair;
    using selector = new Selector<string>();
    selector.register(a, EVENT_READ, "a");
    using interrupter = new Interrupter();
    using _ = interruptible(interrupter.handle);
    assertEquals(selector.select(0.01), []);
    b.sendall(utf8("x"));
    assertEquals(selector.select().map(([{ data }]) => data), ["a"]);
    interrupter.interrupt();
    assertThrows(() => selector.select(), KeyboardInterrupt);
    assertEquals(selector.select(20).map(([{ data }]) => data), ["a"]);
    assertEquals(selector.get_map()!.size, 1);
  });
}

Deno.test("one that is closed interrupts nobody, and its thread waits on", () => {
  using pair = socketPair();
  const { a } = pair;
  a.settimeout(0.02);
  const interrupter = new Interrupter();
  using _ = interruptible(interrupter.handle);
  interrupter.close();
  assertThrows(() => a.recv(1), TimeoutError);
  assertThrows(() => interrupter.interrupt(), Error, "Interrupter is closed");
  using selector = new DefaultSelector();
  assertEquals(selector.select(0.02), []);
});

Deno.test("several are told apart", () => {
  using pair = socketPair();
  const { a, b } = pair;
  using one = new Interrupter();
  using other = new Interrupter();
  {
    using _ = interruptible(one.handle);
    using __ = interruptible(other.handle);
    other.interrupt();
    assertThrows(() => a.recv(1), KeyboardInterrupt);
    one.interrupt();
    assertThrows(() => a.recv(1), KeyboardInterrupt);
  }
  using _ = interruptible(one.handle);
  other.interrupt();
  b.sendall(utf8("x"));
  assertEquals(a.recv(1).length, 1);
});

Deno.test("awaiting calls are not interrupted", async () => {
  const [a, b] = awaiting.socketpair();
  using _a = a, _b = b;
  using interrupter = new Interrupter();
  const scope = interruptible(interrupter.handle);
  interrupter.interrupt();
  const readable = awaiting.wait_readable(a);
  const received = a.recv(10);
  await awaiting.wait_writable(b);
  await b.sendall(utf8("data"));
  await readable;
  assertEquals(text(await received), "data");
  assertThrows(() => scope[Symbol.dispose](), KeyboardInterrupt);
});

Deno.test("a handle that is none is refused", () => {
  using interrupter = new Interrupter();
  const { fd, state } = interrupter.handle;
  const wrong: unknown[] = [
    null,
    1,
    "1",
    {},
    { fd },
    { state },
    { fd: "1", state },
    { fd: 1.5, state },
    { fd, state: new ArrayBuffer(state.byteLength) },
    { fd, state: new SharedArrayBuffer(4) },
    interrupter,
  ];
  for (const handle of wrong) {
    assertThrows(
      () => interruptible(handle as InterrupterHandle),
      TypeError,
      "handle must be the handle of an Interrupter, not ",
    );
  }
  assertThrows(() => interruptible({ fd: -1, state }), OSError);
});

Deno.test({
  ...requires("nothing is left open", needs.linux),
  async fn() {
    const open = (): number =>
      descriptorsTo((target) => target.startsWith("socket:")).length;
    const before = open();
    for (let i = 0; i < 10; i++) {
      using interrupter = new Interrupter();
      using _ = interruptible(interrupter.handle);
      assertThrows(() =>
        interruptible({ fd: 1 << 20, state: interrupter.handle.state })
      );
    }
    assertEquals(open(), before);
    interruptible()[Symbol.dispose](); // Deno opens some at the first signal listener
    const first = open();
    for (let i = 0; i < 5; i++) {
      using _ = interruptible();
      using __ = interruptible();
    }
    // The threads of Workers end some time after terminate(), and their sockets with them.
    while (open() > first) await new Promise((resolve) => setTimeout(resolve));
  },
});
