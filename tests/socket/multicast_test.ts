/** Multicast groups: the options of every platform, and live groups on loopback. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { hasattr } from "../../constants/lookup.ts";
import { isMissing } from "../../constants/table.ts";
import {
  AF_INET,
  AF_INET6,
  errno,
  IP_MULTICAST_ALL,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_MULTICAST_ALL,
  SOCK_DGRAM,
} from "../../constants/mod.ts";
import { tables } from "../../constants/tables.ts";
import { layouts } from "../../ffi/layout/all.ts";
import { featuresOf } from "../../ffi/features.ts";
import { context } from "../../socket/resolver/addrinfo.ts";
import { BlockingIOError, OSError } from "../../errors/errors.ts";
import {
  if_nameindex,
  if_nametoindex,
} from "../../socket/resolver/interfaces.ts";
import {
  joinGroup,
  leaveGroup,
  membership,
  multicast,
  setMulticast,
} from "../../socket/multicast.ts";
import { Socket } from "../../socket/constructor.ts";
import type { Address } from "../../socket/address/types.ts";
import { text, utf8 } from "../support/bytes.ts";
import { canRun, need, requires } from "../support/requires.ts";
import { beside } from "../support/files.ts";

function on(platform: keyof typeof layouts): typeof context {
  return {
    ...context,
    constants: tables[platform].constants,
    layout: layouts[platform],
    features: featuresOf[platform],
    if_nametoindex: (name) => (assertEquals(name, "eth7"), 7),
  };
}

/** A structure with bytes at some offsets, and zeros elsewhere. */
function bytes(
  size: number,
  parts: Record<number, string>,
): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(size);
  for (const [at, hex] of Object.entries(parts)) {
    value.set(hex.match(/../g)!.map((b) => parseInt(b, 16)), +at);
  }
  return value;
}

Deno.test("a membership is a group_req with the platform's sockaddr", () => {
  const options = { interface: "eth7" };
  assertEquals(membership("239.1.2.3", options, on("linux_x86_64")), {
    level: 0,
    join: 42,
    leave: 45,
    value: bytes(136, { 0: "07000000", 8: "02000000ef010203" }),
  });
  assertEquals(membership("239.1.2.3", options, on("darwin")), {
    level: 0,
    join: 80,
    leave: 81,
    value: bytes(132, { 0: "07000000", 4: "10020000ef010203" }),
  });
  const group6 = "ff1500000000000000000000000000aa";
  assertEquals(membership("ff15::aa%eth7", {}, on("linux_aarch64")), {
    level: 41,
    join: 42,
    leave: 45,
    value: bytes(136, { 0: "07000000", 8: "0a00", 16: group6 }),
  });
  assertEquals(membership("ff15::aa", { interface: 9 }, on("freebsd")), {
    level: 41,
    join: 80,
    leave: 81,
    value: bytes(136, { 0: "09000000", 8: "1c1c", 16: group6 }),
  });
});

Deno.test("a source-specific membership is a group_source_req", () => {
  const options = { interface: 3, source: "10.0.0.9" };
  assertEquals(membership("232.1.1.1", options, on("linux_x86_64")), {
    level: 0,
    join: 46,
    leave: 47,
    value: bytes(264, {
      0: "03000000",
      8: "02000000e8010101",
      136: "020000000a000009",
    }),
  });
  assertEquals(membership("232.1.1.1", options, on("darwin")), {
    level: 0,
    join: 82,
    leave: 83,
    value: bytes(260, {
      0: "03000000",
      4: "10020000e8010101",
      132: "100200000a000009",
    }),
  });
});

Deno.test("an interface told by its address takes the options of IPv4, whose fields differ in order", () => {
  const options = { interface: "10.0.0.1" };
  assertEquals(membership("239.1.2.3", options, on("linux_x86_64")), {
    level: 0,
    join: 35,
    leave: 36,
    value: bytes(8, { 0: "ef0102030a000001" }),
  });
  const specific = { ...options, source: "10.0.0.9" };
  assertEquals(membership("232.1.1.1", specific, on("linux_x86_64")), {
    level: 0,
    join: 39,
    leave: 40,
    value: bytes(12, { 0: "e8010101", 4: "0a000001", 8: "0a000009" }),
  });
  assertEquals(membership("232.1.1.1", specific, on("darwin")), {
    level: 0,
    join: 70,
    leave: 71,
    value: bytes(12, { 0: "e8010101", 4: "0a000009", 8: "0a000001" }),
  });
});

Deno.test("how groups are sent to is set by the platform's options", () => {
  const all = { interface: "eth7", ttl: 4, loop: false };
  const eth7 = bytes(12, { 8: "07000000" });
  assertEquals(multicast(4, all, on("linux_x86_64")), [
    [0, 32, eth7],
    [0, 33, 4],
    [0, 34, 0],
  ]);
  for (const platform of ["darwin", "freebsd"] as const) {
    assertEquals(multicast(4, all, on(platform)), [
      [0, 9, eth7],
      [0, 10, 4],
      [0, 11, 0],
    ]);
  }
  // Windows takes an index where the address would be.
  assertEquals(multicast(4, all, on("windows"))[0], [
    0,
    9,
    bytes(4, { 0: "00000007" }),
  ]);
  assertEquals(multicast(6, all, on("linux_aarch64")), [
    [41, 17, 7],
    [41, 18, 4],
    [41, 19, 0],
  ]);
  assertEquals(multicast(6, { ...all, loop: true }, on("windows")), [
    [41, 9, 7],
    [41, 10, 4],
    [41, 11, 1],
  ]);
  const byAddress = { interface: "10.0.0.1" };
  assertEquals(multicast(4, byAddress, on("linux_x86_64")), [
    [0, 32, bytes(12, { 4: "0a000001" })],
  ]);
  assertEquals(multicast(4, byAddress, on("windows")), [
    [0, 9, bytes(4, { 0: "0a000001" })],
  ]);
  assertEquals(multicast(4, {}, on("darwin")), []);
  assertThrows(() => multicast(4, { ttl: 256 }, context), RangeError, "ttl");
  assertThrows(
    () => multicast(6, byAddress, context),
    OSError,
    "no interface with this name",
  );
});

Deno.test("how far groups are sent to is read back", () => {
  using socket = new Socket(AF_INET, SOCK_DGRAM);
  setMulticast(socket, { ttl: 7, loop: false });
  assertEquals(socket.getsockopt(IPPROTO_IP, IP_MULTICAST_TTL), 7);
  assertEquals(socket.getsockopt(IPPROTO_IP, IP_MULTICAST_LOOP), 0);
  setMulticast(socket, { loop: true });
  assertEquals(socket.getsockopt(IPPROTO_IP, IP_MULTICAST_TTL), 7);
  assertEquals(socket.getsockopt(IPPROTO_IP, IP_MULTICAST_LOOP), 1);
  assertThrows(
    () => setMulticast(socket, 1 as never),
    TypeError,
    "options must be an object",
  );
});

Deno.test("groups, sources and interfaces that cannot be are refused by name", () => {
  using socket = new Socket(AF_INET, SOCK_DGRAM);
  const cases: [string, object, new (...args: never[]) => Error, string][] = [
    [
      "10.0.0.1",
      {},
      RangeError,
      "group must be a multicast address, not 10.0.0.1",
    ],
    ["240.0.0.1", {}, RangeError, "group must be a multicast address"],
    [
      "fe80::1",
      {},
      RangeError,
      "group must be a multicast address, not fe80::1",
    ],
    [
      "localhost",
      {},
      RangeError,
      'group must be an IP address, not "localhost"',
    ],
    [5 as never, {}, TypeError, "group must be a string"],
    [
      "239.1.1.1",
      { source: "::1" },
      RangeError,
      "source must be an IPv4 address",
    ],
    ["239.1.1.1", { source: 5 }, TypeError, "source must be a string"],
    ["239.1.1.1", { interface: -1 }, RangeError, "interface"],
    ["239.1.1.1", { interface: {} }, TypeError, "interface must be a string"],
    [
      "239.1.1.1",
      { interface: "no-such-interface" },
      OSError,
      "no interface with this name",
    ],
    [
      "ff02::1",
      { interface: "10.0.0.1" },
      RangeError,
      "interface must be a name or an index",
    ],
  ];
  for (const [group, options, type, message] of cases) {
    assertThrows(() => joinGroup(socket, group, options), type, message);
    assertThrows(() => leaveGroup(socket, group, options), type, message);
  }
});

Deno.test("a group that was not joined cannot be left", () => {
  using socket = new Socket(AF_INET, SOCK_DGRAM);
  const error = assertThrows(
    () => leaveGroup(socket, "239.9.9.9", { interface: 1 }),
    OSError,
  );
  assertEquals(error.errno, errno.EADDRNOTAVAIL);
});

// IPv6 has no multicast on loopback. So the last test runs this file again, in a namespace with an
// interface for it, which this variable names.
const interface6 = Deno.env.get("MULTICAST_TEST_INTERFACE");
const live = {
  4: {
    family: AF_INET,
    group: "239.255.7.9",
    by: if_nameindex().find(([, name]) => name.startsWith("lo"))![1],
    any: ["0.0.0.0", 0],
    source: "127.0.0.1",
    otherSource: "127.0.0.2",
    all: [IPPROTO_IP, IP_MULTICAST_ALL],
  },
  6: {
    family: AF_INET6,
    group: "ff15::7:9",
    by: interface6!,
    any: ["::", 0],
    source: "fd77::1",
    otherSource: "fd77::2",
    all: [IPPROTO_IPV6, IPV6_MULTICAST_ALL],
  },
} as const;

/** A receiver, bound to the wildcard address, and a sender to a group, on the same interface. */
function groupPair(version: 4 | 6) {
  const { family, group, by, any, source, all } = live[version];
  const index = if_nametoindex(by);
  const receiver = new Socket<Address>(family, SOCK_DGRAM);
  const sender = new Socket<Address>(family, SOCK_DGRAM);
  receiver.bind(any as never);
  sender.bind([source, 0] as never);
  const [, port] = receiver.getsockname() as [string, number];
  setMulticast(sender, { interface: by });
  // By default, Linux delivers the groups that any socket of the machine has joined.
  receiver.setsockopt(all[0], all[1], 0);
  // Datagrams to the same machine have arrived when sending returns.
  receiver.setblocking(false);
  return {
    group,
    receiver,
    index,
    send: (text: string) => sender.sendto(utf8(text), [group, port] as never),
    receive(): string | undefined {
      try {
        return text(receiver.recv(100));
      } catch (error) {
        if (error instanceof BlockingIOError) return undefined;
        throw error;
      }
    },
    [Symbol.dispose]() {
      receiver.close();
      sender.close();
    },
  };
}

const options = need(
  "Linux's options",
  hasattr("IP_MULTICAST_IF") && !isMissing(IP_MULTICAST_ALL),
);
/** IPv6 groups are for the last test, which runs this file again. */
const versions = {
  4: [options],
  6: [
    options,
    need("an interface, as the last test has", interface6 !== undefined),
  ],
};

for (const version of [4, 6] as const) {
  Deno.test(
    requires(
      `an IPv${version} group is received from joining to leaving`,
      ...versions[version],
    ),
    () => {
      using pair = groupPair(version);
      const { receiver, group, index } = pair;
      pair.send("before");
      assertEquals(pair.receive(), undefined);
      for (const by of [index, live[version].by]) {
        joinGroup(receiver, group, { interface: by });
        pair.send("joined");
        assertEquals(pair.receive(), "joined");
        const again = assertThrows(
          () => joinGroup(receiver, group, { interface: by }),
          OSError,
        );
        assertEquals(again.errno, errno.EADDRINUSE);
        leaveGroup(receiver, group, { interface: by });
        pair.send("left");
        assertEquals(pair.receive(), undefined);
      }
    },
  );

  Deno.test(
    requires(
      `an IPv${version} group is received from the source asked for alone`,
      ...versions[version],
    ),
    () => {
      using pair = groupPair(version);
      const { receiver, group, index } = pair;
      const { source, otherSource } = live[version];
      joinGroup(receiver, group, { interface: index, source: otherSource });
      pair.send("from another source");
      assertEquals(pair.receive(), undefined);
      joinGroup(receiver, group, { interface: index, source });
      pair.send("from the source");
      assertEquals(pair.receive(), "from the source");
      leaveGroup(receiver, group, { interface: index, source });
      pair.send("left");
      assertEquals(pair.receive(), undefined);
    },
  );
}

Deno.test(
  requires("an IPv4 group is joined by the interface's address", options),
  () => {
    using pair = groupPair(4);
    const by = { interface: "127.0.0.1" };
    const specific = { ...by, source: "127.0.0.1" };
    for (const options of [by, specific]) {
      joinGroup(pair.receiver, pair.group, options);
      pair.send("joined");
      assertEquals(pair.receive(), "joined");
      leaveGroup(pair.receiver, pair.group, options);
      pair.send("left");
      assertEquals(pair.receive(), undefined);
    }
  },
);

// A pair of interfaces. They vanish with the namespace, when its process ends.
const namespace = [
  "ip link add m0 type veth peer name m1",
  "ip link set m1 up",
  "ip link set m0 up",
  "ip address add fd77::1/64 dev m0 nodad",
].join(" && ");

const namespaces = need(
  "the privilege to make network namespaces",
  interface6 === undefined &&
    canRun("unshare", "--net", "sh", "-c", namespace),
);

Deno.test(
  requires("IPv6 groups are received in a network namespace", namespaces),
  async () => {
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: [
        "--net",
        "sh",
        "-c",
        `${namespace} && exec "$0" test --no-check --allow-all --filter "an IPv6 group" "$1"`,
        Deno.execPath(),
        beside("socket/multicast_test.ts"),
      ],
      env: { MULTICAST_TEST_INTERFACE: "m0", NO_COLOR: "1" },
    }).output();
    const output = text(stdout) + text(stderr);
    assert(success && output.includes("2 passed"), output);
  },
);
