/** Waiting for any descriptor. reactor_test.ts runs this file on poll(2), too. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createServer, type Socket as NodeSocket } from "node:net";
import { makePoller } from "../../poll/poller.ts";
import * as blocking from "../../mod.ts";
import {
  BlockingIOError,
  errno,
  notify_closing,
  OSError,
  SHUT_WR,
  TimeoutError,
  wait_readable,
  wait_writable,
} from "../../async.ts";
import { turn } from "../support/async.ts";
import { Namespaces, namespaces } from "../examples/namespaces.ts";
import { text, utf8 } from "../support/bytes.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import {
  eventfd,
  file,
  inotify,
  one,
  pidfd,
  pipe,
  timerfd,
} from "../support/kernel_files.ts";
import { asyncSocketPair, socketPair } from "../support/pairs.ts";
import { need, needs, requires } from "../support/requires.ts";

const poller = makePoller();
const epoll = need("epoll", poller.fd >= 0);
poller.close();

/** Whether a promise is still pending after the event loop has turned a few times. */
async function waits(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true, () => settled = true);
  for (let i = 0; i < 3; i++) await turn();
  return !settled;
}

const badDescriptor = async (waiting: Promise<void>): Promise<void> => {
  const error = await assertRejects(() => waiting, OSError);
  assertEquals(error.errno, errno.EBADF);
};

Deno.test({
  ...requires("an eventfd is awaited, again and again", needs.linux),
  async fn() {
    using counter = eventfd();
    for (let round = 0; round < 3; round++) {
      const waiting = wait_readable(counter);
      assert(await waits(waiting));
      counter.write(one);
      await waiting;
      await wait_readable(counter.fd); // it still is
      assertEquals(counter.read(8), 8);
    }
    await wait_writable(counter);
  },
});

Deno.test({
  ...requires("a timerfd is awaited", needs.linux),
  async fn() {
    using timer = timerfd(30);
    const began = performance.now();
    await wait_readable(timer);
    assert(performance.now() - began > 25);
    assertEquals(timer.read(8), 8);
  },
});

Deno.test({
  ...requires("inotify is awaited", needs.linux),
  async fn() {
    using folder = temporaryFolder();
    using changes = inotify(folder.path);
    const waiting = wait_readable(changes);
    assert(await waits(waiting));
    Deno.writeTextFileSync(`${folder.path}/new`, "");
    await waiting;
    assert(changes.read() >= 16);
  },
});

Deno.test({
  ...requires("the end of a process is awaited by its pidfd", needs.linux),
  async fn() {
    const child = new Deno.Command("cat", { stdin: "piped", stdout: "null" })
      .spawn();
    using process = pidfd(child.pid);
    const waiting = wait_readable(process);
    assert(await waits(waiting));
    await child.stdin.close();
    await waiting;
    assert((await child.status).success);
  },
});

Deno.test({
  ...requires("a pipe is writable until it is full, and again", needs.linux),
  async fn() {
    const [reader, writer] = pipe();
    using _reader = reader;
    using _writer = writer;
    await wait_writable(writer);
    writer.write(new Uint8Array(65536));
    const waiting = wait_writable(writer);
    assert(await waits(waiting));
    assertEquals(reader.read(65536), 65536);
    await waiting;
    writer.close();
    await wait_readable(reader); // the end of the data
    assertEquals(reader.read(), 0);
  },
});

Deno.test({
  ...requires("a regular file is always ready", needs.linux),
  async fn() {
    using regular = file(beside("async/readiness_test.ts"));
    await wait_readable(regular); // epoll refuses it (EPERM)
    await wait_writable(regular);
    blocking.wait_readable(regular, { timeout: 0 });
  },
});

Deno.test({
  ...requires(
    "a TUN device is awaited",
    needs.linux,
    namespaces,
    need("/dev/net/tun", hasTun()),
  ),
  async fn() {
    using network = new Namespaces(1);
    const { stdout, stderr } = await new Deno.Command("ip", {
      args: [
        ...["netns", "exec", network.names[0], Deno.execPath()],
        ...["run", "--allow-all", beside("programs/tun.ts")],
      ],
      env: { NO_COLOR: "1" },
      signal: AbortSignal.timeout(120_000),
    }).output();
    assertEquals(text(stdout), "answered: hello\n", text(stderr));
  },
});

function hasTun(): boolean {
  try {
    return Deno.statSync("/dev/net/tun").isCharDevice === true;
  } catch {
    return false;
  }
}

Deno.test({
  ...requires("a socket of node:net is awaited by its descriptor", needs.linux),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/node`;
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    assert(fd > 2);
    try {
      const waiting = wait_readable(fd);
      assert(await waits(waiting));
      const arrived = new Promise<NodeSocket>((resolve) =>
        server.on("connection", resolve)
      );
      using client = new blocking.Socket(blocking.AF_UNIX);
      client.connect(path);
      // Node may have taken the connection before this looks: then it is not readable any more.
      await Promise.race([waiting, arrived]);
      waiting.catch(() => {}); // it may be ended below
      (await arrived).destroy();
      using second = new blocking.Socket(blocking.AF_UNIX);
      second.connect(path);
      blocking.wait_readable(fd, { timeout: 60 }); // Node cannot take this one before
    } finally {
      notify_closing(fd);
      await new Promise((resolve) => server.close(resolve));
    }
  },
});

Deno.test("all who wait for the same readiness are woken", async () => {
  using pair = asyncSocketPair();
  const { a, b } = pair;
  const waiting = [wait_readable(a), wait_readable(a.fileno())];
  assert(await waits(Promise.race(waiting)));
  await b.send(utf8("x"));
  await Promise.all(waiting);
});

Deno.test("a receive that waits is served before who waits for the same socket", async () => {
  using pair = asyncSocketPair();
  const { a, b } = pair;
  const received = a.recv(10);
  const waiting = wait_readable(a);
  assert(await waits(waiting));
  await b.send(utf8("x"));
  assertEquals((await received).length, 1);
  assert(await waits(waiting));
  await b.send(utf8("y"));
  await waiting;
  assertEquals((await a.recv(10)).length, 1);
});

Deno.test("who waits for the descriptor of a socket does not disturb the socket", async () => {
  using pair = asyncSocketPair();
  const { a, b } = pair;
  for (const target of [a.fileno(), { fileno: () => a.fileno() }, a]) {
    const received = a.recv(10);
    assert(await waits(received)); // registered
    const waiting = wait_readable(target, { timeout: 0.001 });
    await assertRejects(() => waiting, TimeoutError);
    await wait_writable(target); // at once
    await b.send(utf8("x"));
    assertEquals((await received).length, 1);
  }
  b.shutdown(SHUT_WR);
  await wait_readable(a);
  assertEquals((await a.recv(1)).length, 0);
});

Deno.test("a blocking socket is awaited, and closing it ends the wait", async () => {
  using pair = socketPair();
  const { a, b } = pair;
  const waiting = wait_readable(a);
  assert(await waits(waiting));
  b.send(utf8("x"));
  await waiting;
  a.recv(1);
  const lost = wait_readable(a);
  assert(await waits(lost));
  a.close();
  await badSocket(lost);
  await badSocket(wait_readable(a));
});

/** On Windows, the error number is another. */
const badSocket = async (waiting: Promise<void>): Promise<void> => {
  const error = await assertRejects(() => waiting, OSError);
  assert([errno.EBADF, errno.ENOTSOCK].includes(error.errno as never));
};

Deno.test({
  ...requires("notify_closing() ends the waits for a descriptor", needs.linux),
  async fn() {
    using counter = eventfd();
    const waiting = [
      badDescriptor(wait_readable(counter)),
      badDescriptor(wait_readable(counter.fd)),
    ];
    await turn();
    notify_closing(counter);
    await Promise.all(waiting);
    notify_closing(counter); // nothing waits
    notify_closing(-1);
    counter.write(one);
    await wait_readable(counter); // it may still be used
  },
});

Deno.test({
  ...requires(
    "a descriptor that was closed without notice is noticed by who uses its number next",
    needs.linux,
  ),
  async fn() {
    // Another file under the same number.
    using counter = eventfd();
    const lost = wait_readable(counter.fd, { timeout: 60 });
    assert(await waits(lost));
    using other = eventfd();
    counter.become(other);
    const waiting = wait_readable(counter.fd);
    await turn();
    other.write(one);
    await waiting;
    // The poller may know that it was closed; if not, the first wait sees the new file.
    await lost.catch((error) => assertEquals(error.errno, errno.EBADF));

    // A socket of ours under the same number.
    using second = eventfd();
    const { fd } = second;
    const gone = wait_readable(fd, { timeout: 60 });
    assert(await waits(gone));
    second.close();
    const sockets: blocking.Socket[] = [];
    do sockets.push(new blocking.Socket()); while (
      sockets.at(-1)!.fileno() < fd
    );
    try {
      if (sockets.at(-1)!.fileno() === fd) await badDescriptor(gone);
      else notify_closing(fd), await badDescriptor(gone);
    } finally {
      for (const socket of sockets) socket.close();
    }
    await badDescriptor(wait_readable(fd));
  },
});

Deno.test({
  ...requires("nothing stays registered after a wait", needs.linux, epoll),
  async fn() {
    using counter = eventfd();
    const { signal } = new AbortController();
    for (
      const wait of [
        () => wait_readable(counter, { timeout: 0.001 }),
        () =>
          wait_readable(counter, {
            signal: AbortSignal.timeout(1),
            timeout: 9,
          }),
      ]
    ) {
      await wait().catch(() => {});
      assert(!isRegistered(counter.fd));
    }
    const waiting = wait_readable(counter, { signal });
    assert(await waits(waiting));
    assert(isRegistered(counter.fd));
    counter.write(one);
    await waiting;
    assert(!isRegistered(counter.fd));
  },
});

/** Whether one of this process's epoll instances knows a descriptor. */
function isRegistered(fd: number): boolean {
  return [...Deno.readDirSync("/proc/self/fdinfo")].some(({ name }) => {
    try {
      return new RegExp(`^tfd:\\s+${fd} `, "m")
        .test(Deno.readTextFileSync(`/proc/self/fdinfo/${name}`));
    } catch {
      return false; // closed meanwhile
    }
  });
}

Deno.test("timeouts and signals end a wait", async () => {
  using pair = asyncSocketPair();
  const { a, b } = pair;
  a.settimeout(0); // the socket's own timeout does not count
  await assertRejects(() => wait_readable(a, { timeout: 0.01 }), TimeoutError);
  await assertRejects(() => wait_readable(a, { timeout: 0 }), BlockingIOError);
  await wait_writable(a, { timeout: 0 });
  const aborting = new AbortController();
  const waiting = wait_readable(a, aborting);
  await turn();
  aborting.abort("enough");
  assertEquals(await waiting.catch((reason) => reason), "enough");
  assertEquals(
    await wait_readable(a, aborting).catch((reason) => reason),
    "enough",
  );
  await b.send(utf8("x"));
  await wait_readable(a, { timeout: 5 });
});

Deno.test("the blocking forms wait, too", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const began = performance.now();
  assertThrows(
    () => blocking.wait_readable(a, { timeout: 0.03 }),
    TimeoutError,
  );
  assert(performance.now() - began >= 29);
  assertThrows(
    () => blocking.wait_readable(a, { timeout: 0 }),
    BlockingIOError,
  );
  blocking.wait_writable(a.fileno());
  b.send(utf8("x"));
  blocking.wait_readable({ fileno: () => a.fileno() });
  a.close();
  assertThrows(() => blocking.wait_readable(a), OSError);
  assertThrows(() => blocking.wait_writable(-1), OSError);
});

Deno.test("what is no descriptor is refused", async () => {
  for (
    const wrong of ["0", null, undefined, {}, 1.5, NaN, { fileno: () => "x" }]
  ) {
    const fd = wrong as number;
    assertThrows(() => blocking.wait_readable(fd), TypeError, "fd");
    assertThrows(() => blocking.wait_writable(fd), TypeError, "fd");
    await assertRejects(() => wait_readable(fd), TypeError, "fd");
    await assertRejects(() => wait_writable(fd), TypeError, "fd");
    assertThrows(() => notify_closing(fd), TypeError, "fd");
  }
  assertThrows(() => blocking.wait_readable(2 ** 31), RangeError, "fd");
  await assertRejects(() => wait_readable(0, { timeout: -1 }), RangeError);
  await assertRejects(
    () => wait_readable(0, { timeout: "1" as never }),
    TypeError,
  );
  await assertRejects(
    () => wait_readable(0, { signal: 1 as never }),
    TypeError,
  );
  await assertRejects(() => wait_readable(0, 1 as never), TypeError);
});
