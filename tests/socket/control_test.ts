/** Control messages of live sockets: asked for, received, decoded when asked for, sent back. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as socket from "../../mod.ts";
import { descriptorsTo, targetOf } from "../support/descriptors.ts";
import { int32, text, utf8 } from "../support/bytes.ts";
import { socketPair } from "../support/pairs.ts";
import {
  hasIPv6,
  need,
  needs,
  requires,
  succeeds,
} from "../support/requires.ts";

const {
  AF_INET,
  AF_INET6,
  controlSize,
  decodeControl,
  encodeControl,
  IPPROTO_IP,
  IPPROTO_IPV6,
  requestControl,
  SCM_RIGHTS,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} = socket;

const families = {
  IPv4: {
    family: AF_INET as socket.Family,
    host: "127.0.0.1",
    level: IPPROTO_IP,
    isThere: true,
  },
  IPv6: {
    family: AF_INET6 as socket.Family,
    host: "::1",
    level: IPPROTO_IPV6,
    isThere: hasIPv6,
  },
};

for (
  const [version, { family, host, level, isThere }] of Object.entries(families)
) {
  Deno.test({
    ...requires(
      `${version}: what is asked for comes with a datagram`,
      needs.linux,
      need("IPv6 on loopback", isThere),
    ),
    fn() {
      using server = new Socket<socket.InetAddress>(
        family as never,
        SOCK_DGRAM,
      );
      using client = new Socket<socket.InetAddress>(
        family as never,
        SOCK_DGRAM,
      );
      server.bind([host, 0]);
      client.settimeout(5);
      server.settimeout(5);
      const kinds = [
        "pktinfo",
        "ttl",
        "tos",
        "timestamp",
        "origdstaddr",
      ] as const;
      requestControl(server, ...kinds);
      client.sendmsg(
        [utf8("hello")],
        encodeControl(
          { kind: "ttl", level, ttl: 33 },
          { kind: "tos", level, ecn: 1, dscp: 46 },
        ),
        0,
        server.getsockname(),
      );
      const [data, ancdata, flags, address] = server.recvmsg(
        100,
        controlSize(...kinds),
      );
      assertEquals(flags & socket.MSG_CTRUNC, 0);
      const control = decodeControl(ancdata);
      assertEquals(control.length, kinds.length);
      assertEquals(control.get("ttl")?.ttl, 33);
      assertEquals(control.get("tos")?.ecn, 1);
      assertEquals(control.get("tos")?.dscp, 46);
      const { addr, specDst, ifindex } = control.get("pktinfo")!;
      assertEquals([addr, specDst], [host, host]);
      assertEquals(ifindex, socket.if_nametoindex("lo"));
      assertEquals(
        control.get("origdstaddr")?.address,
        server.getsockname(),
      );
      const { seconds, clock } = control.get("timestamp")!;
      assert(Math.abs(Date.now() / 1000 - seconds) < 60);
      assertEquals(clock, "realtime");
      assertEquals(control.get("rights"), undefined);

      server.sendmsg([data], encodeControl(control.get("pktinfo")), 0, address);
      const [answer, from] = client.recvfrom(100);
      assertEquals(text(answer), "hello");
      assertEquals(from, server.getsockname());
    },
  });
}

Deno.test({
  ...requires(
    "an IPv6 socket decodes what IPv4 clients send",
    needs.linux,
    needs.ipv6,
  ),
  fn() {
    using server = new Socket(AF_INET6, SOCK_DGRAM);
    server.setsockopt(IPPROTO_IPV6, socket.IPV6_V6ONLY, 0);
    server.bind(["::", 0]);
    requestControl(server, "pktinfo", "ttl", "tos");
    using client = new Socket(AF_INET, SOCK_DGRAM);
    client.settimeout(5);
    client.setsockopt(IPPROTO_IP, socket.IP_TTL, 9);
    client.sendto(utf8("x"), ["127.0.0.3", server.getsockname()[1]]);
    const room = controlSize("pktinfo", "ttl", "tos");
    const [, ancdata, , address] = server.recvmsg(10, room);
    const control = decodeControl(ancdata);
    assertEquals(control.get("ttl")?.ttl, 9);
    assertEquals(control.get("tos")?.dscp, 0);
    assertEquals(control.get("pktinfo")?.addr, "::ffff:127.0.0.3");
    server.sendmsg(
      [utf8("y")],
      encodeControl(control.get("pktinfo")),
      0,
      address,
    );
    assertEquals(client.recvfrom(10)[1][0], "127.0.0.3");
  },
});

Deno.test("a message is decoded when it is asked for", () => {
  const data = int32(7);
  const other = int32(0);
  const { SO_REUSEADDR } = socket;
  const control = decodeControl([
    [IPPROTO_IPV6, socket.IPV6_HOPLIMIT, data],
    [SOL_SOCKET, SO_REUSEADDR, other],
  ]);
  data[0] = 8; // not decoded yet
  assertEquals(control.get("ttl")?.ttl, 8);
  data[0] = 9; // decoded once
  assertEquals(control.get("ttl")?.ttl, 8);
  assertEquals(control.get("unknown")?.data, other);
  assertEquals([...control].map(({ kind }) => kind), ["ttl", "unknown"]);
});

Deno.test("console.log shows level and type of a control message by name", () => {
  const [message] = decodeControl([
    [IPPROTO_IPV6, socket.IPV6_HOPLIMIT, int32(7)],
  ]);
  const shown = "ttl (IPPROTO_IPV6, IPV6_HOPLIMIT) { ttl: 7 }";
  assertEquals(Deno.inspect(message), shown);
  const [strange] = decodeControl([[54321, 6, new Uint8Array(1)]]);
  assertEquals(
    Deno.inspect(strange),
    "unknown (54321, 6) { data: Uint8Array(1) [ 0 ] }",
  );
});

/** Sends descriptors of a file through a pair, and returns what comes with them. */
function receiveDescriptors(count: number): socket.AncillaryItem[] {
  using pair = socketPair();
  using file = Deno.openSync(new URL(import.meta.url));
  void file;
  const own = descriptorsTo((target) => target.endsWith("control_test.ts"));
  socket.send_fds(
    pair.a as socket.Socket<socket.Address>,
    [utf8("x")],
    Array(count).fill(own[0]),
  );
  return pair.b.recvmsg(10, controlSize("rights"))[1];
}

const opened = () =>
  descriptorsTo((target) => target.endsWith("control_test.ts")).length;

Deno.test({
  ...requires(
    "received descriptors that are not taken are closed",
    needs.linux,
  ),
  fn() {
    const before = opened();
    let taken: number;
    {
      using control = decodeControl(receiveDescriptors(4));
      const { fds } = control.get("rights")!;
      assertEquals(fds.length, 4);
      assertEquals(opened(), before + 4);
      const [first, second] = fds;
      assertEquals(fds.take(1), second);
      socket.close(second);
      taken = fds.take();
      assertEquals(taken, first);
      assertThrows(() => fds.take(2), RangeError, "index must be 0-1, not 2");
    }
    assertEquals(opened(), before + 1);
    assert(targetOf(taken)?.endsWith("control_test.ts"));
    socket.close(taken);
    assertEquals(opened(), before);

    // Asked for or not, the list is their owner.
    using _ = decodeControl(receiveDescriptors(2));
    assertEquals(opened(), before + 2);
    _[Symbol.dispose]();
    assertEquals(opened(), before);
  },
});

Deno.test({
  ...requires(
    "descriptors have one owner, however often they are decoded",
    needs.linux,
  ),
  fn() {
    const before = opened();
    const ancdata = receiveDescriptors(2);
    using first = decodeControl(ancdata);
    using second = decodeControl(ancdata);
    assertEquals(first.get("rights")?.fds.length, 2);
    assertEquals(second.get("rights")?.fds.length, 0);
    assertThrows(
      () => second.get("rights")!.fds.take(),
      RangeError,
      "no descriptor is left",
    );
    assertEquals(
      first.get("rights")!.fds.takeAll().map(socket.close).length,
      2,
    );
    assertEquals(opened(), before);
  },
});

Deno.test({
  ...requires(
    "the sender's process and a descriptor of it come with a message",
    needs.linux,
    need(
      "SO_PASSPIDFD",
      needs.linux.isMet && succeeds(() => {
        using pair = socketPair();
        requestControl(pair.b, "pidfd");
      }),
    ),
  ),
  fn() {
    using pair = socketPair();
    requestControl(pair.b, "credentials", "pidfd");
    pair.a.send(utf8("x"));
    const room = controlSize("credentials", "pidfd");
    using control = decodeControl(pair.b.recvmsg(10, room)[1]);
    const { pid, uid, gid } = control.get("credentials")!;
    assertEquals([pid, uid, gid], [Deno.pid, Deno.uid(), Deno.gid()]);
    const [pidfd] = control.get("pidfd")!.fds;
    assertEquals(targetOf(pidfd), "anon_inode:[pidfd]");
    control[Symbol.dispose]();
    assertEquals(targetOf(pidfd), undefined);
  },
});

const gro = need(
  "UDP_GRO",
  socket.hasattr("UDP_GRO") || succeeds(() => {
    using one = new Socket(AF_INET, SOCK_DGRAM);
    requestControl(one, "gro");
  }),
);

Deno.test({
  ...requires("merged datagrams are given one by one", needs.linux, gro),
  fn() {
    using server = new Socket(AF_INET, SOCK_DGRAM);
    server.bind(["127.0.0.1", 0]);
    server.settimeout(5);
    requestControl(server, "gro");
    using client = new Socket(AF_INET, SOCK_DGRAM);
    const send = () =>
      client.sendmsg(
        [utf8("onetwothe4")],
        encodeControl({ kind: "gso", size: 3 }),
        0,
        server.getsockname(),
      );
    const expected = ["one", "two", "the", "4"];
    send();
    const [data, ancdata] = server.recvmsg(100, controlSize("gro"));
    const size = decodeControl(ancdata).get("gro")?.size;
    assertEquals(size, 3);
    assertEquals([...socket.segments(data, size)].map(text), expected);

    send();
    const messages = new socket.MessageVector(
      server,
      2,
      100,
      controlSize("gro"),
    );
    assertEquals(server.recvmmsg(messages), 1);
    assertEquals(messages.control(0, "gro")?.size, 3);
    assertEquals(messages.control(0, "ttl"), undefined);
    assertEquals([...messages.segments(0)].map(text), expected);
  },
});

Deno.test("a message that was not merged is one datagram", () => {
  const data = utf8("datagram");
  assertEquals([...socket.segments(data)].map(text), ["datagram"]);
  assertEquals([...socket.segments(data, 8)].map(text), ["datagram"]);
  assertEquals([...socket.segments(data, 5)].map(text), ["datag", "ram"]);
  assertEquals([...socket.segments(new Uint8Array(0))].length, 1);
  assertThrows(() => socket.segments(data, 0), RangeError, "size must be");
  assertThrows(() => socket.segments("x" as never), TypeError, "data must be");
});

Deno.test({
  ...requires(
    "a vector decodes one kind, and gives descriptors once",
    needs.linux,
  ),
  fn() {
    const before = opened();
    using pair = socketPair();
    using file = Deno.openSync(new URL(import.meta.url));
    void file;
    const [fd] = descriptorsTo((target) => target.endsWith("control_test.ts"));
    socket.send_fds(pair.a as never, [utf8("x")], [fd, fd]);
    const messages = new socket.MessageVector<socket.Address>(
      pair.b as never,
      1,
      10,
      controlSize("rights"),
    );
    assertEquals(
      (pair.b as socket.Socket<socket.Address>).recvmmsg(messages),
      1,
    );
    using fds = messages.control(0, "rights")!.fds;
    assertEquals(fds.length, 2);
    assertEquals(messages.control(0, "rights")?.fds.length, 0);
    const [[, , data]] = messages.ancdata(0);
    assertEquals(data, new Uint8Array(8).fill(0xff));
    fds.close();
    file.close();
    assertEquals(opened(), before);
  },
});

Deno.test("kinds that cannot be asked for or sent are refused by name", () => {
  using udp = new Socket(AF_INET, SOCK_DGRAM);
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown): any => value;
  const says = 'kind must be one that can be received, not "gso"';
  assertThrows(() => requestControl(udp, "gso"), RangeError, says);
  assertThrows(() => requestControl(udp, any("hasOwnProperty")), RangeError);
  assertThrows(() => requestControl(any({}), "ttl"), TypeError, "socket must");
  assertThrows(
    () => controlSize("unknown"),
    RangeError,
    'kind must be that of a control message, not "unknown"',
  );
  assertThrows(
    () => encodeControl(any({ kind: "gro", size: 1 })),
    TypeError,
    'kind must be one that can be sent, not "gro"',
  );
  assertThrows(() => encodeControl(any(1)), TypeError, "messages must be");
  const ttl = (level: unknown, ttl: unknown) =>
    encodeControl(any({ kind: "ttl", level, ttl }));
  assertThrows(() => ttl(IPPROTO_IP, 256), RangeError, "ttl must be 0-255");
  assertThrows(
    () => ttl(SOL_SOCKET, 1),
    RangeError,
    "level must be IPPROTO_IP",
  );
  const pktinfo = (specDst: unknown) =>
    encodeControl(any({ kind: "pktinfo", specDst }));
  assertThrows(() => pktinfo("1.2.3"), RangeError, "specDst must be");
  assertThrows(() => pktinfo("::g"), RangeError, "specDst must be");
  assertThrows(() => pktinfo(1), TypeError, "specDst must be a string");
  assertThrows(() => decodeControl(any(1)), TypeError, "ancdata must be");
  assertThrows(
    () => decodeControl(any([[1, 2]])),
    TypeError,
    "ancdata[0] must",
  );
  assertThrows(
    () => decodeControl(any([[1, 2, "x"]])),
    TypeError,
    "ancdata[0]: cmsg_data must be bytes",
  );
  assertEquals(encodeControl(undefined, null), []);
});

Deno.test({
  ...requires("a Unix socket has no address to report", needs.unix),
  fn() {
    using pair = socketPair();
    assertThrows(
      () => requestControl(pair.a, "pktinfo"),
      RangeError,
      "socket must be of AF_INET or AF_INET6 to receive pktinfo",
    );
    requestControl(pair.a, "rights"); // unasked
    void SCM_RIGHTS;
  },
});
