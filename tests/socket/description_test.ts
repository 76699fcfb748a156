/** What sockets and selectors say of themselves, and the list of those that are open. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import * as awaiting from "../../async.ts";
import * as socket from "../../mod.ts";
import * as selectors from "../../selectors.ts";
import { SelectorMapping } from "../../selectors/mapping.ts";
import { beside } from "../support/files.ts";

const { AsyncSocket } = awaiting;
const { Socket } = socket;

Deno.test("the class is also called `socket`, as in Python", () => {
  using s = new socket.socket(socket.AF_INET, socket.SOCK_DGRAM);
  assert(s instanceof Socket);
  using t = new awaiting.socket(socket.AF_INET, socket.SOCK_DGRAM);
  assert(t instanceof AsyncSocket);
});

for (
  const [name, make] of [
    ["Socket", () => new Socket()],
    ["AsyncSocket", () => new AsyncSocket()],
  ] as const
) {
  Deno.test(`${name} says in text what it is, as Python's repr()`, () => {
    using s = make();
    s.bind(["127.0.0.1", 0]);
    const [, port] = s.getsockname();
    const about = `fd=${s.fileno()}, family=AF_INET, type=SOCK_STREAM, proto=0`;
    assertEquals(`${s}`, `<${name} ${about}, laddr=["127.0.0.1",${port}]>`);
    assertEquals(
      Deno.inspect(s),
      `<${name} ${about}, laddr=[ "127.0.0.1", ${port} ]>`,
    );
    s.close();
    const closed = about.replace(/fd=\d+/, "fd=-1");
    assertEquals(String(s), `<${name} [closed] ${closed}>`);
  });

  Deno.test(`${name} says in JSON what it is`, () => {
    using s = make();
    s.bind(["127.0.0.1", 0]);
    const json = {
      fd: s.fileno(),
      family: "AF_INET",
      type: "SOCK_STREAM",
      proto: 0,
    };
    const laddr = s.getsockname();
    assertEquals(JSON.parse(JSON.stringify({ s })), { s: { ...json, laddr } });
    s.close();
    assertEquals(s.toJSON(), { ...json, fd: -1 });
  });

  Deno.test(`${name} refuses to be cloned, and says how to hand it over`, () => {
    using s = make();
    const { port1, port2 } = new MessageChannel();
    const says = `${name} could not be cloned: post its descriptor, detach()`;
    for (
      const clone of [
        () => structuredClone(s),
        () => structuredClone({ within: [s] }),
        () => port1.postMessage(s),
      ]
    ) {
      const error = assertThrows(clone, DOMException, says);
      assertEquals(error.name, "DataCloneError");
    }
    port1.close();
    port2.close();
    assert(s.fileno() >= 0, "nothing has happened to it");
  });
}

Deno.test("the prototypes have texts, too", () => {
  assertEquals(String(Socket.prototype), "Socket {}");
  assertEquals(
    Deno.inspect(selectors.DefaultSelector.prototype).length > 0,
    true,
  );
  assertEquals(
    Deno.inspect(SelectorMapping.prototype),
    "SelectorMapping {}",
  );
});

Deno.test("a selector and its mapping show what is registered", () => {
  using s = new Socket();
  const selector = new selectors.SelectSelector();
  const map = selector.get_map();
  assertEquals(Deno.inspect(map), "SelectorMapping(0) {}");
  selector.register(s, selectors.EVENT_READ, "data");
  assertMatch(
    Deno.inspect(map),
    /^SelectorMapping\(1\) \{\n\s+\d+ => SelectorKey \{\n\s+fileobj: <Socket fd=/,
  );
  assertMatch(Deno.inspect(selector), /^SelectSelector\(1\) \{\n/);
  for (const each of [selector, map]) {
    assertThrows(() => structuredClone(each), DOMException, "not be cloned");
  }
  selector.close();
  assertEquals(Deno.inspect(selector), "<SelectSelector [closed]>");
});

/** The open sockets that are not those of another test. */
function opened(before: readonly socket.OpenSocket[]): socket.OpenSocket[] {
  const known = new Set(before.map(({ fd }) => fd));
  return socket.openSockets().filter(({ fd }) => !known.has(fd));
}

Deno.test("openSockets() lists what is open, with the addresses", () => {
  const before = socket.openSockets();
  using server = socket.create_server(["127.0.0.1", 0]);
  const client = socket.create_connection(server.getsockname());
  const [connection] = server.accept();
  assertEquals(
    opened(before).map(({ fd, raddr }) => [fd, raddr]),
    [
      [server.fileno(), undefined],
      [client.fileno(), server.getsockname()],
      [connection.fileno(), client.getsockname()],
    ].toSorted(([a], [b]) => Number(a) - Number(b)),
  );
  client.close();
  const detached = connection.detach(); // not this library's any more
  const [{ fd, ...about }, ...others] = opened(before);
  socket.close(detached);
  assertEquals([fd, others], [server.fileno(), []]);
  assertEquals(about, {
    family: "AF_INET",
    type: "SOCK_STREAM",
    proto: 0,
    laddr: server.getsockname(),
  });
});

Deno.test("traceSockets() adds where sockets were made, also by awaiting", async () => {
  const before = socket.openSockets();
  using untraced = new Socket();
  const tracing = socket.traceSockets();
  using inner = socket.traceSockets();
  tracing[Symbol.dispose]();
  tracing[Symbol.dispose](); // again does nothing
  using made = new Socket();
  using server = await awaiting.create_server(["127.0.0.1", 0]);
  const accepting = server.accept();
  using client = await awaiting.create_connection(server.getsockname());
  const [accepted] = await accepting;
  using _accepted = accepted;
  const next = server[Symbol.asyncIterator]().next();
  using second = await awaiting.create_connection(server.getsockname());
  const { value } = await next;
  using _iterated = value![0];
  const [a, b] = socket.socketpair();
  using _a = a;
  using _b = b;
  inner[Symbol.dispose]();
  using later = new Socket();

  const source = Deno.readTextFileSync(beside("socket/description_test.ts"))
    .split("\n");
  const lines = new Map(
    opened(before).map(({ fd, stack }) => [
      fd,
      stack &&
      source[Number(/description_test\.ts:(\d+)/.exec(stack)?.[1]) - 1],
    ]),
  );
  assertEquals(lines.get(untraced.fileno()), undefined);
  assertEquals(lines.get(later.fileno()), undefined);
  for (
    const [each, line] of [
      [made, "new Socket()"],
      [server, "create_server"],
      [client, "using client = await"],
      [accepted, "server.accept()"],
      [second, "using second = await"],
      [value![0], ".next()"],
      [a, "socketpair()"],
      [b, "socketpair()"],
    ] as const
  ) {
    assert(lines.get(each.fileno())?.includes(line), line);
  }
});
