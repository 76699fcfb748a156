/** What the kernel adds to a message: the sender, the time, the interface, the error. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  errno,
  hasattr,
  IP_PKTINFO,
  IP_RECVERR,
  IP_RECVTTL,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_UDP,
  IPV6_HOPLIMIT,
  IPV6_PKTINFO,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
  IPV6_UNICAST_HOPS,
  MSG_CTRUNC,
  MSG_ERRQUEUE,
  SCM_CREDENTIALS,
  SCM_TIMESTAMPNS,
  SO_EE_ORIGIN_ICMP,
  SO_PASSCRED,
  SO_TIMESTAMPNS,
  SOCK_DGRAM,
  SOL_SOCKET,
  UDP_SEGMENT,
} from "../../../constants/mod.ts";
import { table } from "../../../constants/table.ts";
import type {
  Family,
  Inet6Address,
  InetAddress,
} from "../../../socket/address/types.ts";
import { CMSG_LEN, CMSG_SPACE } from "../../../socket/operations/ancillary.ts";
import { ConnectionRefusedError } from "../../../errors/errors.ts";
import { if_nameindex } from "../../../socket/resolver/interfaces.ts";
import { Socket } from "../../../socket/constructor.ts";
import {
  decodeExtendedError,
  decodePktinfo,
  decodePktinfo6,
  decodeTimespec,
  encodePktinfo,
} from "../../../socket/structures/ancillary.ts";
import {
  decodeCredentials,
  encodeCredentials,
} from "../../../socket/structures/options.ts";
import { int32, text, utf8 } from "../../support/bytes.ts";
import { needs, requires } from "../../support/requires.ts";
import { socketPair } from "../../support/pairs.ts";

type Inet = InetAddress | Inet6Address;

/** The index of the loopback interface: `lo`, `lo0`, `loopback_0`. */
function loopbackIndex(): number {
  return if_nameindex().find(([, name]) => name.startsWith("lo"))![0];
}

Deno.test(
  requires(
    "SCM_CREDENTIALS tells who sent",
    needs.attribute("SCM_CREDENTIALS"),
  ),
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    b.setsockopt(SOL_SOCKET, SO_PASSCRED, 1);
    const self = { pid: Deno.pid, uid: Deno.uid()!, gid: Deno.gid()! };
    a.sendmsg([utf8("x")]);
    a.sendmsg([utf8("y")], [
      [
        SOL_SOCKET,
        SCM_CREDENTIALS,
        encodeCredentials(self.pid, self.uid, self.gid),
      ],
    ]);
    for (const sent of ["x", "y"]) {
      const [data, [[level, type, credentials]], flags] = b.recvmsg(
        1,
        CMSG_SPACE(12),
      );
      assertEquals([text(data), level, type, flags], [
        sent,
        SOL_SOCKET,
        SCM_CREDENTIALS,
        0,
      ]);
      assertEquals(decodeCredentials(credentials), self);
    }
  },
);

// As in Python.
Deno.test(
  requires(
    "an item that the buffer cuts is kept with what fits of it",
    needs.attribute("SO_PASSCRED"),
  ),
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    b.setsockopt(SOL_SOCKET, SO_PASSCRED, 1);
    a.sendmsg([utf8("z")]);
    const [, ancdata, flags] = b.recvmsg(1, CMSG_LEN(5));
    assertEquals(ancdata.map(([, , data]) => data.length), [5]);
    assertEquals(flags, MSG_CTRUNC);
  },
);

/** A receiver with options set, bound to any IPv4 address or IPv6's loopback, and a sender. */
function pairTold(
  ipv6: boolean,
  level: number,
  ...options: number[]
): Disposable & { receiver: Socket<Inet>; sender: Socket<Inet>; port: number } {
  const family = (ipv6 ? AF_INET6 : AF_INET) as Family<Inet>;
  const receiver = new Socket(family, SOCK_DGRAM);
  const sender = new Socket(family, SOCK_DGRAM);
  receiver.bind([ipv6 ? "::1" : "0.0.0.0", 0]);
  receiver.settimeout(5);
  for (const option of options) receiver.setsockopt(level, option, 1);
  const [, port] = receiver.getsockname();
  return {
    receiver,
    sender,
    port,
    [Symbol.dispose]() {
      receiver.close();
      sender.close();
    },
  };
}

Deno.test({
  ...requires(
    "IP_PKTINFO tells where a datagram came",
    needs.attribute("IP_PKTINFO"),
  ),
  fn() {
    using told = pairTold(false, IPPROTO_IP, IP_PKTINFO);
    told.sender.sendto(utf8("x"), ["127.0.0.2", told.port]);
    const [data, [[level, type, info]], flags] = told.receiver.recvmsg(10, 256);
    assertEquals([text(data), flags], ["x", 0]);
    assertEquals([level, type], [IPPROTO_IP, IP_PKTINFO]);
    assertEquals(decodePktinfo(info), {
      ifindex: loopbackIndex(),
      specDst: "127.0.0.2",
      addr: "127.0.0.2",
    });
  },
});

Deno.test({
  ...requires(
    "IP_RECVTTL tells a datagram's TTL",
    needs.attribute("IP_RECVTTL"),
  ),
  fn() {
    using told = pairTold(false, IPPROTO_IP, IP_RECVTTL);
    told.sender.setsockopt(IPPROTO_IP, IP_TTL, 7);
    told.sender.sendto(utf8("x"), ["127.0.0.1", told.port]);
    assertEquals(told.receiver.recvmsg(10, 256)[1], [
      [IPPROTO_IP, IP_TTL, int32(7)],
    ]);
  },
});

Deno.test({
  ...requires(
    "IP_PKTINFO and IP_TTL choose how a datagram goes",
    needs.attribute("IP_PKTINFO"),
  ),
  fn() {
    using told = pairTold(false, IPPROTO_IP, IP_RECVTTL);
    const ttl = table.constants.IP_HOPLIMIT ?? IP_TTL; // Winsock's name for it here
    told.sender.sendmsg(
      [utf8("x")],
      [
        [IPPROTO_IP, ttl, int32(7)],
        [IPPROTO_IP, IP_PKTINFO, encodePktinfo(0, "127.0.0.77")],
      ],
      0,
      ["127.0.0.2", told.port],
    );
    const [, ancdata, , [host]] = told.receiver.recvmsg(10, 256);
    assertEquals([host, ancdata], [
      "127.0.0.77",
      [[IPPROTO_IP, IP_TTL, int32(7)]],
    ]);
  },
});

// Winsock has one name for both the option and the message.
const [PKTINFO, HOPLIMIT] = hasattr("IPV6_RECVPKTINFO")
  ? [IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT]
  : [IPV6_PKTINFO, IPV6_HOPLIMIT];

Deno.test({
  ...requires(
    "IPV6_PKTINFO and IPV6_HOPLIMIT tell how a datagram came",
    needs.ipv6,
  ),
  fn() {
    using told = pairTold(true, IPPROTO_IPV6, PKTINFO, HOPLIMIT);
    told.sender.setsockopt(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
    told.sender.sendto(utf8("x"), ["::1", told.port]);
    const [, ancdata] = told.receiver.recvmsg(10, 256);
    const found = new Map(
      ancdata.map(([level, type, data]) => [`${level}/${type}`, data]),
    );
    assertEquals(found.get(`${IPPROTO_IPV6}/${IPV6_HOPLIMIT}`), int32(9));
    assertEquals(
      decodePktinfo6(found.get(`${IPPROTO_IPV6}/${IPV6_PKTINFO}`)!),
      { ifindex: loopbackIndex(), addr: "::1" },
    );
  },
});

Deno.test({
  ...requires("IPV6_HOPLIMIT chooses how a datagram goes", needs.ipv6),
  fn() {
    using told = pairTold(true, IPPROTO_IPV6, HOPLIMIT);
    told.sender.sendmsg(
      [utf8("x")],
      [[IPPROTO_IPV6, IPV6_HOPLIMIT, int32(9)]],
      0,
      ["::1", told.port],
    );
    assertEquals(told.receiver.recvmsg(10, 256)[1], [
      [IPPROTO_IPV6, IPV6_HOPLIMIT, int32(9)],
    ]);
  },
});

Deno.test(
  requires(
    "SO_TIMESTAMPNS tells when a datagram came",
    needs.attribute("SO_TIMESTAMPNS"),
  ),
  () => {
    using receiver = new Socket(AF_INET, SOCK_DGRAM);
    receiver.bind(["127.0.0.1", 0]);
    receiver.settimeout(5);
    receiver.setsockopt(SOL_SOCKET, SO_TIMESTAMPNS, 1);
    using sender = new Socket(AF_INET, SOCK_DGRAM);
    const before = Date.now() - 1;
    sender.sendto(utf8("x"), receiver.getsockname());
    const [, [[level, type, data]]] = receiver.recvmsg(1, CMSG_SPACE(16));
    const after = Date.now() + 1;
    assertEquals([level, type], [SOL_SOCKET, SCM_TIMESTAMPNS]);
    const { seconds, nanoseconds } = decodeTimespec(data);
    const ms = seconds * 1e3 + nanoseconds / 1e6;
    assert(before <= ms && ms <= after, `${before} ${ms} ${after}`);
  },
);

Deno.test({
  ...requires(
    "IP_RECVERR tells of an unreachable port through MSG_ERRQUEUE",
    needs.attribute("SO_EE_ORIGIN_ICMP"),
  ),
  fn() {
    using gone = new Socket(AF_INET, SOCK_DGRAM);
    gone.bind(["127.0.0.1", 0]);
    const address = gone.getsockname();
    gone.close();
    using socket = new Socket(AF_INET, SOCK_DGRAM);
    socket.setsockopt(IPPROTO_IP, IP_RECVERR, 1);
    socket.connect(address);
    socket.settimeout(5);
    socket.send(utf8("anyone?"));
    assertThrows(() => socket.recv(1), ConnectionRefusedError); // waits until the error is there
    const [data, [[level, type, error]], flags, to] = socket.recvmsg(
      100,
      512,
      MSG_ERRQUEUE,
    );
    assertEquals([text(data), level, type], [
      "anyone?",
      IPPROTO_IP,
      IP_RECVERR,
    ]);
    assertEquals(flags & MSG_ERRQUEUE, MSG_ERRQUEUE);
    assertEquals(to, address);
    assertEquals(decodeExtendedError(error), {
      errno: errno.ECONNREFUSED,
      origin: SO_EE_ORIGIN_ICMP,
      type: 3,
      code: 3,
      info: 0,
      data: 0,
      offender: ["127.0.0.1", 0],
    });
  },
});

Deno.test(
  requires(
    "UDP_SEGMENT cuts one message into datagrams",
    needs.attribute("UDP_SEGMENT"),
  ),
  () => {
    using receiver = new Socket(AF_INET, SOCK_DGRAM);
    receiver.bind(["127.0.0.1", 0]);
    receiver.settimeout(5);
    using sender = new Socket(AF_INET, SOCK_DGRAM);
    const size = Uint8Array.of(4, 0);
    sender.sendmsg(
      [utf8("aaaabbb"), utf8("bcc")],
      [[IPPROTO_UDP, UDP_SEGMENT, size]],
      0,
      receiver.getsockname(),
    );
    const parts = [1, 2, 3].map(() => text(receiver.recvmsg(100)[0]));
    assertEquals(parts, ["aaaa", "bbbb", "cc"]);
  },
);
