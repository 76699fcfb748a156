/** Names and numbers of hosts, services, protocols and interfaces, compared with CPython. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as socket from "../../../mod.ts";
import { text, utf8 } from "../../support/bytes.ts";
import { beside } from "../../support/files.ts";
import { canRun, need, needs, requires } from "../../support/requires.ts";
import { pythonText } from "../../support/errors.ts";
import { python } from "../../support/peer.ts";

const {
  AF_INET,
  AF_INET6,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_PASSIVE,
  NI_DGRAM,
  NI_NAMEREQD,
  NI_NUMERICHOST,
  NI_NUMERICSERV,
  SOCK_DGRAM,
  SOCK_STREAM,
} = socket;

type Call = readonly [name: string, ...args: unknown[]];

const calls: readonly Call[] = [
  ["getaddrinfo", "localhost", 80],
  ["getaddrinfo", "127.0.0.1", 80],
  ["getaddrinfo", "127.0.0.1", "http"],
  ["getaddrinfo", "127.0.0.1", "80"],
  ["getaddrinfo", "127.0.0.1", null],
  ["getaddrinfo", null, 80],
  ["getaddrinfo", null, 80, 0, SOCK_STREAM, 0, AI_PASSIVE],
  ["getaddrinfo", null, 0, AF_INET, SOCK_DGRAM],
  ["getaddrinfo", "::1", 80, AF_INET6, SOCK_STREAM],
  ["getaddrinfo", "fe80::1%lo", 80, AF_INET6, SOCK_STREAM],
  ["getaddrinfo", "::ffff:1.2.3.4", 1, 0, SOCK_STREAM],
  ["getaddrinfo", "127.1", 1, 0, SOCK_STREAM],
  ["getaddrinfo", "127.0.0.1", 1, 0, 0, socket.IPPROTO_UDP],
  // These need no call of the C library, or all but that.
  ["getaddrinfo", "127.0.0.1", 65535, 0, SOCK_STREAM],
  ["getaddrinfo", "0.0.0.0", "0080", AF_INET, SOCK_DGRAM],
  ["getaddrinfo", "255.255.255.255", 0, AF_INET, SOCK_STREAM],
  ["getaddrinfo", "010.0.0.1", 80, AF_INET, SOCK_STREAM],
  ["getaddrinfo", "127.0.0.1", "http", 0, SOCK_STREAM],
  ["getaddrinfo", "127.0.0.1", null, 0, SOCK_STREAM],
  ["getaddrinfo", "127.0.0.1", 80, AF_INET6, SOCK_STREAM],
  ["getaddrinfo", "127.0.0.1", 80, 0, socket.SOCK_RAW],
  ["getaddrinfo", "127.0.0.1", 80, 0, SOCK_STREAM, socket.IPPROTO_UDP],
  ["getaddrinfo", "127.0.0.1", 80, 0, SOCK_STREAM, 0, AI_CANONNAME],
  ["getaddrinfo", "localhost", 1, AF_INET, SOCK_STREAM, 0, AI_CANONNAME],
  ["getaddrinfo", "localhost", 1, AF_INET, 0, 0, AI_NUMERICHOST],
  ["getaddrinfo", "no-such-host.invalid", 1],
  ["getaddrinfo", "127.0.0.1", "no-such-service"],
  ["getaddrinfo", null, null],
  ["getaddrinfo", "a".repeat(70) + ".invalid", 1],
  ["getaddrinfo", "１２７.0.0.1", 1, AF_INET, SOCK_STREAM],
  ["gethostbyname", "localhost"],
  ["gethostbyname", "127.0.0.1"],
  ["gethostbyname", "127.1"],
  ["gethostbyname", ""],
  ["gethostbyname", "<broadcast>"],
  ["gethostbyname", "::1"],
  ["gethostbyname", "no-such-host.invalid"],
  ["gethostbyname", "1.2.3.4.5"],
  ["gethostbyname_ex", "localhost"],
  ["gethostbyname_ex", "127.0.0.1"],
  ["gethostbyname_ex", "no-such-host.invalid"],
  ["gethostbyname_ex", ""],
  ["gethostbyaddr", "127.0.0.1"],
  ["gethostbyaddr", "localhost"],
  ["gethostbyaddr", "no-such-host.invalid"],
  ["gethostbyaddr", ""],
  ["gethostbyaddr", "<broadcast>"],
  ["gethostname"],
  ["getfqdn"],
  ["getfqdn", "localhost"],
  ["getfqdn", " localhost "],
  ["getfqdn", "127.0.0.1"],
  ["getfqdn", "0.0.0.0"],
  ["getfqdn", "no-such-host.invalid"],
  ["getnameinfo", ["127.0.0.1", 80], 0],
  ["getnameinfo", ["127.0.0.1", 80], NI_NUMERICHOST],
  ["getnameinfo", ["127.0.0.1", 80], NI_NUMERICHOST | NI_NUMERICSERV],
  ["getnameinfo", ["127.0.0.1", 514], NI_NUMERICHOST | NI_DGRAM],
  ["getnameinfo", ["127.0.0.1", 514], NI_NUMERICHOST],
  ["getnameinfo", ["::1", 80, 0, 0], NI_NUMERICHOST],
  ["getnameinfo", ["::1", 80], NI_NUMERICHOST],
  ["getnameinfo", ["fe80::1", 80, 0, 1], NI_NUMERICHOST],
  ["getnameinfo", ["127.0.0.1", 80, 0], 0],
  ["getnameinfo", ["localhost", 80], 0],
  ["getnameinfo", ["255.255.255.255", 80], NI_NAMEREQD],
  ["getprotobyname", "tcp"],
  ["getprotobyname", "udp"],
  ["getprotobyname", "ipv6-icmp"],
  ["getprotobyname", "ICMP"],
  ["getprotobyname", "no-such-protocol"],
  ["getservbyname", "http"],
  ["getservbyname", "http", "tcp"],
  ["getservbyname", "http", "udp"],
  ["getservbyname", "domain", "udp"],
  ["getservbyname", "no-such-service"],
  ["getservbyport", 80],
  ["getservbyport", 80, "tcp"],
  ["getservbyport", 53, "udp"],
  ["getservbyport", 514, "udp"],
  ["getservbyport", 514, "tcp"],
  ["getservbyport", 65535],
  ["if_nameindex"],
  ["if_nametoindex", "lo"],
  ["if_nametoindex", "no-such-interface"],
  ["if_indextoname", 1],
  ["if_indextoname", 0x7ffffff0],
];

function ours([name, ...args]: Call): unknown {
  const call = socket[name as keyof typeof socket] as (
    ...args: unknown[]
  ) => unknown;
  try {
    return call(...args);
  } catch (error) {
    if (!(error instanceof socket.OSError)) throw error;
    return [error.name, error.errno, pythonText(error)];
  }
}

Deno.test({
  ...requires("every lookup answers as CPython's", needs.python),
  async fn() {
    const theirs = await python(
      `
import json, socket, sys
out = []
for name, *args in json.load(sys.stdin):
    args = [tuple(a) if isinstance(a, list) else a for a in args]
    try:
        out.append(getattr(socket, name)(*args))
    except OSError as e:
        out.append([type(e).__name__, e.errno, str(e)])
    except UnicodeError as e:
        out.append("UnicodeError")
print(json.dumps(out))`,
      calls,
    ) as unknown[];
    for (const [i, call] of calls.entries()) {
      // Python's codec refuses labels that are too long. Here the resolver refuses them.
      if (theirs[i] === "UnicodeError") {
        assertEquals((ours(call) as unknown[])[0], "gaierror");
      } else assertEquals(ours(call), theirs[i], JSON.stringify(call));
    }
  },
});

Deno.test("an address of getaddrinfo() fits the socket it describes", () => {
  const [[family, type, proto, canonname, address]] = socket.getaddrinfo(
    "127.0.0.1",
    0,
    0,
    SOCK_STREAM,
  );
  assertEquals([family as number, type, canonname], [
    AF_INET as number,
    SOCK_STREAM,
    "",
  ]);
  using s = new socket.Socket(family, type, proto);
  s.bind(address);
  assertEquals(s.getsockname()[0], "127.0.0.1");
});

Deno.test({
  ...requires(
    "an IPv6 address of getaddrinfo() has its scope",
    needs.ipv6,
    needs.linux,
  ),
  fn() {
    const [[, , , , address]] = socket.getaddrinfo("fe80::1%lo", 7, AF_INET6);
    assertEquals(address, ["fe80::1", 7, 0, socket.if_nametoindex("lo")]);
  },
});

Deno.test({
  ...requires(
    "getnameinfo() keeps the scope in a host's text, which Python drops",
    needs.ipv6,
    needs.linux,
  ),
  fn() {
    const flags = NI_NUMERICHOST | NI_NUMERICSERV;
    assertEquals(
      socket.getnameinfo(["fe80::1%lo", 80], flags),
      ["fe80::1%lo", "80"],
    );
    assertEquals(
      socket.getnameinfo(["fe80::1%lo", 80, 0, 0], flags),
      ["fe80::1", "80"],
    );
  },
});

// An interface whose name is not ASCII. It vanishes with the namespace.
const namespace = 'ip link add "vä0" type veth peer name vb0';

Deno.test({
  ...requires(
    "a scope is an interface's name, also beyond ASCII",
    need(
      "the privilege to make network namespaces, and ip",
      canRun("unshare", "--net", "sh", "-c", namespace),
    ),
  ),
  async fn() {
    const program = beside("programs/scopes.ts");
    const { stdout, stderr } = await new Deno.Command("unshare", {
      args: [
        ...["--net", "sh", "-c", `${namespace} && exec "$0" "$@"`],
        ...[Deno.execPath(), "run", "--no-prompt", "--allow-ffi", program],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(text(stdout) + text(stderr), "as it should be\n");
  },
});

Deno.test("a port out of bounds is a service that does not exist", () => {
  for (
    const port of [-1, 65536, 2 ** 40, "65536", " +70000", "-1", "9".repeat(40)]
  ) {
    for (
      const given of typeof port === "string" ? [port, utf8(port)] : [port]
    ) {
      const error = assertThrows(
        () => socket.getaddrinfo("127.0.0.1", given),
        socket.gaierror,
        `port must be 0-65535, not ${port}`,
      );
      assertEquals([error.code, error.syscall], ["EAI_SERVICE", "getaddrinfo"]);
    }
  }
  for (const port of [0, 65535, "0", "65535", "00080"]) {
    const [[, , , , [, got]]] = socket.getaddrinfo("127.0.0.1", port);
    assertEquals(got, Number(port));
  }
  // Not one whose number, modulo 65536, might be another service's.
  assertThrows(
    () => socket.create_connection(["127.0.0.1", 65536 + 80]),
    RangeError,
  );
  assertThrows(
    () => socket.create_connection(["127.0.0.1", String(65536 + 80)]),
    socket.gaierror,
  );
});

Deno.test("bytes do for names", () => {
  const bytes = (text: string) => utf8(text);
  assertEquals(
    socket.getaddrinfo(bytes("127.0.0.1"), bytes("80"), 0, SOCK_STREAM),
    socket.getaddrinfo("127.0.0.1", 80, 0, SOCK_STREAM),
  );
  const [[index, name]] = socket.if_nameindex();
  assertEquals(socket.if_nametoindex(bytes(name)), index);
  assertEquals(socket.if_indextoname(index), name);
});

Deno.test("names beyond ASCII are looked up in their IDNA form", () => {
  assertEquals(socket.gethostbyname("１２７。0.0.1"), "127.0.0.1");
  const error = assertThrows(
    () => socket.gethostbyname("bücher.invalid"),
    socket.gaierror,
  );
  assert(error.errno === socket.EAI_NONAME || error.errno === socket.EAI_AGAIN);
});

Deno.test({
  ...requires(
    "sethostname() needs the administrator, and works in a namespace of its own",
    needs.linux,
  ),
  async fn() {
    const program = (name: string) => `
      import * as socket from ${
      JSON.stringify(new URL("../../../mod.ts", import.meta.url).href)
    };
      try {
        socket.sethostname(${name});
        console.log(socket.gethostname());
      } catch (error) {
        console.log(error.name, error.code, error.syscall);
      }`;
    const run = async (command: string, ...args: string[]): Promise<string> => {
      const { stdout } = await new Deno.Command(command, { args }).output();
      return text(stdout).trim();
    };
    const deno = (name: string) => [
      Deno.execPath(),
      "eval",
      "--no-lock",
      program(name),
    ];
    const before = socket.gethostname();
    const space = ["--user", "--map-root-user", "--uts"];
    const inside = await run("unshare", ...space, ...deno(`"renamed"`));
    // Where such namespaces are forbidden, unshare prints nothing.
    if (inside !== "") {
      assertEquals(inside, "renamed");
      assertEquals(
        await run(
          "unshare",
          ...space,
          ...deno(`new TextEncoder().encode("in-bytes")`),
        ),
        "in-bytes",
      );
      assertEquals(
        await run("unshare", ...space, ...deno(`"n".repeat(65)`)),
        "OSError EINVAL sethostname",
      );
      // As an ordinary user of the namespace.
      assertEquals(
        await run("unshare", "--user", ...deno(`"renamed"`)),
        "PermissionError EPERM sethostname",
      );
    }
    assertEquals(socket.gethostname(), before);
  },
});

Deno.test("several Workers resolve at once without mixing their answers", async () => {
  const WORKERS = 3, ROUNDS = 150;
  const address = new URL("../../programs/resolving.ts", import.meta.url);
  const workers = Array.from(
    { length: WORKERS },
    () => new Worker(address, { type: "module" }),
  );
  const messages = () =>
    Promise.all(workers.map((worker) => {
      const { promise, resolve, reject } = Promise.withResolvers();
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      return promise;
    }));
  try {
    assertEquals(await messages(), workers.map(() => "ready"));
    const answers = messages();
    for (const [i, worker] of workers.entries()) {
      worker.postMessage([i, ROUNDS]);
    }
    assertEquals(await answers, workers.map(() => []));
  } finally {
    for (const worker of workers) worker.terminate();
  }
});
