/** The examples that see packets: sniffer, capture, arping, and the netlink watcher. CAN. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { ipv4Line, packetLine } from "../../examples/sniffer.ts";
import {
  AF_CAN,
  AF_INET,
  CAN_RAW,
  isMissing,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
} from "../../mod.ts";
import { needs, requires, unless } from "../support/requires.ts";
import { Namespaces, namespaces } from "./namespaces.ts";
import { ours, Program, theirs, withoutPorts } from "./programs.ts";

/** Sends datagrams to nobody, and asks for connections that are refused. */
const traffic = `
import socket
for family, kind, host, port in [
    (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1", 5354),
    (socket.AF_INET6, socket.SOCK_DGRAM, "::1", 5353),
    (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1", 5353),
    (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1", 5353),
]:
    with socket.socket(family, kind) as sock:
        if kind == socket.SOCK_DGRAM:
            sock.sendto(b"hello", (host, port))
        else:
            sock.connect_ex((host, port))
`;

/** What passes the loopback interface then, of that port or of all; each packet passes it twice. */
const passing = (which: RegExp): string[] =>
  [
    "UDP 127.0.0.1:PORT > 127.0.0.1:5354, 5 bytes",
    "ICMP 127.0.0.1 > 127.0.0.1 unreachable, 41 bytes",
    "IPv6 UDP [::1]:PORT > [::1]:5353, 5 bytes",
    "IPv6 ICMPv6 ::1 > ::1 unreachable, 61 bytes",
    "UDP 127.0.0.1:PORT > 127.0.0.1:5353, 5 bytes",
    "ICMP 127.0.0.1 > 127.0.0.1 unreachable, 41 bytes",
    "TCP 127.0.0.1:PORT > 127.0.0.1:5353 SYN, 0 bytes",
    "TCP 127.0.0.1:5353 > 127.0.0.1:PORT RST ACK, 0 bytes",
  ].filter((line) => which.test(line)).flatMap((line) => {
    const packet = line.startsWith("IPv6") ? line : `IPv4 ${line}`;
    return [`lo out ${packet}`, `lo in ${packet}`];
  });

for (
  const [program, args, seen] of [
    ["sniffer", ["-c", "16", "lo"], passing(/./)],
    ["capture", ["-c", "6", "lo", "5353"], passing(/^(UDP|TCP).*5353/)],
  ] as const
) {
  Deno.test({
    ...requires(
      `${program}.ts and ${program}.py see the same packets`,
      needs.python,
      namespaces,
    ),
    async fn() {
      using network = new Namespaces(1);
      const [namespace] = network.names;
      await using one = ours(program, args, { namespace });
      await using other = theirs(program, args, { namespace });
      await one.err.until(/Listening on lo\n/);
      await other.err.until(/Listening on lo\n/);
      await using sender = new Program(["python3", "-c", traffic], {
        namespace,
      });
      assertEquals((await sender.end()).code, 0, sender.err.text);
      const { code, out } = await one.end();
      assertEquals(code, 0);
      assertEquals(out, (await other.end()).out);
      const lines = withoutPorts(out).trimEnd().split("\n");
      const expected = seen.map((line) => withoutPorts(line));
      assertEquals(lines, expected);
    },
  });
}

const packets = needs.attribute("AF_PACKET");
const from = ["eth0", 0, 0, 1, new Uint8Array()] as const;

Deno.test({
  ...requires("packets of all kinds are a line each", packets),
  fn() {
    const line = (proto: number, hex: string) =>
      packetLine(Uint8Array.fromHex(hex), [from[0], proto, 2, 1, from[4]]);
    assertEquals(
      line(
        0x0806,
        "0001080006040001" + "0200000000010a000001" + "0000000000000a000002",
      ),
      "eth0 multicast ARP who has 10.0.0.2? tell 10.0.0.1",
    );
    assertEquals(
      line(
        0x0806,
        "0001080006040002" + "0200000000010a000001" + "0200000000020a000002",
      ),
      "eth0 multicast ARP 10.0.0.1 is at 02:00:00:00:00:01",
    );
    assertEquals(
      line(0x88cc, "0102"),
      "eth0 multicast EtherType 0x88cc, 2 bytes",
    );
    assertEquals(
      line(0x0800, "4500002400002000" + "40590000" + "0a0000010a000002"),
      "eth0 multicast IPv4 protocol 89 10.0.0.1 > 10.0.0.2, 16 bytes",
    );
    assertEquals(
      line(0x0800, "45000024000020b9" + "40110000" + "0a0000010a000002"),
      "eth0 multicast IPv4 fragment 10.0.0.1 > 10.0.0.2, 16 bytes at 1480",
    );
  },
});

Deno.test({
  ...requires("packets that are cut anywhere are a line too", packets),
  fn() {
    const udp = Uint8Array.fromHex(
      "45000021000040004011000000000000" + "7f000001" + "303914e9000d0000",
    );
    for (const proto of [0x0800, 0x0806, 0x86dd]) {
      for (let length = 0; length <= udp.length; length++) {
        const line = packetLine(udp.subarray(0, length), [
          "lo",
          proto,
          0,
          1,
          from[4],
        ]);
        assert(/^lo in [^\n]+$/.test(line), line);
      }
    }
  },
});

Deno.test("packets that begin with IPv4's header are a line that tells the way", () => {
  const udp = Uint8Array.fromHex(
    "45000021000040004011000000000000" + "7f000001" + "303914e9000d0000",
  );
  udp.set([127, 0, 0, 2], 12);
  for (
    const [host, way] of [
      ["127.0.0.1", "in"],
      ["127.0.0.2", "out"],
      ["127.0.0.3", "other"],
    ]
  ) {
    assertEquals(
      ipv4Line(udp, host),
      `${host} ${way} IPv4 UDP 127.0.0.2:12345 > 127.0.0.1:5353, 5 bytes`,
    );
  }
  for (let length = 0; length < 24; length++) {
    const line = ipv4Line(udp.subarray(0, length), "127.0.0.1");
    assert(line.endsWith(` cut or malformed, ${length} bytes`), line);
  }
});

Deno.test({
  ...requires(
    "sniffer.ts sees the packets of an address",
    needs.attribute("SIO_RCVALL"),
  ),
  async fn() {
    await using sniffer = ours("sniffer", ["-c", "1", "127.0.0.1"]);
    await sniffer.err.until(/Listening on 127\.0\.0\.1\r?\n/);
    using sender = new Socket(AF_INET, SOCK_DGRAM);
    const sending = setInterval(
      () => sender.sendto(new Uint8Array(5), ["127.0.0.1", 5353]),
      50,
    );
    const { code, out } = await sniffer.end();
    clearInterval(sending);
    assertEquals(code, 0);
    assertMatch(out, /^127\.0\.0\.1 (in|out) IPv4 /);
  },
});

for (
  const [language, start, needed] of [
    ["ts", ours, false],
    ["py", theirs, needs.python],
  ] as const
) {
  Deno.test({
    ...requires(
      `arping.${language} is answered by another machine's kernel`,
      needed,
      namespaces,
    ),
    async fn() {
      using network = new Namespaces(2);
      network.cable([0, "a0", "10.88.0.1/24"], [1, "a1", "10.88.0.2/24"]);
      network.ip(1, "link set a1 address 02:00:00:00:88:02");
      const [namespace] = network.names;
      await using found = start("arping", ["a0", "10.88.0.2"], { namespace });
      assertEquals(await found.end(), {
        code: 0,
        signal: null,
        out: "who has 10.88.0.2? tell 10.88.0.1\n" +
          "10.88.0.2 is at 02:00:00:00:88:02\n",
        err: "",
      });
      await using none = start("arping", ["a0", "10.88.0.3"], { namespace });
      const { code, out } = await none.end();
      assertEquals([code, out.split("\n")[1]], [1, "no answer"]);
    },
  });
}

Deno.test({
  ...requires(
    "interface_watcher.ts and interface_watcher.py see the same changes",
    needs.python,
    namespaces,
  ),
  async fn() {
    using network = new Namespaces(1);
    // IPv6 makes changes of its own, at any time.
    network.sysctl(0, "net.ipv6.conf.default.disable_ipv6", "1");
    const [namespace] = network.names;
    const watchers = [ours, theirs].map((start) =>
      start("interface_watcher", [], { namespace })
    );
    await using one = watchers[0];
    await using other = watchers[1];
    for (const watcher of watchers) await watcher.err.until(/Watching\n/);
    for (
      const [command, line] of [
        ["link add w0 type veth peer name w1", /w0 is down\n/],
        ["link set w0 up", /w0 is up, but without carrier\n/],
        ["link set w1 up", /w0 is up\n/],
        ["address add 10.4.0.1/24 dev w0", /w0 has 10\.4\.0\.1\/24\n/],
        [
          "route add 10.5.0.0/16 via 10.4.0.2",
          /the route to 10\.5\.0\.0\/16 by 10\.4\.0\.2 on w0 is there\n/,
        ],
        [
          "neigh add 10.4.0.2 lladdr 02:00:00:00:00:02 dev w0",
          /10\.4\.0\.2 on w0 is 02:00:00:00:00:02\n/,
        ],
        [
          "neigh delete 10.4.0.2 dev w0",
          /10\.4\.0\.2 on w0 is gone\n/,
        ],
        [
          "route delete 10.5.0.0/16",
          /the route to 10\.5\.0\.0\/16 by 10\.4\.0\.2 on w0 is gone\n/,
        ],
        [
          "address delete 10.4.0.1/24 dev w0",
          /w0 has no longer 10\.4\.0\.1\/24\n/,
        ],
        ["link delete w0", /w0 is gone\n/],
      ] as const
    ) {
      network.ip(0, command);
      for (const watcher of watchers) await watcher.out.until(line);
    }
    for (const watcher of watchers) {
      await watcher.out.until(/w1 is gone\n/);
      watcher.kill("SIGINT");
    }
    assertEquals((await one.end()).out, (await other.end()).out);
  },
});

function noCan(): string | undefined {
  if (isMissing(AF_CAN)) return "CAN";
  try {
    using _ = new Socket(AF_CAN, SOCK_RAW, CAN_RAW);
    using network = new Namespaces(1);
    network.ip(0, "link add vcan0 type vcan");
  } catch {
    return "CAN in the kernel, and vcan";
  }
}

for (
  const [one, other] of [[ours, ours], [ours, theirs], [theirs, ours]] as const
) {
  Deno.test({
    ...requires(
      `can: ${one === ours ? "ours" : "Python's"} sends back what ${
        other === ours ? "ours" : "Python's"
      } hears`,
      needs.python,
      unless(noCan()),
    ),
    async fn() {
      using network = new Namespaces(1);
      network.ip(0, "link add vcan0 type vcan");
      network.ip(0, "link set vcan0 up");
      const [namespace] = network.names;
      await using a = one("can", [], { namespace });
      await using b = other("can", [], { namespace });
      await a.err.until(/Listening on/);
      await b.err.until(/Listening on/);
      await using sender = new Program(["python3", "-c", canSender], {
        namespace,
      });
      await sender.end();
      const line = "Received: can_id=123, can_dlc=2, data=cafe\n";
      await a.out.until(new RegExp(line));
      await b.out.until(new RegExp(line));
      await a.out.until(/can_id=1, can_dlc=3, data=010203\n/);
    },
  });
}

const canSender = `
import socket, struct
with socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW) as sock:
    sock.bind(("vcan0",))
    sock.send(struct.pack("=IB3x8s", 0x123, 2, b"\\xca\\xfe"))
`;
