/** What the kernel tells with a message, live: who, when, by which interface, why not. */

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
import { socketpair } from "../../../socket/descriptors.ts";
import { ConnectionRefusedError } from "../../../errors/errors.ts";
import { Socket } from "../../../socket/socket.ts";
import { decodeExtendedError } from "../../../socket/structures/extended_error.ts";
import {
  decodeCredentials,
  encodeCredentials,
} from "../../../socket/structures/options.ts";
import {
  decodePktinfo,
  decodePktinfo6,
  encodePktinfo,
} from "../../../socket/structures/pktinfo.ts";
import { decodeTimespec } from "../../../socket/structures/timestamps.ts";
import { loopbackIndex, needing, noIPv6 } from "../../support/helpers.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
type Inet = InetAddress | Inet6Address;

/** Why there is no such constant here, or `undefined`. */
const lacking = (name: string) => hasattr(name) ? undefined : name;
const int = (value: number) => new Uint8Array(new Int32Array([value]).buffer);

Deno.test("SCM_CREDENTIALS tells who sent", {
  ignore: !hasattr("SCM_CREDENTIALS"),
}, () => {
  const [a, b] = socketpair();
  using _a = a, _b = b;
  b.setsockopt(SOL_SOCKET, SO_PASSCRED, 1);
  const self = { pid: Deno.pid, uid: Deno.uid()!, gid: Deno.gid()! };
  a.sendmsg([encode("x")]);
  a.sendmsg([encode("y")], [
    [
      SOL_SOCKET,
      SCM_CREDENTIALS,
      encodeCredentials(self.pid, self.uid, self.gid),
    ],
  ]);
  for (const text of ["x", "y"]) {
    const [data, [[level, type, credentials]], flags] = b.recvmsg(
      1,
      CMSG_SPACE(12),
    );
    assertEquals([decode(data), level, type, flags], [
      text,
      SOL_SOCKET,
      SCM_CREDENTIALS,
      0,
    ]);
    assertEquals(decodeCredentials(credentials), self);
  }
});

// What Python makes of it is the same.
Deno.test("an item that the buffer cuts is kept with what fits of it", {
  ignore: !hasattr("SO_PASSCRED"),
}, () => {
  const [a, b] = socketpair();
  using _a = a, _b = b;
  b.setsockopt(SOL_SOCKET, SO_PASSCRED, 1);
  a.sendmsg([encode("z")]);
  const [, ancdata, flags] = b.recvmsg(1, CMSG_LEN(5));
  assertEquals(ancdata.map(([, , data]) => data.length), [5]);
  assertEquals(flags, MSG_CTRUNC);
});

/** A receiver at any address of IPv4, or IPv6's loopback, that is told more than the data; and a sender. */
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
  ...needing("IP_PKTINFO tells where a datagram came", lacking("IP_PKTINFO")),
  fn() {
    using told = pairTold(false, IPPROTO_IP, IP_PKTINFO);
    told.sender.sendto(encode("x"), ["127.0.0.2", told.port]);
    const [data, [[level, type, info]], flags] = told.receiver.recvmsg(10, 256);
    assertEquals([decode(data), flags], ["x", 0]);
    assertEquals([level, type], [IPPROTO_IP, IP_PKTINFO]);
    assertEquals(decodePktinfo(info), {
      ifindex: loopbackIndex(),
      specDst: "127.0.0.2",
      addr: "127.0.0.2",
    });
  },
});

Deno.test({
  ...needing("IP_RECVTTL tells a datagram's TTL", lacking("IP_RECVTTL")),
  fn() {
    using told = pairTold(false, IPPROTO_IP, IP_RECVTTL);
    told.sender.setsockopt(IPPROTO_IP, IP_TTL, 7);
    told.sender.sendto(encode("x"), ["127.0.0.1", told.port]);
    assertEquals(told.receiver.recvmsg(10, 256)[1], [
      [IPPROTO_IP, IP_TTL, int(7)],
    ]);
  },
});

Deno.test({
  ...needing(
    "IP_PKTINFO and IP_TTL choose how a datagram goes",
    lacking("IP_PKTINFO"),
  ),
  fn() {
    using told = pairTold(false, IPPROTO_IP, IP_RECVTTL);
    const ttl = table.constants.IP_HOPLIMIT ?? IP_TTL; // Winsock's name for it here
    told.sender.sendmsg(
      [encode("x")],
      [
        [IPPROTO_IP, ttl, int(7)],
        [IPPROTO_IP, IP_PKTINFO, encodePktinfo(0, "127.0.0.77")],
      ],
      0,
      ["127.0.0.2", told.port],
    );
    const [, ancdata, , [host]] = told.receiver.recvmsg(10, 256);
    assertEquals([host, ancdata], [
      "127.0.0.77",
      [[IPPROTO_IP, IP_TTL, int(7)]],
    ]);
  },
});

// Winsock has but one name, for the option and the message.
const [PKTINFO, HOPLIMIT] = hasattr("IPV6_RECVPKTINFO")
  ? [IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT]
  : [IPV6_PKTINFO, IPV6_HOPLIMIT];

Deno.test({
  ...needing(
    "IPV6_PKTINFO and IPV6_HOPLIMIT tell how a datagram came",
    noIPv6,
  ),
  fn() {
    using told = pairTold(true, IPPROTO_IPV6, PKTINFO, HOPLIMIT);
    told.sender.setsockopt(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
    told.sender.sendto(encode("x"), ["::1", told.port]);
    const [, ancdata] = told.receiver.recvmsg(10, 256);
    const found = new Map(
      ancdata.map(([level, type, data]) => [`${level}/${type}`, data]),
    );
    assertEquals(found.get(`${IPPROTO_IPV6}/${IPV6_HOPLIMIT}`), int(9));
    assertEquals(
      decodePktinfo6(found.get(`${IPPROTO_IPV6}/${IPV6_PKTINFO}`)!),
      { ifindex: loopbackIndex(), addr: "::1" },
    );
  },
});

Deno.test({
  ...needing("IPV6_HOPLIMIT chooses how a datagram goes", noIPv6),
  fn() {
    using told = pairTold(true, IPPROTO_IPV6, HOPLIMIT);
    told.sender.sendmsg(
      [encode("x")],
      [[IPPROTO_IPV6, IPV6_HOPLIMIT, int(9)]],
      0,
      ["::1", told.port],
    );
    assertEquals(told.receiver.recvmsg(10, 256)[1], [
      [IPPROTO_IPV6, IPV6_HOPLIMIT, int(9)],
    ]);
  },
});

Deno.test("SO_TIMESTAMPNS tells when a datagram came", {
  ignore: !hasattr("SO_TIMESTAMPNS"),
}, () => {
  using receiver = new Socket(AF_INET, SOCK_DGRAM);
  receiver.bind(["127.0.0.1", 0]);
  receiver.settimeout(5);
  receiver.setsockopt(SOL_SOCKET, SO_TIMESTAMPNS, 1);
  using sender = new Socket(AF_INET, SOCK_DGRAM);
  const before = Date.now() - 1;
  sender.sendto(encode("x"), receiver.getsockname());
  const [, [[level, type, data]]] = receiver.recvmsg(1, CMSG_SPACE(16));
  const after = Date.now() + 1;
  assertEquals([level, type], [SOL_SOCKET, SCM_TIMESTAMPNS]);
  const { seconds, nanoseconds } = decodeTimespec(data);
  const ms = seconds * 1e3 + nanoseconds / 1e6;
  assert(before <= ms && ms <= after, `${before} ${ms} ${after}`);
});

Deno.test({
  ...needing(
    "IP_RECVERR tells of an unreachable port through MSG_ERRQUEUE",
    lacking("SO_EE_ORIGIN_ICMP"),
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
    socket.send(encode("anyone?"));
    assertThrows(() => socket.recv(1), ConnectionRefusedError); // waits until the error is there
    const [data, [[level, type, error]], flags, to] = socket.recvmsg(
      100,
      512,
      MSG_ERRQUEUE,
    );
    assertEquals([decode(data), level, type], [
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

Deno.test("UDP_SEGMENT cuts one message into datagrams", {
  ignore: !hasattr("UDP_SEGMENT"),
}, () => {
  using receiver = new Socket(AF_INET, SOCK_DGRAM);
  receiver.bind(["127.0.0.1", 0]);
  receiver.settimeout(5);
  using sender = new Socket(AF_INET, SOCK_DGRAM);
  const size = Uint8Array.of(4, 0);
  sender.sendmsg(
    [encode("aaaabbb"), encode("bcc")],
    [[IPPROTO_UDP, UDP_SEGMENT, size]],
    0,
    receiver.getsockname(),
  );
  const parts = [1, 2, 3].map(() => decode(receiver.recvmsg(100)[0]));
  assertEquals(parts, ["aaaa", "bbbb", "cc"]);
});
