/** `AsyncSocket`: its operations, how it is made and closed, and what it refuses. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as socket from "../../async.ts";
import { AsyncSocket, OSError, Socket, TimeoutError } from "../../async.ts";
import { E_BAD_SOCKET, osError } from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { temporaryFolder } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";
import { asyncSocketPair, asyncTcpPair } from "../support/pairs.ts";
import { deadAddress, receive, turn } from "../support/async.ts";

/** The error of a closed socket. */
const CLOSED = osError(E_BAD_SOCKET).message;

Deno.test("every operation of a stream socket works awaited", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  assertEquals(await a.send(utf8("one")), 3);
  assertEquals(text(await b.recv(10)), "one");
  await a.sendall(utf8("two"));
  const buffer = new Uint8Array(10);
  assertEquals(await b.recv_into(buffer.subarray(2)), 3);
  assertEquals(text(buffer.subarray(2, 5)), "two");
  assertEquals(await a.sendmsg([utf8("th"), utf8("ree")]), 5);
  const [data, ancdata, flags, address] = await b.recvmsg(10);
  assertEquals([text(data), ancdata, flags, address], ["three", [], 0, null!]);
  await a.sendall(utf8("four"));
  const [start, rest] = [new Uint8Array(2), new Uint8Array(5)];
  assertEquals((await b.recvmsg_into([start, rest]))[0], 4);
  assertEquals(text(start) + text(rest.subarray(0, 2)), "four");
  await a.sendall(utf8("five"));
  assertEquals(await b.recvfrom(10), [utf8("five"), null!]);
  await a.sendall(utf8("six"));
  assertEquals((await b.recvfrom_into(buffer))[0], 3);
  a.shutdown(socket.SHUT_WR);
  assertEquals((await b.recv(10)).length, 0);
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
  ...requires("descriptors are passed, awaited", needs.posix),
  async fn() {
    using pair = asyncSocketPair();
    const { a, b } = pair;
    using passing = asyncSocketPair();
    const { a: inner, b: other } = passing;
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
  using pair = await asyncTcpPair();
  const [sent, came] = await Promise.all([
    pair.a.sendfile(path, 3),
    receive(pair.b, file.length - 3),
  ]);
  assertEquals(sent, file.length - 3);
  assertEquals(came, file.subarray(3));
});

Deno.test("an aborted sendfile leaves the file's position behind what was sent", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  Deno.writeFileSync(path, new Uint8Array(1 << 25));
  using pair = await asyncTcpPair();
  using file = Deno.openSync(path);
  const aborting = new AbortController();
  const sending = pair.a.sendfile(file, 0, null, aborting);
  await turn();
  aborting.abort();
  await assertRejects(() => sending, DOMException);
  const sent = file.seekSync(0, Deno.SeekMode.Current);
  assert(sent > 0 && sent < 1 << 25, `${sent} bytes`);
  pair.a.shutdown(socket.SHUT_WR);
  let came = 0;
  for (let n; (n = (await pair.b.recv(1 << 20)).length) > 0;) came += n;
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
  ...requires(
    "a connection whose other end vanished is quiet, then reset",
    needs.linux,
    needs.root,
  ),
  async fn() {
    using pair = await asyncTcpPair();
    // With TCP_REPAIR, closing a socket sends nothing to its other end.
    pair.b.setsockopt(socket.IPPROTO_TCP, 19, 1);
    pair.b.close();
    pair.a.settimeout(0.03);
    await assertRejects(() => pair.a.recv(1), TimeoutError);
    pair.a.settimeout(null);
    const waiting = pair.a.recv(1);
    await pair.a.sendall(utf8("x"));
    await assertRejects(() => waiting, socket.ConnectionResetError);
  },
});

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
  ...requires(
    "connect_ex() has a number for a timeout and a closed socket, however it waits",
    needs.linux,
  ),
  async fn() {
    // A listener whose queue is full does not answer.
    using listener = await socket.create_server(["127.0.0.1", 0], {
      backlog: 0,
    });
    const address = listener.getsockname();
    using filler = new AsyncSocket();
    await filler.connect(address);
    const { EBADF, EWOULDBLOCK } = socket.errno;
    using client = new AsyncSocket();
    const first = client.connect_ex(address);
    client.settimeout(0.02);
    const queued = client.connect_ex(address);
    client.settimeout(null);
    const last = client.connect_ex(address);
    const aborting = new AbortController();
    const aborted = client.connect_ex(address, aborting);
    const reason = new socket.TimeoutError(null, "enough");
    aborting.abort(reason);
    assert(await aborted.catch((error) => error) === reason);
    assertEquals(await queued, EWOULDBLOCK);
    client.close();
    assertEquals(await Promise.all([first, last]), [EBADF, EBADF]);
    assertEquals(await client.connect_ex(address), EBADF);
  },
});

Deno.test({
  ...requires(
    "connecting to a Unix listener whose queue is full waits for room",
    needs.posix,
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
  ...requires(
    "a datagram waits for a Unix socket that others have filled",
    needs.posix,
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
  using pair = asyncSocketPair();
  const { a, b } = pair;
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
});

Deno.test("duplicates are awaited apart", async () => {
  using pair = asyncSocketPair();
  const { a, b } = pair;
  using copy = a.dup();
  using adopted = socket.fromfd(a.fileno(), a.family, a.type);
  const waiting = [a.recv(1), copy.recv(1), adopted.recv(1)];
  await b.send(utf8("xyz"));
  const came = (await Promise.all(waiting)).map(text).sort();
  assertEquals(came.join(""), "xyz");
  const left = copy.recv(1);
  a.close();
  adopted.close();
  await b.send(utf8("w"));
  assertEquals(text(await left), "w");
});

Deno.test({
  ...requires(
    "the error queue is not behind those who wait for data",
    needs.linux,
  ),
  async fn() {
    using a = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
    using b = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
    b.bind(["127.0.0.1", 0]);
    // SOF_TIMESTAMPING_TX_SOFTWARE and _SOFTWARE: the error queue has the time that a datagram
    // left.
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
  using pair = await asyncTcpPair();
  const { a } = pair;
  const bad = [
    a.recv(-1),
    a.recv("x" as never),
    a.send("x" as never),
    a.sendall("x" as never),
    a.sendto("x" as never, ["127.0.0.1", 1]),
    a.sendmsg("x" as never),
    a.sendmsg([], 1 as never),
    a.recv_into("x" as never),
    a.recvmsg(1, -1),
    a.recvmsg_into(1 as never),
    a.connect(1 as never),
    a.sendfile(null as never),
    a.sendmsg_afalg([], { op: -1 }),
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
