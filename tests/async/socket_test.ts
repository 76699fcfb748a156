/** `AsyncSocket`: its operations, how it begins and ends, and what it refuses. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as socket from "../../async.ts";
import { AsyncSocket, OSError, Socket, TimeoutError } from "../../async.ts";
import { osError } from "../../errors/errors.ts";
import { E_BAD_SOCKET } from "../../errors/errno.ts";
import {
  needing,
  noPosix,
  notLinux,
  temporaryFolder,
  text,
  utf8,
} from "../support/helpers.ts";
import { connection, deadAddress, receive, turn } from "../support/async.ts";

/** What a socket that was closed says. */
const CLOSED = osError(E_BAD_SOCKET).message;

Deno.test("every operation of a stream socket works awaited", async () => {
  using both = await connection();
  const { near, far } = both;
  assertEquals(await near.send(utf8("one")), 3);
  assertEquals(text(await far.recv(10)), "one");
  await near.sendall(utf8("two"));
  const buffer = new Uint8Array(10);
  assertEquals(await far.recv_into(buffer.subarray(2)), 3);
  assertEquals(text(buffer.subarray(2, 5)), "two");
  assertEquals(await near.sendmsg([utf8("th"), utf8("ree")]), 5);
  const [data, ancdata, flags, address] = await far.recvmsg(10);
  assertEquals([text(data), ancdata, flags, address], ["three", [], 0, null!]);
  await near.sendall(utf8("four"));
  const [a, b] = [new Uint8Array(2), new Uint8Array(5)];
  assertEquals((await far.recvmsg_into([a, b]))[0], 4);
  assertEquals(text(a) + text(b.subarray(0, 2)), "four");
  await near.sendall(utf8("five"));
  assertEquals(await far.recvfrom(10), [utf8("five"), null!]);
  await near.sendall(utf8("six"));
  assertEquals((await far.recvfrom_into(buffer))[0], 3);
  near.shutdown(socket.SHUT_WR);
  assertEquals((await far.recv(10)).length, 0);
});

Deno.test("datagrams come with the address they came from", async () => {
  using a = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
  using b = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
  a.bind(["127.0.0.1", 0]);
  b.bind(["127.0.0.1", 0]);
  const to = b.getsockname();
  const coming = b.recvfrom(10);
  assertEquals(await a.sendto(utf8("x"), to), 1);
  assertEquals(await coming, [utf8("x"), a.getsockname()]);
  const { signal } = new AbortController();
  await a.sendto(utf8("y"), 0, to);
  await a.sendto(utf8("z"), to, { signal });
  await a.sendto(utf8("w"), 0, to, { signal });
  await a.sendto(utf8("v"), 0, ["localhost", to[1]], { signal });
  await a.sendmsg([utf8("u")], [], 0, ["localhost", to[1]]);
  for (const sent of ["y", "z", "w", "v", "u"]) {
    assertEquals(text(await b.recv(10)), sent);
  }
  await assertRejects(
    () => a.sendto(utf8("x"), "nowhere" as never),
    TypeError,
  );
});

Deno.test({
  ...needing("descriptors are passed, awaited", noPosix),
  async fn() {
    const [a, b] = socket.socketpair();
    using _a = a;
    using _b = b;
    const [inner, other] = socket.socketpair();
    using _inner = inner;
    const coming = socket.recv_fds(b, 10, 2);
    assertEquals(await socket.send_fds(a, [utf8("x")], [other.fileno()]), 1);
    other.close();
    const [data, fds] = await coming;
    assertEquals([text(data), fds.length], ["x", 1]);
    using passed = new AsyncSocket(null, null, null, fds[0]);
    await passed.sendall(utf8("through"));
    assertEquals(text(await inner.recv(10)), "through");
    await assertRejects(() => socket.recv_fds(b, 10, -1), RangeError);
    await assertRejects(
      () => socket.send_fds(a, [utf8("x")], ["no" as never]),
      TypeError,
    );
  },
});

Deno.test("a file is sent whole, while the other end receives it", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  const contents = crypto.getRandomValues(new Uint8Array(65536));
  const file = new Uint8Array(40 * 65536 + 5);
  for (let at = 0; at < file.length; at += 65536) {
    file.set(contents.subarray(0, file.length - at), at);
  }
  Deno.writeFileSync(path, file);
  using both = await connection();
  const [sent, came] = await Promise.all([
    both.near.sendfile(path, 3),
    receive(both.far, file.length - 3),
  ]);
  assertEquals(sent, file.length - 3);
  assertEquals(came, file.subarray(3));
});

Deno.test("an aborted sendfile leaves the file's position behind what was sent", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  Deno.writeFileSync(path, new Uint8Array(1 << 25));
  using both = await connection();
  using file = Deno.openSync(path);
  const aborting = new AbortController();
  const sending = both.near.sendfile(file, 0, null, aborting);
  await turn();
  aborting.abort();
  await assertRejects(() => sending, DOMException);
  const sent = file.seekSync(0, Deno.SeekMode.Current);
  assert(sent > 0 && sent < 1 << 25, `${sent} bytes`);
  both.near.shutdown(socket.SHUT_WR);
  let came = 0;
  for (let n; (n = (await both.far.recv(1 << 20)).length) > 0;) came += n;
  assertEquals(came, sent);
});

Deno.test("a listener closed while accepting rejects, and ends a loop over it", async () => {
  const listener = await socket.create_server(["127.0.0.1", 0]);
  const accepting = listener.accept();
  const loop = (async () => {
    for await (const _ of listener) throw new Error("nobody came");
    return "ended";
  })();
  await turn();
  listener.close();
  await assertRejects(() => accepting, OSError, CLOSED);
  assertEquals(await loop, "ended");
});

Deno.test("an error that is not the end is thrown out of a loop over a listener", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  listener.settimeout(0.01);
  await assertRejects(async () => {
    for await (const _ of listener);
  }, TimeoutError);
});

Deno.test({
  ...needing(
    "a connection whose other end vanished is quiet, then reset",
    notLinux,
    isRoot() ? undefined : "root",
  ),
  async fn() {
    using both = await connection();
    // TCP_REPAIR: closed so, a socket tells its other end nothing.
    both.far.setsockopt(socket.IPPROTO_TCP, 19, 1);
    both.far.close();
    both.near.settimeout(0.03);
    await assertRejects(() => both.near.recv(1), TimeoutError);
    both.near.settimeout(null);
    const waiting = both.near.recv(1);
    await both.near.sendall(utf8("x"));
    await assertRejects(() => waiting, socket.ConnectionResetError);
  },
});

function isRoot(): boolean {
  return notLinux === undefined && Deno.uid() === 0;
}

Deno.test("a connection refused rejects, and connect_ex gives the number", async () => {
  using one = new AsyncSocket();
  using two = new AsyncSocket();
  await assertRejects(
    () => one.connect(deadAddress()),
    socket.ConnectionRefusedError,
  );
  assertEquals(
    await two.connect_ex(deadAddress()),
    socket.errno.ECONNREFUSED,
  );
  await assertRejects(() => two.connect_ex(["no such host.invalid", 1]));
});

Deno.test("after an aborted connect, connecting again waits for the same", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  using client = new AsyncSocket();
  const aborting = new AbortController();
  const first = client.connect(listener.getsockname(), aborting);
  aborting.abort();
  await assertRejects(() => first, DOMException);
  await client.connect(listener.getsockname());
  assertEquals(client.getpeername(), listener.getsockname());
});

Deno.test({
  ...needing(
    "connecting to a Unix listener whose queue is full waits for room",
    noPosix,
  ),
  async fn() {
    using folder = temporaryFolder();
    using listener = new AsyncSocket(socket.AF_UNIX);
    listener.bind(`${folder.path}/s`);
    listener.listen(0);
    const clients = Array.from(
      { length: 5 },
      () => new AsyncSocket(socket.AF_UNIX),
    );
    const connecting = clients.map((client) =>
      client.connect(listener.getsockname())
    );
    await turn();
    for (const _ of clients) (await listener.accept())[0].close();
    await Promise.all(connecting);
    for (const client of clients) client.close();
  },
});

Deno.test({
  ...needing(
    "a datagram waits for a Unix socket that others have filled",
    noPosix,
  ),
  async fn() {
    using folder = temporaryFolder();
    const make = (): AsyncSocket<socket.UnixAddress> =>
      new AsyncSocket(socket.AF_UNIX, socket.SOCK_DGRAM);
    using receiver = make();
    using other = make();
    using sender = make();
    receiver.bind(`${folder.path}/s`);
    const to = receiver.getsockname();
    other.settimeout(0);
    let count = 0;
    for (;; count++) {
      if (await other.sendto(utf8("x"), to).catch(() => 0) === 0) break;
    }
    const sending = sender.sendto(utf8("last"), to);
    await turn();
    for (let i = 0; i < count; i++) await receiver.recv(10);
    assertEquals(await sending, 4);
    assertEquals(text(await receiver.recv(10)), "last");
  },
});

Deno.test("sockets become awaiting ones and back", async () => {
  const [a, b] = socket.socketpair();
  const blocking = new Socket(null, null, null, a.detach());
  assertEquals(a.fileno(), -1);
  assertEquals(blocking.timeout, null);
  await b.send(utf8("x"));
  assertEquals(text(blocking.recv(1)), "x", "it blocks, so it is not refused");
  blocking.settimeout(1.5);
  using again = AsyncSocket.from(blocking);
  assertEquals(
    [again.timeout, blocking.fileno(), again.family],
    [1.5, -1, b.family],
  );
  const waiting = again.recv(1);
  await b.send(utf8("y"));
  assertEquals(text(await waiting), "y");
  assertThrows(() => AsyncSocket.from(blocking), OSError, CLOSED);
  b.close();
});

Deno.test("duplicates are awaited apart", async () => {
  const [a, b] = socket.socketpair();
  using copy = a.dup();
  const adopted = socket.fromfd(a.fileno(), a.family, a.type);
  const waiting = [a.recv(1), copy.recv(1), adopted.recv(1)];
  await b.send(utf8("xyz"));
  const came = (await Promise.all(waiting)).map(text).sort();
  assertEquals(came.join(""), "xyz");
  const left = copy.recv(1);
  a.close();
  adopted.close();
  await b.send(utf8("w"));
  assertEquals(text(await left), "w");
  b.close();
});

Deno.test({
  ...needing("the error queue is not behind those who wait for data", notLinux),
  async fn() {
    using a = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
    using b = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
    b.bind(["127.0.0.1", 0]);
    // SOF_TIMESTAMPING_TX_SOFTWARE, _SOFTWARE: when a datagram left shows in the error queue.
    a.setsockopt(socket.SOL_SOCKET, socket.SO_TIMESTAMPING, 1 << 1 | 1 << 4);
    const data = a.recvmsg(10, 0);
    const stamp = a.recvmsg(100, 512, socket.MSG_ERRQUEUE);
    await a.sendto(utf8("x"), b.getsockname());
    const [, ancdata, flags] = await stamp;
    assert((flags & socket.MSG_ERRQUEUE) !== 0);
    assert(ancdata.some(([, type]) => type === socket.SO_TIMESTAMPING));
    await b.sendto(utf8("y"), ["127.0.0.1", a.getsockname()[1]]);
    assertEquals(text((await data)[0]), "y");
  },
});

Deno.test("arguments are refused by rejecting, never by throwing", async () => {
  using both = await connection();
  const { near } = both;
  const bad = [
    near.recv(-1),
    near.recv("x" as never),
    near.send("x" as never),
    near.sendall("x" as never),
    near.sendto("x" as never, ["127.0.0.1", 1]),
    near.sendmsg("x" as never),
    near.sendmsg([], 1 as never),
    near.recv_into("x" as never),
    near.recvmsg(1, -1),
    near.recvmsg_into(1 as never),
    near.connect(1 as never),
    near.sendfile(null as never),
    near.sendmsg_afalg([], { op: -1 }),
  ];
  const errors = bad.map((promise: Promise<unknown>) =>
    promise.then(() => "nothing", (error) => error)
  );
  for (const error of await Promise.all(errors)) {
    assert(
      error instanceof TypeError || error instanceof RangeError,
      String(error),
    );
  }
});

Deno.test("sockets are disposed of by `using` and `await using`", async () => {
  let fd: AsyncSocket;
  {
    await using one = new AsyncSocket();
    fd = one;
    assert(one.fileno() >= 0);
  }
  assertEquals(fd.fileno(), -1);
});
