/** `getsockopt()` and `setsockopt()`: options set and read back, and the three forms of a value. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as socket from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { hasIPv6, needs, requires } from "../support/requires.ts";
import { python } from "../support/peer.ts";

const {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  Socket,
} = socket;

type Kind = "tcp" | "udp" | "udp6" | "tcp6" | "unix";

const open = (kind: Kind): socket.Socket<socket.Address> =>
  new Socket<socket.Address>(
    ({
      tcp: AF_INET,
      udp: AF_INET,
      tcp6: AF_INET6,
      udp6: AF_INET6,
      unix: AF_UNIX,
    })[
      kind
    ] as number,
    kind.startsWith("udp") ? SOCK_DGRAM : SOCK_STREAM,
  );

/** A kind of socket, level, option, the values to set, and a check of what is read back. */
type Option = readonly [
  kind: Kind,
  level: keyof typeof socket,
  option: keyof typeof socket,
  values: readonly number[],
  read?: (value: number, set: number) => boolean,
];

const truth = (value: number, set: number): boolean =>
  (value !== 0) === (set !== 0);
const atLeast = (value: number, set: number): boolean => value >= set;

// deno-fmt-ignore
const options: readonly Option[] = [
  ["tcp", "SOL_SOCKET", "SO_REUSEADDR", [1, 0], truth],
  ["tcp", "SOL_SOCKET", "SO_REUSEPORT", [1, 0], truth],
  ["tcp", "SOL_SOCKET", "SO_KEEPALIVE", [1, 0], truth],
  ["tcp", "SOL_SOCKET", "SO_OOBINLINE", [1, 0], truth],
  ["tcp", "SOL_SOCKET", "SO_DONTROUTE", [1, 0], truth],
  ["tcp", "SOL_SOCKET", "SO_RCVBUF", [8192, 65536], atLeast],
  ["tcp", "SOL_SOCKET", "SO_SNDBUF", [8192, 65536], atLeast],
  ["tcp", "SOL_SOCKET", "SO_RCVLOWAT", [1, 7]],
  ["tcp", "SOL_SOCKET", "SO_PRIORITY", [0, 6]],
  ["tcp", "SOL_SOCKET", "SO_INCOMING_CPU", [0]],
  ["udp", "SOL_SOCKET", "SO_BROADCAST", [1, 0], truth],
  ["unix", "SOL_SOCKET", "SO_PASSCRED", [1, 0], truth],
  ["tcp", "IPPROTO_TCP", "TCP_NODELAY", [1, 0], truth],
  ["tcp", "IPPROTO_TCP", "TCP_KEEPINTVL", [5, 75]],
  ["tcp", "IPPROTO_TCP", "TCP_KEEPCNT", [3, 9]],
  ["tcp", "IPPROTO_TCP", "TCP_KEEPIDLE", [60, 7200]],
  ["tcp", "IPPROTO_TCP", "TCP_SYNCNT", [2]],
  ["tcp", "IPPROTO_TCP", "TCP_DEFER_ACCEPT", [1], atLeast],
  ["tcp", "IPPROTO_TCP", "TCP_USER_TIMEOUT", [0, 30000]],
  ["tcp", "IPPROTO_TCP", "TCP_LINGER2", [5]],
  ["tcp", "IPPROTO_TCP", "TCP_MAXSEG", [536]],
  ["tcp", "IPPROTO_TCP", "TCP_CORK", [1, 0], truth],
  ["udp", "IPPROTO_IP", "IP_TTL", [1, 64, 255]],
  ["udp", "IPPROTO_IP", "IP_TOS", [0x10, 0]],
  ["udp", "IPPROTO_IP", "IP_MULTICAST_TTL", [0, 1, 255]],
  ["udp", "IPPROTO_IP", "IP_MULTICAST_LOOP", [0, 1]],
  ["udp", "IPPROTO_IP", "IP_RECVTOS", [1, 0], truth],
  ["udp", "IPPROTO_IP", "IP_RECVTTL", [1, 0], truth],
  ["udp", "IPPROTO_IP", "IP_PKTINFO", [1, 0], truth],
  ["udp", "IPPROTO_IP", "IP_RECVERR", [1, 0], truth],
  ["udp", "IPPROTO_IP", "IP_BIND_ADDRESS_NO_PORT", [1, 0], truth],
  ["tcp6", "IPPROTO_IPV6", "IPV6_V6ONLY", [1, 0], truth],
  ["udp6", "IPPROTO_IPV6", "IPV6_UNICAST_HOPS", [1, 255]],
  ["udp6", "IPPROTO_IPV6", "IPV6_MULTICAST_HOPS", [0, 255]],
  ["udp6", "IPPROTO_IPV6", "IPV6_MULTICAST_LOOP", [0, 1]],
  ["udp6", "IPPROTO_IPV6", "IPV6_RECVPKTINFO", [1, 0], truth],
  ["udp6", "IPPROTO_IPV6", "IPV6_RECVHOPLIMIT", [1, 0], truth],
  ["udp6", "IPPROTO_IPV6", "IPV6_RECVTCLASS", [1, 0], truth],
  ["udp6", "IPPROTO_IPV6", "IPV6_TCLASS", [0, 0x20]],
];

// Winsock has the names, but its TCP does not implement them.
const posixOnly = ["SO_RCVLOWAT", "TCP_MAXSEG"];

for (const [kind, level, option, values, read] of options) {
  Deno.test({
    ...requires(
      `${option} of ${kind} is set and read back`,
      needs.attribute(option),
      kind.endsWith("6") && needs.ipv6,
      posixOnly.includes(option) && needs.posix,
    ),
    fn() {
      const l = socket[level] as number, o = socket[option] as number;
      for (const value of values) {
        for (const form of [value, new Int32Array([value])]) {
          using s = open(kind);
          s.setsockopt(l, o, form);
          const got = s.getsockopt(l, o);
          assert(
            read === undefined ? got === value : read(got, value),
            `${got} after ${value}`,
          );
          const bytes = s.getsockopt(l, o, 4);
          const wide = new Uint8Array(4);
          wide.set(bytes); // the kernel returns some options in one byte
          assertEquals(new DataView(wide.buffer).getInt32(0, true), got);
        }
      }
    },
  });
}

Deno.test("a structure is set and read as bytes, as long as the system makes it", () => {
  using s = new Socket();
  const linger = socket.encodeLinger(true, 30);
  s.setsockopt(SOL_SOCKET, socket.SO_LINGER, linger);
  const got = s.getsockopt(SOL_SOCKET, socket.SO_LINGER, 1024);
  assertEquals(got, linger);
});

Deno.test({
  ...requires(
    "a shorter room than the structure gives a shorter answer",
    needs.posix,
  ),
  fn() {
    using s = new Socket();
    assertEquals(s.getsockopt(SOL_SOCKET, socket.SO_LINGER, 4).length, 4);
  },
});

/** The interface that a socket is bound to. */
function interfaceOf(s: socket.Socket): string {
  return text(s.getsockopt(SOL_SOCKET, socket.SO_BINDTODEVICE, 16));
}

Deno.test({
  ...requires(
    "a string is set as bytes, and nothing with a length",
    needs.linux,
  ),
  fn() {
    using s = new Socket(AF_INET, SOCK_DGRAM);
    s.setsockopt(SOL_SOCKET, socket.SO_BINDTODEVICE, utf8("lo"));
    assertEquals(interfaceOf(s), "lo\0");
    const error = assertThrows(
      () => s.setsockopt(SOL_SOCKET, socket.SO_RCVBUF, null, 4),
      socket.OSError,
    );
    assertEquals([error.code, error.syscall], ["EFAULT", "setsockopt"]);
  },
});

Deno.test({
  ...requires(
    "null with length 0 takes the interface of a socket away",
    needs.linux,
    needs.netRaw,
  ),
  fn() {
    using s = new Socket(AF_INET, SOCK_DGRAM);
    s.setsockopt(SOL_SOCKET, socket.SO_BINDTODEVICE, utf8("lo"));
    s.setsockopt(SOL_SOCKET, socket.SO_BINDTODEVICE, null, 0);
    assertEquals(interfaceOf(s), "");
  },
});

Deno.test({
  ...requires(
    "an option's unsigned integer goes to its 32 bits",
    needs.attribute("SO_MARK"),
  ),
  fn() {
    using s = new Socket(AF_INET, SOCK_DGRAM);
    try {
      s.setsockopt(SOL_SOCKET, socket.SO_MARK, 0xfedcba98);
    } catch (error) {
      assertEquals((error as socket.OSError).code, "EPERM"); // takes CAP_NET_ADMIN
      return;
    }
    assertEquals(s.getsockopt(SOL_SOCKET, socket.SO_MARK) >>> 0, 0xfedcba98);
  },
});

Deno.test({
  ...requires("an option's integer may be negative", needs.posix),
  fn() {
    using s = new Socket(AF_INET, SOCK_DGRAM);
    s.setsockopt(IPPROTO_IP, socket.IP_MULTICAST_TTL, -1); // "the default"
    assertEquals(s.getsockopt(IPPROTO_IP, socket.IP_MULTICAST_TTL), 1);
  },
});

Deno.test("options that are not there are errors of the system", () => {
  using s = new Socket();
  for (const call of ["getsockopt", "setsockopt"] as const) {
    const error = assertThrows(
      () => s[call](IPPROTO_TCP, 0x7fff, 1),
      socket.OSError,
    );
    assertEquals([error.code, error.syscall], ["ENOPROTOOPT", call]);
  }
});

Deno.test("values that are not taken are errors of the system", () => {
  using s = new Socket();
  const error = assertThrows(
    () => s.setsockopt(IPPROTO_IP, socket.IP_TTL, 256),
    socket.OSError,
  );
  assertEquals([error.code, error.syscall], ["EINVAL", "setsockopt"]);
  // The system checks whether there are enough bytes for an int.
  assertThrows(
    () => s.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, new Uint8Array(1)),
    socket.OSError,
  );
});

Deno.test("what the system only tells can be read", () => {
  using s = new Socket();
  assertEquals(s.getsockopt(SOL_SOCKET, socket.SO_TYPE), SOCK_STREAM);
  assertEquals(s.getsockopt(SOL_SOCKET, socket.SO_ERROR), 0);
  assertEquals(s.getsockopt(SOL_SOCKET, socket.SO_ACCEPTCONN), 0);
  s.bind(["127.0.0.1", 0]);
  s.listen();
  assertEquals(s.getsockopt(SOL_SOCKET, socket.SO_ACCEPTCONN) !== 0, true);
});

Deno.test({
  ...requires(
    "options that are set here read alike to CPython's table",
    needs.python,
  ),
  async fn() {
    // New sockets have the same options in both languages.
    const table = options
      .filter(([kind, , option]) =>
        socket.hasattr(option) && (!kind.endsWith("6") || hasIPv6)
      )
      .map(([kind, level, option]) =>
        [
          kind,
          socket[level] as number,
          socket[option] as number,
        ] as const
      );
    const theirs = await python(
      `
import json, socket, sys
made = {"tcp": (socket.AF_INET, 1), "udp": (socket.AF_INET, 2), "tcp6": (socket.AF_INET6, 1),
        "udp6": (socket.AF_INET6, 2), "unix": (socket.AF_UNIX, 1)}
out = []
for kind, level, option in json.load(sys.stdin):
    with socket.socket(*made[kind]) as s:
        out.append([s.getsockopt(level, option), s.getsockopt(level, option, 4).hex()])
print(json.dumps(out))`,
      table,
    );
    const ours = table.map(([kind, level, option]) => {
      using s = open(kind);
      return [
        s.getsockopt(level, option),
        s.getsockopt(level, option, 4).toHex(),
      ];
    });
    assertEquals(ours, theirs);
  },
});

Deno.test({
  ...requires("IPV6_V6ONLY lets one listener serve both", needs.ipv6),
  fn() {
    using dual = new Socket(AF_INET6, SOCK_STREAM);
    dual.setsockopt(IPPROTO_IPV6, socket.IPV6_V6ONLY, 0);
    dual.bind(["::", 0]);
    dual.listen();
    using client = new Socket();
    client.connect(["127.0.0.1", dual.getsockname()[1]]);
    const [server, address] = dual.accept();
    using _ = server;
    assertEquals(address[0], "::ffff:127.0.0.1");
  },
});
