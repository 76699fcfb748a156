/** The first line of an error's stack is that of the program that called the library. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStrictEquals,
} from "@std/assert";
import * as awaiting from "../../async.ts";
import * as blocking from "../../mod.ts";
import { DefaultSelector } from "../../selectors.ts";
import { temporaryFolder } from "../support/files.ts";
import { need, needs, requires } from "../support/requires.ts";

const { AsyncSocket } = awaiting;
const { errno, OSError, Socket } = blocking;

// deno-lint-ignore no-explicit-any -- wrong arguments
const wrong = (value: unknown): any => value;

/** An address where nobody listens, for as long as the stack's sockets are open. */
function unheard(stack: DisposableStack): blocking.InetAddress {
  const socket = stack.use(new Socket());
  socket.bind(["127.0.0.1", 0]);
  return socket.getsockname();
}

/** A pair of awaiting sockets whose calls time out soon. */
async function hasty(stack: DisposableStack) {
  const [a, b] = await awaiting.socketpair();
  for (const each of [a, b]) stack.use(each).settimeout(0.01);
  return [a, b] as const;
}

/** A pair of blocking sockets whose calls time out soon. */
function hastyPair(stack: DisposableStack) {
  const [a, b] = blocking.socketpair();
  for (const each of [a, b]) stack.use(each).settimeout(0.01);
  return [a, b] as const;
}

const name = "no-such-host.invalid";
const some = new Uint8Array(1);
const much = new Uint8Array(1 << 24);

/** Calls that fail. Each is made by this file, at the line that its error is to name. */
const calls: Record<string, (stack: DisposableStack) => unknown> = {
  async "recv that times out"(stack) {
    const [a] = await hasty(stack);
    await a.recv(1);
  },
  async "sendall that times out"(stack) {
    const [a] = await hasty(stack);
    await a.sendall(much);
  },
  async "recv behind another one"(stack) {
    const [a] = await hasty(stack);
    const first = a.recv(1).catch(() => {});
    await a.recv(1).finally(() => first);
  },
  async "recv begun before, awaited later"(stack) {
    const [a] = await hasty(stack);
    const received = a.recv(1);
    await null;
    await received;
  },
  async "recv in Promise.all"(stack) {
    const [a, b] = await hasty(stack);
    const other = b.recv(1);
    await Promise.all([a.recv(1), other]).finally(() => other.catch(() => {}));
  },
  async "recv of a socket that is closed meanwhile"(stack) {
    const [a] = await hasty(stack);
    a.settimeout(null);
    queueMicrotask(() => a.close());
    await a.recv(1);
  },
  async "recv of a closed socket"(stack) {
    const [a] = await hasty(stack);
    a.close();
    await a.recv(1);
  },
  async "recv without waiting"(stack) {
    const [a] = await hasty(stack);
    a.setblocking(false);
    await a.recv(1);
  },
  async "recv of a wrong size"(stack) {
    const [a] = await hasty(stack);
    await a.recv(wrong("1"));
  },
  async "recvmsg"(stack) {
    const [a] = await hasty(stack);
    await a.recvmsg(1);
  },
  async "sendmsg of no bytes"(stack) {
    const [a] = await hasty(stack);
    await a.sendmsg([wrong("text")]);
  },
  async "send_fds"(stack) {
    const [a] = await hasty(stack);
    await awaiting.send_fds(wrong(a), [some], [99999]);
  },
  async "recv_fds"(stack) {
    const [a] = await hasty(stack);
    await awaiting.recv_fds(wrong(a), 1, 1);
  },
  async "sendfile"(stack) {
    const [a] = await hasty(stack);
    await a.sendfile("/no/such/file");
  },
  async "connect"(stack) {
    await stack.use(new AsyncSocket()).connect(unheard(stack));
  },
  async "connect to a name"(stack) {
    await stack.use(new AsyncSocket()).connect([name, 80]);
  },
  async "connect to no address"(stack) {
    await stack.use(new AsyncSocket()).connect(wrong("127.0.0.1"));
  },
  async "create_connection"(stack) {
    await awaiting.create_connection(unheard(stack));
  },
  async "create_connection with all_errors"(stack) {
    const options = { all_errors: true };
    await awaiting.create_connection(unheard(stack), null, null, options);
  },
  async "create_connection to a name"() {
    await awaiting.create_connection([name, 80]);
  },
  async "create_connection from a wrong address"(stack) {
    const address = unheard(stack);
    await awaiting.create_connection(address, null, ["192.0.2.1", 0]);
  },
  async "create_server"() {
    await awaiting.create_server(["192.0.2.1", 0]);
  },
  async "create_server at a name"() {
    await awaiting.create_server([name, 0]);
  },
  async "getaddrinfo"() {
    await awaiting.getaddrinfo(name, 80);
  },
  async "getnameinfo"() {
    await awaiting.getnameinfo([name, 80], 0);
  },
  async "gethostbyname"() {
    await awaiting.gethostbyname(name);
  },
  async "for await over a listener"(stack) {
    const listener = stack.use(
      await awaiting.create_server(["127.0.0.1", 0]),
    );
    listener.settimeout(0.01);
    for await (const [connection] of listener) connection.close();
  },
  async "a reader of readable"(stack) {
    const [a] = await hasty(stack);
    await a.readable.getReader().read();
  },
  async "for await over readable"(stack) {
    const [a] = await hasty(stack);
    for await (const chunk of a.readable) assert(chunk);
  },
  async "a Response of readable"(stack) {
    const [a] = await hasty(stack);
    await new Response(a.readable).text();
  },
  async "a writer of writable"(stack) {
    const [a] = await hasty(stack);
    await a.writable.getWriter().write(much);
  },
  async "a writer of writable whose peer is gone"(stack) {
    const [a, b] = await hasty(stack);
    b.close();
    await a.writable.getWriter().write(much);
  },
  async "relay"(stack) {
    const [a, b] = [await hasty(stack), await hasty(stack)];
    await awaiting.relay(a[0], b[0], { idleTimeout: 0.01 });
  },
  async "splice"(stack) {
    const [a, b] = [await hasty(stack), await hasty(stack)];
    await awaiting.splice(a[0], b[0]);
  },
  async "wait_readable that times out"(stack) {
    const [a] = await hasty(stack);
    await awaiting.wait_readable(a.fileno(), { timeout: 0.01 });
  },
  async "wait_readable of a socket, without waiting"(stack) {
    const [a] = await hasty(stack);
    await awaiting.wait_readable(a, { timeout: 0 });
  },
  async "wait_writable of no descriptor"() {
    await awaiting.wait_writable(wrong("1"));
  },
  async "wait_readable of what is closed meanwhile"(stack) {
    const [a] = await hasty(stack);
    queueMicrotask(() => awaiting.notify_closing(a.fileno()));
    await awaiting.wait_readable(a.fileno());
  },
  async "createListeners"() {
    await awaiting.createListeners(["192.0.2.1", 0]);
  },
  async "createListeners at a name"() {
    await awaiting.createListeners([name, 0]);
  },
  async "createUnixListener in no folder"() {
    await awaiting.createUnixListener("/no/such/folder/socket");
  },
  async "serve without listening"(stack) {
    await awaiting.serve(stack.use(new AsyncSocket()), () => {});
  },
  async "serve without a handler"() {
    await awaiting.serve([], wrong(null));
  },
  async "socket_factory that makes none"(stack) {
    await awaiting.create_connection(unheard(stack), {
      socket_factory: wrong(() => null),
    });
  },
  "blocking wait_readable that times out"(stack) {
    blocking.wait_readable(hastyPair(stack)[0], { timeout: 0.01 });
  },
  "blocking wait_writable of a closed socket"(stack) {
    const [a] = hastyPair(stack);
    a.close();
    blocking.wait_writable(a);
  },
  "blocking createListeners"() {
    blocking.createListeners(["192.0.2.1", 0]);
  },
  "blocking createUnixListener in no folder"() {
    blocking.createUnixListener("/no/such/folder/socket");
  },
  "blocking socket_factory that makes none"(stack) {
    blocking.create_connection(unheard(stack), {
      socket_factory: wrong(() => null),
    });
  },
  "blocking recv"(stack) {
    hastyPair(stack)[0].recv(1);
  },
  "blocking recv without waiting"(stack) {
    const [a] = hastyPair(stack);
    a.setblocking(false);
    a.recv(1);
  },
  "blocking send of no bytes"(stack) {
    hastyPair(stack)[0].send(wrong("text"));
  },
  "blocking connect"(stack) {
    stack.use(new Socket()).connect(unheard(stack));
  },
  "blocking connect to a name"(stack) {
    stack.use(new Socket()).connect([name, 80]);
  },
  "blocking create_connection"(stack) {
    blocking.create_connection(unheard(stack));
  },
  "blocking create_connection to a name"() {
    blocking.create_connection([name, 80]);
  },
  "blocking create_server"() {
    blocking.create_server(["192.0.2.1", 0]);
  },
  "blocking create_server with a wrong option"() {
    blocking.create_server(["127.0.0.1", 0], { dualstack_ipv6: true });
  },
  "blocking gethostbyname"() {
    blocking.gethostbyname(name);
  },
  "blocking getaddrinfo of a number"() {
    blocking.getaddrinfo(wrong(5), 80);
  },
  "getservbyname"() {
    blocking.getservbyname("no-such-service");
  },
  "setsockopt"(stack) {
    hastyPair(stack)[0].setsockopt(-1, -1, 1);
  },
  "inet_aton"() {
    blocking.inet_aton("x");
  },
  "a constant of another platform"() {
    Number(blocking.hasattr("AF_LINK") ? blocking.AF_CAN : blocking.AF_LINK);
  },
  "readline of a file"(stack) {
    stack.use(hastyPair(stack)[0].makefile("r")).readline();
  },
  "lines of a file"(stack) {
    for (const line of stack.use(hastyPair(stack)[0].makefile("r"))) {
      assert(line);
    }
  },
  "reading all of a file"(stack) {
    stack.use(hastyPair(stack)[0].makefile("rb")).read();
  },
  "flush of a file"(stack) {
    const [a, b] = hastyPair(stack);
    b.close();
    const file = stack.use(a.makefile("w"));
    file.write("text");
    file.flush();
  },
  "reading what is only written"(stack) {
    stack.use(hastyPair(stack)[0].makefile("w")).read();
  },
  "registering twice"(stack) {
    const [a] = hastyPair(stack);
    using selector = new DefaultSelector();
    selector.register(a, 1);
    selector.register(a, 1);
  },
  "cloning a socket"(stack) {
    structuredClone(hastyPair(stack)[0]);
  },
  "an error of the program's own"() {
    throw new OSError("text");
  },
};

async function failureOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it does not fail");
}

for (const [title, call] of Object.entries(calls)) {
  Deno.test({
    ...requires(`an error names its caller: ${title}`, needs.posix),
    async fn() {
      using stack = new DisposableStack();
      const error = await failureOf(() => call(stack));
      const [head, first] = error.stack!.split("\n    at ");
      assertEquals(head, `${error.name}: ${error.message}`);
      assertMatch(first, /caller_test\.ts:\d+:\d+\)?$/);
    },
  });
}

Deno.test("a stack is what the program makes of it", () => {
  const error = new OSError("text");
  error.stack = "another";
  assertEquals(error.stack, "another");
  const { stack } = new OSError("text");
  assertStrictEquals(stack, stack);
  assertEquals(Object.keys(new OSError("text")).includes("stack"), false);
});

Deno.test("errors of a caller pass as they are", async () => {
  const reason = new OSError("the caller's reason");
  const { stack } = reason;
  const [a, b] = await awaiting.socketpair();
  using _a = a;
  using _b = b;
  const controller = new AbortController();
  const received = a.recv(1, 0, { signal: controller.signal });
  controller.abort(reason);
  const error = await received.catch((error) => error);
  assertStrictEquals(error, reason);
  assertStrictEquals(error.stack, stack);
});

Deno.test({
  ...requires("without a caller, the library's frames are shown", needs.posix),
  async fn() {
    const [a, b] = await awaiting.socketpair();
    using _a = a;
    using _b = b;
    a.settimeout(0.01);
    const { promise, resolve } = Promise.withResolvers<Error>();
    a.recv(1).catch(resolve); // nobody awaits
    assertMatch((await promise).stack!, /\/async\/driver\.ts:\d+/);
  },
});

Deno.test({
  ...requires(
    "an uncaught error shows call, address and line",
    needs.posix,
    need("Deno 2.9", !Deno.version.deno.startsWith("2.8.")),
  ),
  fn() {
    using folder = temporaryFolder();
    const root = new URL("../../", import.meta.url);
    const programs = {
      "blocking.ts": `import { Socket } from "${root}mod.ts";
const socket = new Socket();
socket.connect(["127.0.0.1", 1]);
`,
      "awaiting.ts": `import { create_connection } from "${root}async.ts";
const address = ["127.0.0.1", 1] as const;
await create_connection(address);
`,
    };
    for (const [file, program] of Object.entries(programs)) {
      const path = `${folder.path}/${file}`;
      Deno.writeTextFileSync(path, program);
      const { stderr } = new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-ffi", path],
        env: { NO_COLOR: "1" },
      }).outputSync();
      const [head, first] = new TextDecoder().decode(stderr)
        .replace(/^Check .*\n/m, "").split("\n");
      const text = `[Errno ${errno.ECONNREFUSED}] Connection refused`;
      assertEquals(
        head,
        `error: Uncaught (in promise) ConnectionRefusedError: ${text}: connect ["127.0.0.1",1]`,
      );
      assertMatch(
        first,
        new RegExp(`^    at (async )?file:.*/${file}:3:\\d+$`),
      );
    }
  },
});

Deno.test({
  ...requires(
    "without a permission, an error names the program's line",
    needs.posix,
    need("Deno 2.9", !Deno.version.deno.startsWith("2.8.")),
  ),
  fn() {
    using folder = temporaryFolder();
    const module = new URL("../../mod.ts", import.meta.url);
    const path = `${folder.path}/program.ts`;
    Deno.writeTextFileSync(
      path,
      `import { create_server, socketpair } from "${module}";
if (Deno.args.length > 0) socketpair()[0].sendfile(Deno.args[0]);
create_server(["127.0.0.1", 0]);
`,
    );
    for (
      const [line, flags, args] of [
        [3, [], []],
        [2, ["--allow-ffi"], [path]],
      ] as const
    ) {
      const { stderr } = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "--no-prompt", ...flags, path, ...args],
        env: { NO_COLOR: "1" },
      }).outputSync();
      const [head, first] = new TextDecoder().decode(stderr).split("\n");
      assertMatch(head, /^error: Uncaught \(in promise\) NotCapable: /);
      assertMatch(
        first,
        new RegExp(`^    at file:.*/program.ts:${line}:\\d+$`),
      );
    }
  },
});

Deno.test({
  ...requires("who closes a socket that others wait for is named", needs.posix),
  async fn() {
    const [a, b] = await awaiting.socketpair();
    using _b = b;
    const received = (() => {
      using _a = a;
      return a.recv(1); // an await is missing
    })();
    const error = await received.then(() => {}, (error) => error);
    assertEquals(
      error.message,
      `[Errno ${errno.EBADF}] Bad file descriptor: recv (the socket was closed while this waited)`,
    );
    assertMatch(
      error.stack.split("\n    at ")[1],
      /caller_test\.ts:\d+:\d+\)?$/,
    );
  },
});

Deno.test({
  ...requires(
    "the library's frames do not count among those shown",
    needs.posix,
  ),
  async fn() {
    const { stackTraceLimit } = Error;
    try {
      Error.stackTraceLimit = 1;
      for (
        const title of [
          "blocking recv",
          "blocking send of no bytes",
          "blocking create_server with a wrong option",
          "getservbyname",
          "registering twice",
        ]
      ) {
        using stack = new DisposableStack();
        const error = await failureOf(() => calls[title](stack));
        const lines = error.stack!.split("\n    at ").slice(1);
        assertEquals(lines.length, 1, title);
        assertMatch(lines[0], /caller_test\.ts:\d+:\d+\)?$/, title);
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  },
});

Deno.test("no more frames are shown than the program asks for", () => {
  const { stackTraceLimit } = Error;
  try {
    for (const limit of [0, 1, 3]) {
      Error.stackTraceLimit = limit;
      const { stack } = new OSError("text");
      assertEquals(Error.stackTraceLimit, limit);
      assertEquals(stack!.split("\n    at ").length - 1 <= limit, true);
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});
