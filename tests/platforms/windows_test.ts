/**
 * What only Windows has: `share()`, `ioctl()`, exclusive addresses, errors with Windows' numbers.
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as awaiting from "../../async.ts";
import * as socket from "../../mod.ts";
import { serveDatagrams } from "../../handlers.ts";
import { SelectSelector } from "../../selectors.ts";
import { osError } from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { need, requires } from "../support/requires.ts";
import { socketPair, udpPair } from "../support/pairs.ts";
import { Peer } from "../support/peer.ts";

const { errno, Socket } = socket;

const windows = need("Windows", socket.hasattr("ioctl"));

/** A test that is skipped elsewhere. */
function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ ...requires(name, windows), fn });
}

test("a socket is shared with another process", async () => {
  await using child = Peer.deno("programs/shared.ts");
  const pid = Number(await child.line());
  using pair = socketPair();
  const { a, b } = pair;
  a.settimeout(20);
  await child.write(b.share(pid).toHex());
  const ended = child.rest(); // this ends its input, and it starts
  a.sendall(utf8("shared"));
  assertEquals(await receive(a, 6), "shared");
  b.close(); // the other process has a copy
  a.shutdown(socket.SHUT_WR);
  await ended;
  assertEquals(a.recv(1).length, 0);
});

/** Receives while the event loop runs, as that writes the other process's input. */
async function receive(
  from: socket.Socket<socket.UnixAddress>,
  count: number,
): Promise<string> {
  using own = awaiting.AsyncSocket.from(from.dup());
  own.settimeout(20);
  return text(await own.recv(count));
}

test("fromshare() and new Socket(0, 0, 0, bytes) make the socket that was shared", async () => {
  using pair = socketPair();
  const { a, b } = pair;
  const info = a.share(Deno.pid);
  assertEquals(info.length, 628);
  using one = socket.fromshare(info);
  using two = new Socket<socket.Address>(0, 0, 0, a.share(Deno.pid));
  using three = awaiting.fromshare(a.share(Deno.pid));
  using other = awaiting.AsyncSocket.from(b.dup());
  for (const made of [one, two, three]) {
    assertEquals([made.family as number, made.type, made.proto], [
      a.family as number,
      a.type,
      socket.IPPROTO_TCP, // which the bytes contain
    ]);
    assertEquals(made.getsockname(), a.getsockname());
    assertEquals(made.get_inheritable(), false);
    await made.send(utf8("x"));
    assertEquals(text(await other.recv(2)), "x");
  }
  using four = awaiting.fromshare(other.share(Deno.pid));
  assertEquals(four.getpeername(), a.getsockname());
});

test("what is no shared socket is refused", () => {
  assertThrows(
    () => socket.fromshare(new Uint8Array(627)),
    RangeError,
    "628",
  );
  assertThrows(() => socket.fromshare(7 as never), TypeError, "info");
  assertThrows(() => socket.fromshare(new Uint8Array(628)), socket.OSError);
  using s = new Socket();
  assertThrows(() => s.share(-1), RangeError, "process_id");
  assertThrows(() => s.share("1" as never), TypeError, "process_id");
  s.close();
  assertEquals(
    assertThrows(() => s.share(Deno.pid), socket.OSError).code,
    "ENOTSOCK",
  );
});

test("ioctl() sets when a silent connection is asked for", () => {
  using pair = socketPair();
  const { a } = pair;
  a.ioctl(socket.SIO_KEEPALIVE_VALS, [1, 60_000, 1000]);
  using other = awaiting.AsyncSocket.from(a.dup());
  other.ioctl(socket.SIO_KEEPALIVE_VALS, [0, 60_000, 1000]);
});

test("ioctl() turns the loopback's fast path on", () => {
  using s = new Socket();
  s.ioctl(socket.SIO_LOOPBACK_FAST_PATH, 1);
});

test("ioctl() refuses other commands, and values that are not the command's", () => {
  using s = new Socket();
  const command = (value: unknown, option: unknown) => () =>
    s.ioctl(value as number, option as number);
  const { SIO_KEEPALIVE_VALS, SIO_RCVALL } = socket;
  for (
    const [call, type, says] of [
      [command(5, 1), RangeError, "invalid ioctl command 5"],
      [command("5", 1), TypeError, "control"],
      [command(SIO_KEEPALIVE_VALS, 1), TypeError, "option"],
      [command(SIO_KEEPALIVE_VALS, [1, 2]), TypeError, "option"],
      [command(SIO_KEEPALIVE_VALS, [1, 2, -1]), RangeError, "option"],
      [command(SIO_RCVALL, [1, 2, 3]), TypeError, "option"],
      [command(SIO_RCVALL, 2 ** 32), RangeError, "option"],
    ] as const
  ) assertThrows(call, type, says);
});

test("nobody takes an address over that create_server() has", async () => {
  using server = socket.create_server(["127.0.0.1", 0]);
  using awaited = await awaiting.create_server(["127.0.0.1", 0]);
  const { SO_EXCLUSIVEADDRUSE, SO_REUSEADDR, SOL_SOCKET } = socket;
  for (const { getsockopt, getsockname } of [server, awaited].map(bound)) {
    assert(getsockopt(SOL_SOCKET, SO_EXCLUSIVEADDRUSE) !== 0);
    using thief = new Socket();
    thief.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    const { code } = assertThrows(
      () => thief.bind(getsockname()),
      socket.OSError,
    );
    assert(["EACCES", "EADDRINUSE"].includes(code!), code);
  }
});

/** What the test above asks of a socket of either class. */
function bound(
  s:
    | socket.Socket<socket.InetAddress>
    | awaiting.AsyncSocket<socket.InetAddress>,
): {
  getsockopt(level: number, option: number): number;
  getsockname(): socket.InetAddress;
} {
  return {
    getsockopt: (level, option) => s.getsockopt(level, option),
    getsockname: () => s.getsockname(),
  };
}

test("an error has Windows' number and text, and Python's errno and class", () => {
  using silent = new Socket();
  silent.bind(["127.0.0.1", 0]); // bound, but not listening
  using client = new Socket();
  const error = assertThrows(
    () => client.connect(silent.getsockname()),
    socket.ConnectionRefusedError,
  );
  assertEquals([error.errno, error.winerror, error.code, error.syscall], [
    10061,
    10061,
    "ECONNREFUSED",
    "connect",
  ]);
  const [host, port] = silent.getsockname();
  assertEquals(
    error.message,
    `[WinError 10061] ${error.strerror}: connect ["${host}",${port}]`,
  );
  assert(error.strerror !== "");
});

test("the numbers that C has too are C's, as in CPython", () => {
  for (
    const [winerror, number, Class] of [
      [10004, errno.EINTR, socket.InterruptedError],
      [10009, errno.EBADF, socket.OSError],
      [10013, errno.EACCES, socket.PermissionError],
      [10014, errno.EFAULT, socket.OSError],
      [10022, errno.EINVAL, socket.OSError],
      [10024, errno.EMFILE, socket.OSError],
      [10035, 10035, socket.BlockingIOError],
      [10036, 10036, socket.BlockingIOError],
      [10053, 10053, socket.ConnectionAbortedError],
      [10054, 10054, socket.ConnectionResetError],
      [10058, 10058, socket.BrokenPipeError],
      [10060, 10060, socket.TimeoutError],
      [2, errno.ENOENT, socket.FileNotFoundError],
      [5, errno.EACCES, socket.PermissionError],
      [6, errno.EBADF, socket.OSError],
      [12345, errno.EINVAL, socket.OSError],
    ] as const
  ) {
    const error = osError(winerror);
    assertEquals([error.errno, error.winerror], [number, winerror]);
    assertEquals(error.constructor, Class, String(winerror));
  }
});

test("a datagram that does not fit is an error", async () => {
  using pair = udpPair();
  const { a, b } = pair;
  a.send(utf8("long"));
  const error = assertThrows(() => b.recv(2), socket.OSError);
  assertEquals([error.code, error.syscall], ["EMSGSIZE", "recv"]);
  using awaited = awaiting.AsyncSocket.from(b.dup());
  a.send(utf8("long"));
  assertEquals(
    (await assertRejects(() => awaited.recv(2), socket.OSError)).code,
    "EMSGSIZE",
  );
  a.send(utf8("fits"));
  assertEquals(text(b.recv(4)), "fits");
});

test("a datagram that may not be sent closes no socket with handlers", async () => {
  const failed = Promise.withResolvers<unknown>();
  using sender = await serveDatagrams(["127.0.0.1", 0], {
    error: (_, error) => failed.resolve(error),
  });
  sender.send(utf8("all"), ["255.255.255.255", 9]); // without SO_BROADCAST
  const error = await failed.promise as socket.OSError;
  assertEquals([error.code, error.winerror], ["EACCES", 10013]);
  assert(!sender.closed);
});

test("socketpair() is a connection over loopback", () => {
  using pair = socketPair(socket.AF_INET);
  const { a, b } = pair;
  assertEquals(a.getsockname(), b.getpeername());
  assertEquals(a.getsockname()[0], "127.0.0.1");
  assertThrows(
    () => socket.socketpair(socket.AF_INET, socket.SOCK_DGRAM),
    socket.OSError,
  );
});

test("SelectSelector takes more sockets than a bit set has room for", () => {
  using stack = new DisposableStack();
  using selector = new SelectSelector();
  for (let i = 0; i < 300; i++) {
    const { a, b } = stack.use(socketPair());
    selector.register(a, 2);
    selector.register(b, 2);
  }
  assertEquals(selector.select(0).length, 600);
});

test("what Windows lacks says its name", () => {
  using s = new Socket();
  for (
    const [name, call] of Object.entries({
      sethostname: () => socket.sethostname("x"),
      SCM_RIGHTS: () => socket.send_fds(s as never, [utf8("x")], [1]),
      AF_PACKET: () => new Socket(socket.AF_PACKET),
    })
  ) assertThrows(call, RangeError, `${name} is not available on windows`);
});
