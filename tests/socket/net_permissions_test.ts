/** `enforceNetPermissions()`: every way of an address to the system asks for it. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_UNIX,
  BlockingIOError,
  create_server,
  hasattr,
  SOCK_DGRAM,
  Socket,
} from "../../mod.ts";
import type { Outcome, Places } from "../programs/permitted.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { Running } from "../support/program.ts";
import {
  isPosix,
  need,
  needs,
  requires,
  succeeds,
} from "../support/requires.ts";

/** Runs a program of tests/programs/ with permissions, and returns the JSON that it prints. */
async function printed(
  program: string,
  permissions: string[],
  ...args: string[]
): Promise<unknown> {
  await using running = new Running(
    "--allow-ffi",
    ...permissions,
    beside(`programs/${program}`),
    ...args,
  );
  return JSON.parse(await running.line());
}

function datagrams(): Socket {
  const s = new Socket(AF_INET, SOCK_DGRAM);
  s.bind(["127.0.0.1", 0]);
  return s;
}

Deno.test("every way of an address to the system asks for permission first", async () => {
  using goodFolder = temporaryFolder();
  using badFolder = temporaryFolder();
  using goodTcp = create_server(["127.0.0.1", 0], { backlog: 100 });
  using badTcp = create_server(["127.0.0.1", 0], { backlog: 100 });
  using goodUdp = datagrams();
  using badUdp = datagrams();
  using badOwn = datagrams(); // TCP's port of the same number stays free
  using stack = new DisposableStack();
  const atPaths: Socket[] = [];
  if (hasattr("send_fds")) {
    for (const { path } of [goodFolder, badFolder]) {
      const listener = stack.use(new Socket(AF_UNIX));
      listener.bind(`${path}/stream`);
      listener.listen(100);
      const receiver = stack.use(new Socket(AF_UNIX, SOCK_DGRAM));
      receiver.bind(`${path}/datagrams`);
      if (path === badFolder.path) atPaths.push(listener, receiver);
    }
  }
  const end = (s: Socket): [string, number] =>
    s.getsockname() as [string, number];
  const places: Places = {
    tcp: { good: end(goodTcp), bad: end(badTcp) },
    udp: { good: end(goodUdp), bad: end(badUdp) },
    own: { good: ["127.0.0.1", 0], bad: end(badOwn) },
    paths: { good: goodFolder.path, bad: badFolder.path },
  };
  const permitted = [places.tcp.good, places.udp.good, places.own.good]
    .map((address) => address.join(":"));
  permitted.push(`[::1]:${places.tcp.good[1]}`); // where "localhost" may lead first
  const outcomes = await printed("permitted.ts", [
    `--allow-net=${permitted}`,
    `--allow-read=${goodFolder.path},${badFolder.path}`,
    `--allow-write=${goodFolder.path}`,
  ], JSON.stringify(places)) as Outcome[];
  for (const [name, good, bad] of outcomes) {
    assertEquals([name, good], [name, "done"]);
    const lacks = name.endsWith("path")
      ? `^NotCapable: Requires write access to "${badFolder.path}/`
      : '^NotCapable: Requires net access to "(127\\.0\\.0\\.1|\\[::1\\]):\\d+"';
    assertMatch(`${name}: ${bad}`, new RegExp(lacks.replace("^", ": ")));
  }
  assert(outcomes.length > 30, `only ${outcomes.length} ways`);
  // Nothing happened before it was refused.
  for (const s of [badTcp, badUdp, ...atPaths]) {
    s.settimeout(0);
    const receive = () => s.type === SOCK_DGRAM ? s.recv(1) : s.accept();
    assertThrows(receive, BlockingIOError);
  }
  const bound = [...Deno.readDirSync(badFolder.path)].map(({ name }) => name);
  assertEquals(
    bound.filter((name) => name.endsWith(".bound")),
    [],
  );
});

const kinds = (...permissions: string[]) =>
  printed("permitted_kinds.ts", permissions) as Promise<Record<string, string>>;

Deno.test("what reaches more than its address says needs all of --allow-net", async () => {
  const list = await kinds("--allow-net=127.0.0.1");
  const whole = "Requires net access without a list";
  for (const [name, message] of Object.entries(list)) {
    if (name.startsWith("AF_")) assert(message.startsWith(whole), message);
  }
  const lacks = (name: string) => list[name]?.replace(/: run again.*/, "");
  const host = (host: string) => `Requires net access to "${host}"`;
  // Winsock does not bind by itself: to listen unbound fails there.
  if (isPosix) assertEquals(lacks("listen, unbound"), host("0.0.0.0:0"));
  assertEquals(lacks("listen, bound"), undefined);
  assertEquals(lacks("IPv4 in IPv6 form"), undefined);
  assertEquals(lacks("ping"), undefined);
  assertEquals(lacks("any host"), host("0.0.0.0:9"));
  for (
    const name of [
      "raw",
      "an adopted raw socket",
      "SCTP",
      "a family without a name",
    ]
  ) {
    assertMatch(`${name}: ${list[name]}`, new RegExp(`: ${whole}`));
  }
  assertEquals(await kinds("--allow-net", "--allow-read", "--allow-write"), {});
  const [raw, any] = await Promise.all([
    kinds("--allow-net", "--deny-net=192.0.2.1"),
    kinds("--allow-net", "--deny-net=127.0.0.1"),
  ]);
  assertMatch(raw["raw"], /list.*run again without --deny-net$/);
  assertEquals(raw["any host"], undefined);
  assertMatch(any["any host"], /"127\.0\.0\.1:9"/);
});

Deno.test({
  ...requires("IPv6 addresses are asked for as they are", needs.ipv6),
  async fn() {
    const list = await kinds("--allow-net=127.0.0.1");
    assertMatch(list["IPv6"], /"\[::1\]:9"/);
    assertMatch(list["another IPv4 in IPv6 form"], /"127\.0\.0\.2:9"/);
    if (isPosix) assertMatch(list["listen, unbound, IPv6"], /"\[::\]:0"/);
  },
});

Deno.test({
  ...requires("Unix sockets, netlink and vsock are asked for", needs.linux),
  async fn() {
    const list = await kinds("--allow-net=127.0.0.1,vsock:1:4321");
    const whole = /access without a list/;
    for (
      const name of [
        "AF_NETLINK",
        "AF_PACKET",
        "AF_ALG",
        "a socket from before",
        "an abstract name",
        "no name",
      ]
    ) assertMatch(`${name}: ${list[name]}`, whole);
    assertMatch(list["a path that is not UTF-8"], /read access without a list/);
    assertEquals(list["vsock"], undefined);
  },
});

/** The calls that take an address, or that use one which the caller did not name. */
const calls = "socket|bind|listen|connect|sendto|sendmsg|sendmmsg";

const sourceTree = need(
  "the source tree",
  succeeds(() => Deno.statSync(beside("../constants/reference"))),
);

Deno.test(
  requires("no other code passes an address to the system", sourceTree),
  () => {
    const found: string[] = [];
    for (
      const room of ["socket", "async", "node", "netlink", "selectors", "poll"]
    ) {
      for (const path of sources(`../${room}`)) {
        const text = Deno.readTextFileSync(beside(path));
        const call = new RegExp(
          `(?:(?:libc|load\\(\\)|symbols)\\.|(?<![.\\w]))(${calls})\\((?=[^)]*(?:\\bfd\\b|\\| CLOSE_ON))`,
          "g",
        );
        for (const [, name] of text.matchAll(call)) {
          found.push(`${path.slice(3)} ${name}`);
        }
      }
    }
    // Before a new line is put here, the guard has to see the address that the call passes.
    assertEquals(found.sort(), [
      "socket/operations/connection.ts bind",
      "socket/operations/connection.ts connect", // with AF_UNSPEC, which disconnects
      "socket/operations/connection.ts connect",
      "socket/operations/connection.ts listen",
      "socket/operations/messages.ts sendmsg",
      "socket/operations/open.ts socket",
      "socket/operations/transfer.ts sendto",
      "socket/resolver/call.ts socket", // for ioctl: it never gets an address
      "socket/vector_parts.ts sendmmsg",
      "socket/vector_parts.ts sendmsg", // of a MessageVector, where there is no sendmmsg
    ]);
  },
);

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(beside(folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}
