/** Arguments of the wrong kind: the error names the argument, instead of a property that it lacks. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as async from "../../async.ts";
import * as socket from "../../mod.ts";
import { DefaultSelector } from "../../selectors.ts";
import {
  asyncSocketPair,
  asyncTcpPair,
  socketPair,
  tcpPair,
} from "../support/pairs.ts";

const { AF_INET, OSError, SOCK_DGRAM, Socket, TextIOWrapper } = socket;

// deno-lint-ignore no-explicit-any
const any = (value: unknown): any => value;

/** What is no socket. Some of it looks like one. */
const noSockets: [unknown, string][] = [
  [undefined, "undefined"],
  [null, "null"],
  [3, "3"],
  ["socket", "string"],
  [{}, "Object"],
  [Object.create(null), "object"],
  [new DefaultSelector(), "EpollSelector|KqueueSelector|PollSelector"],
];
const data = [new Uint8Array(1)];

/** Functions that take a socket, and the name of the argument. */
const takeSocket: [string, string, (socket: unknown) => unknown][] = [
  ["joinGroup", "socket", (s) => socket.joinGroup(any(s), "224.0.0.251")],
  ["leaveGroup", "socket", (s) => socket.leaveGroup(any(s), "224.0.0.251")],
  ["attachFilter", "socket", (s) => socket.attachFilter(any(s), [])],
  ["detachFilter", "socket", (s) => socket.detachFilter(any(s))],
  ["send_fds", "sock", (s) => socket.send_fds(any(s), data, [])],
  ["recv_fds", "sock", (s) => socket.recv_fds(any(s), 1, 1)],
  ["splice", "from", (s) => socket.splice(any(s), any(s))],
  [
    "new MessageVector",
    "socket",
    (s) => new socket.MessageVector(any(s), 1, 1),
  ],
  ["new ZeroCopySender", "socket", (s) => new socket.ZeroCopySender(any(s))],
  ["AsyncSocket.from", "socket", (s) => async.AsyncSocket.from(any(s))],
];
const takeAsyncSocket: typeof takeSocket = [
  ["awaiting send_fds", "sock", (s) => async.send_fds(any(s), data, [])],
  ["awaiting recv_fds", "sock", (s) => async.recv_fds(any(s), 1, 1)],
  ["awaiting splice", "from", (s) => async.splice(any(s), any(s))],
  ["relay", "a", (s) => async.relay(any(s), any(s))],
  [
    "new awaiting ZeroCopySender",
    "socket",
    (s) => new async.ZeroCopySender(any(s)),
  ],
];

/** The error of a call, whether it throws or rejects. */
async function errorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("there is no error");
}

for (const [call, name, take] of [...takeSocket, ...takeAsyncSocket]) {
  Deno.test(`${call} names ${name} if it is not a socket for it`, async () => {
    for (const [value, what] of noSockets) {
      const error = await errorOf(() => take(value));
      assert(error instanceof TypeError);
      assert(
        new RegExp(`^${name} must be an? (a|A|s|S).*, not (${what})$`).test(
          error.message,
        ),
        error.message,
      );
    }
  });
}

Deno.test("blocking functions refuse awaiting sockets, and the other way round", async () => {
  using awaiting = await asyncTcpPair();
  using blocking = tcpPair();
  for (
    const [call, name, take] of takeSocket.filter(([, , take]) =>
      /from|send_fds|recv_fds|splice|ZeroCopy/.test(String(take))
    )
  ) {
    const error = await errorOf(() => take(awaiting.a));
    assertEquals(
      error.message,
      `${name} must be a Socket, not AsyncSocket`,
      call,
    );
  }
  for (const [call, name, take] of takeAsyncSocket) {
    const error = await errorOf(() => take(blocking.a));
    assertEquals(
      error.message,
      `${name} must be an AsyncSocket, not Socket`,
      call,
    );
  }
});

Deno.test("methods refuse to work on what is no socket", async () => {
  const says = "not a socket of this library";
  using made = new Socket();
  using awaiting = new async.AsyncSocket();
  for (
    const value of [
      undefined,
      null,
      1,
      {},
      Socket.prototype,
      new Proxy(made, {}),
    ].map(any)
  ) {
    const call = (name: keyof socket.Socket, ...args: unknown[]) =>
      any(Socket.prototype[name]).apply(value, args);
    for (
      const make of [
        () => call("recv", 1),
        () => call("send", data[0]),
        () => call("fileno"),
        () => call("bind", ["127.0.0.1", 0]),
        () => call("listen"),
        () => call("shutdown", 2),
        () => call("getsockname"),
        () => call("getsockopt", 1, 1),
        () => call("setsockopt", 1, 1, 1),
        () => call("close"),
        () => call("detach"),
        () => call("get_inheritable"),
        () => call("accept"),
      ]
    ) assertThrows(make, TypeError, says);
    for (const name of ["family", "type", "proto", "timeout"]) {
      const { get } = Object.getOwnPropertyDescriptor(
        socket.SocketBase.prototype,
        name,
      )!;
      assertThrows(() => get!.call(value), TypeError, says);
    }
    await assertRejects(
      () => awaiting.recv.call(value, 1),
      TypeError,
      "not an AsyncSocket of this library",
    );
    assertThrows(
      () => awaiting.ref.call(value),
      TypeError,
      "not an AsyncSocket",
    );
  }
});

Deno.test("prototypes can be shown", () => {
  for (const module of [socket, async]) {
    for (const [name, value] of Object.entries(module)) {
      if (typeof value !== "function" || !any(value).prototype) continue;
      const { prototype } = any(value);
      for (const getters of [false, true]) Deno.inspect(prototype, { getters });
      if (name !== "MissingConstant") String(prototype);
    }
  }
  assertEquals(Deno.inspect(Socket.prototype), "Socket {}");
  assertEquals(Deno.inspect(async.AsyncSocket.prototype), "AsyncSocket {}");
});

Deno.test("null stands for no options", async () => {
  const none = any(null);
  using server = socket.create_server(["127.0.0.1", 0], none);
  using client = socket.create_connection(
    server.getsockname(),
    null,
    null,
    none,
  );
  using udp = new Socket(AF_INET, SOCK_DGRAM);
  assertThrows(() => socket.leaveGroup(udp, "224.0.0.251", none), OSError);
  using file = client.makefile("rb", null, none);
  file.close();
  using text = new TextIOWrapper(client.makefile("rb"), none);
  assertEquals(text.encoding, "utf-8");
  assertEquals(new OSError(1, "text", none).errno, 1);
  assertThrows(
    () => client.sendmsg_afalg([], none),
    TypeError,
    "argument 'op'",
  );

  using listener = await async.create_server(["127.0.0.1", 0], none);
  const accepted = listener.accept(none);
  using other = await async.create_connection(
    listener.getsockname(),
    null,
    null,
    none,
  );
  (await accepted)[0].close();
  assertEquals((await other.recv(1, 0, none)).length, 0);
  await async.getaddrinfo("127.0.0.1", 1, 0, 0, 0, 0, none);
});

Deno.test("options that are no object are refused, such as the value of one option", async () => {
  const address = ["127.0.0.1", 0] as [string, number];
  for (
    const [value, what] of [["eth0", "string"], [3, "3"], [true, "boolean"], [[
      "eth0",
    ], "Array"]] as const
  ) {
    const says = `options must be an object, not ${what}`;
    const options = any(value);
    using udp = new Socket(AF_INET, SOCK_DGRAM);
    assertThrows(
      () => socket.joinGroup(udp, "224.0.0.251", options),
      TypeError,
      says,
    );
    assertThrows(
      () => socket.leaveGroup(udp, "224.0.0.251", options),
      TypeError,
      says,
    );
    assertThrows(() => socket.create_server(address, options), TypeError, says);
    assertThrows(
      () => socket.create_connection(address, null, null, options),
      TypeError,
      says,
    );
    using pair = socketPair();
    assertThrows(() => pair.a.makefile("r", null, options), TypeError, says);
    assertThrows(() => new OSError("text", options), TypeError, says);
    using awaiting = asyncSocketPair();
    await assertRejects(() => awaiting.a.recv(1, 0, options), TypeError, says);
    await assertRejects(
      () => awaiting.a.sendall(data[0], 0, options),
      TypeError,
      says,
    );
    await assertRejects(
      () => async.create_server(address, options),
      TypeError,
      says,
    );
    await assertRejects(
      () => async.create_connection(address, null, null, options),
      TypeError,
      says,
    );
    await assertRejects(
      () => async.gethostbyname("127.0.0.1", options),
      TypeError,
      says,
    );
    await assertRejects(
      () => async.relay(awaiting.a, awaiting.b, options),
      TypeError,
      says,
    );
  }
});

Deno.test("a signal must be one, and goes into an object", async () => {
  using pair = asyncSocketPair();
  const { a } = pair;
  const signal = AbortSignal.abort();
  const says = "options must be { signal }, not an AbortSignal";
  await assertRejects(() => a.recv(1, 0, any(signal)), TypeError, says);
  await assertRejects(
    () => async.gethostbyname("h", any(signal)),
    TypeError,
    says,
  );
  const wrong = any({ signal: new AbortController() });
  const names = "options.signal must be an AbortSignal, not AbortController";
  await assertRejects(() => a.recv(1, 0, wrong), TypeError, names);
  await assertRejects(() => a.sendall(data[0], 0, wrong), TypeError, names);
  await assertRejects(() => async.relay(a, pair.b, wrong), TypeError, names);
});

Deno.test("parts of files must be what they are made of", () => {
  for (const value of [undefined, null, 1, {}].map(any)) {
    assertThrows(
      () => new socket.BufferedReader(value),
      TypeError,
      "raw must be a SocketIO",
    );
    assertThrows(
      () => new socket.BufferedWriter(value),
      TypeError,
      "raw must be a SocketIO",
    );
    assertThrows(
      () => new TextIOWrapper(value),
      TypeError,
      "buffer must be a buffered file",
    );
    using pair = socketPair();
    for (const buffering of [0, null]) {
      using file = pair.a.makefile("wb", buffering);
      assertThrows(
        () => file.writelines(value),
        TypeError,
        "lines must be an iterable",
      );
    }
    using file = pair.a.makefile("w");
    assertThrows(
      () => file.writelines(value),
      TypeError,
      "lines must be an iterable",
    );
  }
});

Deno.test("what has no constructor, or one that throws, is described too", () => {
  using tcp = new Socket();
  const strange = [
    Object.create(null),
    {
      get constructor() {
        throw new Error("asked");
      },
    },
    { constructor: null },
  ].map(any);
  for (const value of strange) {
    assertThrows(() => tcp.bind(value), TypeError, "not object");
    assertThrows(
      () => tcp.recv(value),
      TypeError,
      "bufsize must be an integer, not object",
    );
    assertThrows(() => tcp.send(value), TypeError, "data must be bytes");
    assertThrows(() => tcp.settimeout(value), TypeError, "not object");
  }
});
