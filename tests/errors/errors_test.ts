/** Errors: their classes by number, their fields, and their messages, compared with CPython's. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { table } from "../../constants/table.ts";
import * as awaiting from "../../async.ts";
import { b } from "../../bytes.ts";
import * as socket from "../../mod.ts";
import { connectionError } from "../../socket/connect.ts";
import { osError } from "../../errors/errors.ts";
import { isPosix, need, needs, requires } from "../support/requires.ts";
import { pythonText } from "../support/errors.ts";
import { python } from "../support/peer.ts";

const { errno, gaierror, herror, OSError } = socket;

/** The error classes of the module. */
const classes = Object.fromEntries(
  Object.entries(socket).filter(([, value]) =>
    typeof value === "function" &&
    (value === OSError || value.prototype instanceof OSError)
  ),
) as Record<string, typeof OSError>;

Deno.test({
  ...requires(
    "every error number gives Python's class, text and message",
    needs.python,
  ),
  async fn() {
    const theirs = await python(`
import errno, json, os
print(json.dumps([
    [n, name, type(OSError(n, os.strerror(n))).__name__, os.strerror(n), str(OSError(n, os.strerror(n)))]
    for n, name in sorted(errno.errorcode.items())]))`) as [
      number,
      string,
      string,
      string,
      string,
    ][];
    assert(theirs.length > 80);
    const ours = theirs.map(([n]) => {
      const error = osError(n);
      return [
        n,
        error.code,
        error.constructor.name,
        error.strerror,
        error.message,
      ];
    });
    // CPython and we choose different names where several share a number.
    const same = (code: unknown, name: string): unknown =>
      (errno as unknown as Record<string, unknown>)[name] ===
          (errno as unknown as Record<string, unknown>)[String(code)]
        ? name
        : code;
    assertEquals(
      ours.map((
        [n, code, ...rest],
        i,
      ) => [n, same(code, theirs[i][1]), ...rest]),
      theirs,
    );
    assertEquals(
      theirs.map(([n]) => socket.strerror(n)),
      theirs.map(([, , , text]) => text),
    );
  },
});

Deno.test({
  ...requires("the classes extend each other as Python's do", needs.python),
  async fn() {
    const names = Object.values(classes).map((each) => each.name);
    const theirs = await python(
      `
import builtins, io, json, socket, sys
out = {}
for name in json.load(sys.stdin):
    cls = getattr(socket, name, None) or getattr(builtins, name, None) or getattr(io, name)
    out[name] = [c.__name__ for c in cls.__mro__ if issubclass(c, OSError)]
print(json.dumps(out))`,
      names,
    ) as Record<string, string[]>;
    for (const name of names) {
      const chain: string[] = [];
      for (
        let each = classes[name] ?? OSError;
        each.prototype instanceof Error;
        each = Object.getPrototypeOf(each)
      ) chain.push(each.name);
      assertEquals(chain, theirs[name], name);
    }
  },
});

Deno.test("an OSError has errno, strerror, code, syscall and a cause", () => {
  const cause = new Error("why");
  const error = new OSError(errno.ECONNREFUSED, "Connection refused", {
    syscall: "connect",
    cause,
  });
  assertInstanceOf(error, socket.ConnectionRefusedError);
  assertInstanceOf(error, socket.ConnectionError);
  assertInstanceOf(error, OSError);
  assertInstanceOf(error, Error);
  assertEquals(error.name, "ConnectionRefusedError");
  assertEquals(
    [error.errno, error.strerror, error.code, error.syscall],
    [errno.ECONNREFUSED, "Connection refused", "ECONNREFUSED", "connect"],
  );
  assertStrictEquals(error.cause, cause);
  assertEquals(
    error.message,
    `[Errno ${errno.ECONNREFUSED}] Connection refused: connect`,
  );
  assert(error.stack?.includes("errors_test.ts"));
});

Deno.test("an OSError without a number has its text for a message", () => {
  const error = new OSError(null, "service/proto not found");
  assertEquals(
    [error.message, error.errno, error.code, error.name, "cause" in error],
    ["service/proto not found", null, undefined, "OSError", false],
  );
});

Deno.test("only OSError itself turns into a subclass, as in Python", () => {
  const error = new socket.TimeoutError(errno.EPIPE, "odd");
  assertInstanceOf(error, socket.TimeoutError);
  assertNotInstanceOf(error, socket.BrokenPipeError);
  assertNotInstanceOf(new gaierror(errno.EPIPE, "odd"), socket.BrokenPipeError);
});

Deno.test("an unknown number has a text but no code", () => {
  const error = osError(99999, "recv");
  // On Windows the errno is EINVAL, and `winerror` has the number.
  const code = error.winerror === undefined ? undefined : "EINVAL";
  assertEquals([error.name, error.code, error.syscall], [
    "OSError",
    code,
    "recv",
  ]);
  assertMatch(error.message, /99999/);
});

Deno.test({
  ...requires(
    "gaierror has EAI_ codes and gai_strerror()'s text, as CPython's",
    needs.python,
  ),
  async fn() {
    const calls: [
      string | null,
      string | number | null,
      number,
      number,
      number,
      number,
    ][] = [
      ["no-such-host.invalid", 80, 0, 0, 0, 0],
      [null, null, 0, 0, 0, 0],
      ["", 80, 0, 0, 0, 0],
      ["127.0.0.1", "no-such-service", 0, 0, 0, 0],
      ["127.0.0.1", 80, 77, 0, 0, 0],
      ["127.0.0.1", 80, 0, 99, 0, 0],
      ["127.0.0.1", 80, 0, 0, 0, 0x4000000],
      ["127.0.0.1", 80, socket.AF_INET6, 0, 0, 0],
      ["localhost", 80, 0, 0, 0, socket.AI_NUMERICHOST],
      ["127.0.0.1", "http", 0, 0, 0, socket.AI_NUMERICSERV],
      ["1.2.3.4.5", 80, 0, 0, 0, socket.AI_NUMERICHOST],
    ];
    const theirs = await python(
      `
import json, socket, sys
out = []
for call in json.load(sys.stdin):
    try:
        out.append(["none", len(socket.getaddrinfo(*call))])
    except OSError as e:
        code = [n for n in dir(socket) if n.startswith("EAI_") and getattr(socket, n) == e.errno]
        out.append([type(e).__name__, e.errno, e.strerror, str(e), code[:1]])
print(json.dumps(out))`,
      calls,
    );
    const ours = calls.map((call) => {
      try {
        return ["none", socket.getaddrinfo(...call).length];
      } catch (error) {
        if (!(error instanceof OSError)) throw error;
        assertEquals(error.syscall, "getaddrinfo");
        return [
          error.name,
          error.errno,
          error.strerror,
          pythonText(error),
          [error.code],
        ];
      }
    });
    assertEquals(ours, theirs);
  },
});

Deno.test({
  ...requires("herror is Python's", needs.python),
  async fn() {
    // No host has this address.
    const theirs = await python(`
import json, socket
try:
    socket.gethostbyaddr("<broadcast>")
except OSError as e:
    print(json.dumps([type(e).__name__, e.errno, e.strerror, str(e)]))`) as unknown[];
    const error = assertThrows(
      () => socket.gethostbyaddr("<broadcast>"),
      OSError,
    );
    assertEquals(
      [error.name, error.errno, error.strerror, pythonText(error)],
      theirs,
    );
  },
});

Deno.test("herror has h_errno's names", () => {
  const { HOST_NOT_FOUND, NO_DATA } = table.constants;
  const error = new herror(HOST_NOT_FOUND, "Unknown host");
  assertEquals([error.code, error.message], [
    "HOST_NOT_FOUND",
    `[Errno ${HOST_NOT_FOUND}] Unknown host`,
  ]);
  assertInstanceOf(error, OSError);
  assertEquals(new herror(NO_DATA, "").code, "NO_DATA");
  assertEquals(new gaierror(socket.EAI_NONAME, "").code, "EAI_NONAME");
});

Deno.test("a failed call's error is that of its own errno, however often", () => {
  using listening = socket.create_server(["127.0.0.1", 0]);
  using s = new socket.Socket();
  for (let i = 0; i < 2000; i++) {
    assertEquals(
      assertThrows(() => s.getpeername(), OSError).code,
      "ENOTCONN",
    );
    assertEquals(
      assertThrows(() => s.bind(listening.getsockname()), OSError).code,
      "EADDRINUSE",
    );
    assertEquals(
      assertThrows(() => s.getsockopt(0x7fff, 1), OSError).errno,
      isPosix ? errno.EOPNOTSUPP : errno.EINVAL,
    );
  }
});

Deno.test("an error of Windows has its number in the message, and is of errno's class", () => {
  const error = new OSError(errno.ECONNREFUSED, "Nobody listens", {
    winerror: 10061,
  });
  assertInstanceOf(error, socket.ConnectionRefusedError);
  assertEquals([error.winerror, error.message], [
    10061,
    "[WinError 10061] Nobody listens",
  ]);
  assert(!("winerror" in new OSError(errno.ECONNREFUSED, "")));
});

Deno.test({
  ...requires(
    "what Windows alone has is refused by name",
    need("another system", !socket.hasattr("share")),
  ),
  fn() {
    using s = new socket.Socket();
    const calls = {
      share: () => s.share(Deno.pid),
      ioctl: () => s.ioctl(socket.SIO_RCVALL, 1),
      fromshare: () => socket.fromshare(new Uint8Array(628)),
    };
    for (const [name, call] of Object.entries(calls)) {
      assertThrows(call, RangeError, `${name} is not available on`);
    }
    const bytes = new Uint8Array(628);
    assertThrows(
      () => new socket.Socket(null, null, null, bytes),
      TypeError,
      "fileno must be an integer",
    );
  },
});

Deno.test("a message ends with the call, and with what it was for", () => {
  const refused = (options: socket.OSErrorOptions): string =>
    new OSError(errno.ECONNREFUSED, "Refused", options).message
      .replace(/^\[.*\] /, "");
  const syscall = "connect";
  const shown = (address: unknown): string => refused({ syscall, address });
  assertEquals(refused({}), "Refused");
  assertEquals(refused({ syscall }), "Refused: connect");
  assertEquals(shown(["::1", 80, 0, 0]), 'Refused: connect ["::1",80,0,0]');
  assertEquals(shown(["h", 80n, null]), 'Refused: connect ["h",80,null]');
  assertEquals(shown("/run/x"), 'Refused: connect "/run/x"');
  assertEquals(shown("\0name"), 'Refused: connect "\\u0000name"');
  assertEquals(shown(b`\0\xff'`), `Refused: connect b"\\x00\\xff'"`);
  assertEquals(shown({}), "Refused: connect Object");
  assertEquals(
    refused({ syscall: "open", filename: "/x" }),
    "Refused: open '/x'",
  );
  const { message } = new OSError('taken (["h",80])', {
    syscall: "bind",
    address: ["h", 80],
  });
  assertEquals(message, 'taken (["h",80]): bind', "not twice");
});

Deno.test({
  ...requires("errors are constructed as Python's are", needs.python),
  async fn() {
    const calls: [name: string, ...args: (string | number)[]][] = [
      ["OSError"],
      ["OSError", "text"],
      ["OSError", 2, "No such file"],
      ["OSError", 2, "No such file", "/x"],
      ["OSError", 2, "No such file", "it's"],
      ["OSError", 2, "No such file", 'a "b"'],
      ["TimeoutError", "text"],
      ["TimeoutError"],
      ["BrokenPipeError", 32, "Broken pipe"],
      ["gaierror", "text"],
      ["herror", 1, "Unknown host"],
    ];
    const theirs = await python(
      `
import json, socket, sys
out = []
for name, *args in json.load(sys.stdin):
    e = (getattr(socket, name, None) or getattr(__builtins__, name))(*args)
    out.append([type(e).__name__, str(e), e.errno, list(e.args), e.filename])
print(json.dumps(out))`,
      calls,
    );
    const ours = calls.map(([name, ...args]) => {
      const Class = classes[name] as new (...args: unknown[]) => socket.OSError;
      const error = new Class(...args);
      const { message, errno, filename = null } = error;
      // Python's args of no text are empty.
      const of = args.length === 0 ? [] : error.args;
      return [error.name, message, errno, of, filename];
    });
    assertEquals(ours, theirs);
  },
});

Deno.test("the error of the last address has that of the one before as its cause", () => {
  const first = new OSError(errno.ECONNREFUSED, "one");
  const last = new OSError(errno.ECONNREFUSED, "two");
  assertStrictEquals(connectionError([first, last], false), last);
  assertStrictEquals(last.cause, first);
  assertEquals(Object.keys(last).includes("cause"), false);
  const all = connectionError([first, last], true);
  assertInstanceOf(all, AggregateError);
});

Deno.test("what is wrong with a host or a port says what is allowed", () => {
  // deno-lint-ignore no-explicit-any -- wrong arguments
  const lookup = (host: any, port: any) => () => socket.getaddrinfo(host, port);
  const host = "host must be a string, bytes or null, not 5";
  assertThrows(lookup(5, 80), TypeError, host);
  const port = "port must be a string, bytes, a number or null, not Object";
  assertThrows(lookup("h", {}), TypeError, port);
});

Deno.test({
  ...requires(
    "errors of awaiting sockets that are closed name the call",
    needs.posix,
  ),
  async fn() {
    const { AsyncSocket } = awaiting;
    const data = new Uint8Array(1 << 22);
    const [a, b] = await awaiting.socketpair();
    using _b = b;
    using udp = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
    udp.bind(["127.0.0.1", 0]);
    using listener = await awaiting.create_server(["127.0.0.1", 0]);
    const calls: [call: () => Promise<unknown>, syscall: string][] = [
      [() => a.recv(1), "recv"],
      [() => a.recv_into(new Uint8Array(1)), "recv"],
      [() => a.recvmsg(1), "recvmsg"],
      [() => a.sendall(data), "send"],
      [() => a.send(data), "send"],
      [() => udp.recvfrom(1), "recvfrom"],
      [() => udp.recvfrom_into(new Uint8Array(1)), "recvfrom"],
      [() => udp.recvmsg(1), "recvmsg"],
      [() => listener.accept(), "accept"],
    ];
    const failed = (call: () => Promise<unknown>): Promise<unknown> =>
      call().then(() => "sent", (error) => [error.code, error.syscall]);
    const waiting = calls.map(([call]) => failed(call));
    for (const each of [a, udp, listener]) each.close();
    const closed = calls.map(([call]) => failed(call));
    const expected = calls.map(([, syscall]) => ["EBADF", syscall]);
    // One send was taken before the socket was closed.
    const [first, then] = [
      await Promise.all(waiting),
      await Promise.all(closed),
    ];
    assertEquals(first.filter((each) => each !== "sent"), expected);
    assertEquals(then, expected);
  },
});
