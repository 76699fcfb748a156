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
} from "../constants/mod.ts";
import { CMSG_LEN, CMSG_SPACE } from "../socket/ancillary.ts";
import { socketpair } from "../socket/descriptors.ts";
import { ConnectionRefusedError } from "../socket/errors.ts";
import { if_nametoindex } from "../socket/interfaces.ts";
import { Socket } from "../socket/socket.ts";
import { decodeExtendedError } from "../socket/structures/extended_error.ts";
import {
  decodeCredentials,
  encodeCredentials,
} from "../socket/structures/options.ts";
import {
  decodePktinfo,
  decodePktinfo6,
  encodePktinfo,
} from "../socket/structures/pktinfo.ts";
import { decodeTimespec } from "../socket/structures/timestamps.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const int = (value: number) => new Uint8Array(new Int32Array([value]).buffer);

/** Whether this machine has IPv6 on loopback. */
const noIPv6 = (() => {
  try {
    using socket = new Socket(AF_INET6, SOCK_DGRAM);
    socket.bind(["::1", 0]);
    return false;
  } catch {
    return true;
  }
})();

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

Deno.test(
  "IP_PKTINFO and IP_TTL tell how a datagram came, and choose how it goes",
  {
    ignore: !hasattr("IP_PKTINFO"),
  },
  () => {
    using receiver = new Socket(AF_INET, SOCK_DGRAM);
    using sender = new Socket(AF_INET, SOCK_DGRAM);
    receiver.bind(["0.0.0.0", 0]);
    receiver.settimeout(5);
    receiver.setsockopt(IPPROTO_IP, IP_PKTINFO, 1);
    receiver.setsockopt(IPPROTO_IP, IP_RECVTTL, 1);
    const port = receiver.getsockname()[1];
    const lo = if_nametoindex("lo");
    sender.sendmsg(
      [encode("x")],
      [
        [IPPROTO_IP, IP_TTL, int(7)],
        [IPPROTO_IP, IP_PKTINFO, encodePktinfo(0, "127.0.0.77")],
      ],
      0,
      ["127.0.0.2", port],
    );
    const [data, ancdata, flags, [host]] = receiver.recvmsg(10, 256);
    assertEquals([decode(data), flags, host], ["x", 0, "127.0.0.77"]);
    const found = new Map(
      ancdata.map(([level, type, data]) => [`${level}/${type}`, data]),
    );
    assertEquals(found.get(`${IPPROTO_IP}/${IP_TTL}`), int(7));
    assertEquals(decodePktinfo(found.get(`${IPPROTO_IP}/${IP_PKTINFO}`)!), {
      ifindex: lo,
      specDst: "127.0.0.2",
      addr: "127.0.0.2",
    });
  },
);

Deno.test(
  "IPV6_PKTINFO and IPV6_HOPLIMIT tell how a datagram came" +
    (noIPv6 ? " (no IPv6 here)" : ""),
  {
    ignore: noIPv6,
  },
  () => {
    using receiver = new Socket(AF_INET6, SOCK_DGRAM);
    using sender = new Socket(AF_INET6, SOCK_DGRAM);
    receiver.bind(["::1", 0]);
    receiver.settimeout(5);
    receiver.setsockopt(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    receiver.setsockopt(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    sender.sendmsg(
      [encode("x")],
      [[IPPROTO_IPV6, IPV6_HOPLIMIT, int(9)]],
      0,
      receiver.getsockname(),
    );
    const [, ancdata] = receiver.recvmsg(10, 256);
    const found = new Map(
      ancdata.map(([level, type, data]) => [`${level}/${type}`, data]),
    );
    assertEquals(found.get(`${IPPROTO_IPV6}/${IPV6_HOPLIMIT}`), int(9));
    assertEquals(
      decodePktinfo6(found.get(`${IPPROTO_IPV6}/${IPV6_PKTINFO}`)!),
      {
        ifindex: if_nametoindex("lo"),
        addr: "::1",
      },
    );
  },
);

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

Deno.test("IP_RECVERR tells of an unreachable port through MSG_ERRQUEUE", {
  ignore: !hasattr("IP_RECVERR") || !hasattr("MSG_ERRQUEUE"),
}, () => {
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
