/** Options set and read. */

import * as socket from "../../../mod.ts";
import type { Random } from "../support/random.ts";
import {
  anyInteger,
  type Kind,
  oddity,
  outcome,
  type Told,
  valueOf,
} from "./outcome.ts";

type Case = [
  family: number,
  type: number,
  level: number,
  optname: number,
  how: "set" | "null" | "get",
  value: Told,
];

/** Options that are safe to set to anything, by the constant of their level. */
const settable:
  readonly (readonly [level: number, names: readonly number[]])[] = [
    [socket.SOL_SOCKET, [
      socket.SO_REUSEADDR,
      socket.SO_KEEPALIVE,
      socket.SO_BROADCAST,
      socket.SO_LINGER,
      socket.SO_SNDBUF,
      socket.SO_RCVBUF,
      socket.SO_RCVLOWAT,
      socket.SO_PRIORITY,
      socket.SO_OOBINLINE,
      socket.SO_RCVTIMEO,
      socket.SO_SNDTIMEO,
      socket.SO_BINDTODEVICE,
      socket.SO_PASSCRED,
    ]],
    [socket.IPPROTO_TCP, [
      socket.TCP_NODELAY,
      socket.TCP_MAXSEG,
      socket.TCP_CORK,
      socket.TCP_KEEPIDLE,
      socket.TCP_KEEPINTVL,
      socket.TCP_KEEPCNT,
      socket.TCP_SYNCNT,
      socket.TCP_LINGER2,
      socket.TCP_DEFER_ACCEPT,
      socket.TCP_WINDOW_CLAMP,
      socket.TCP_USER_TIMEOUT,
      socket.TCP_CONGESTION,
      socket.TCP_NOTSENT_LOWAT,
    ]],
    [socket.IPPROTO_IP, [
      socket.IP_TOS,
      socket.IP_TTL,
      socket.IP_MULTICAST_TTL,
      socket.IP_MULTICAST_LOOP,
      socket.IP_MULTICAST_IF,
      socket.IP_ADD_MEMBERSHIP,
      socket.IP_DROP_MEMBERSHIP,
      socket.IP_PKTINFO,
      socket.IP_RECVTOS,
    ]],
    [socket.IPPROTO_IPV6, [
      socket.IPV6_V6ONLY,
      socket.IPV6_UNICAST_HOPS,
      socket.IPV6_MULTICAST_HOPS,
      socket.IPV6_MULTICAST_IF,
      socket.IPV6_MULTICAST_LOOP,
      socket.IPV6_RECVPKTINFO,
      socket.IPV6_TCLASS,
    ]],
  ];

const bytes = (random: Random): Told => {
  if (random.chance(0.1)) {
    return {
      bytes: new TextEncoder().encode(
        random.pick(["lo", "cubic", "reno", "nosuch"]),
      ).toHex(),
    };
  }
  const length = random.pick([0, 1, 2, 3, 4, 4, 8, 8, 12, 16, 20, 100]);
  const value = random.bytes(length);
  // Small numbers are more often allowed.
  for (let i = 0; i < length; i++) if (i % 4 !== 0) value[i] = 0;
  return { bytes: value.toHex() };
};

/** Options. */
export const options: Kind<Case> = {
  make(random) {
    const family = random.pick([
      socket.AF_INET,
      socket.AF_INET6,
      socket.AF_UNIX,
    ]);
    const type = random.pick([socket.SOCK_STREAM, socket.SOCK_DGRAM]);
    const [level, names] = random.pick(settable);
    if (random.chance(0.1)) {
      const other = random.pick([level, random.below(300)]);
      const optname = random.below(80);
      // The time, a cookie and a processor are not the same twice.
      const changes = other === socket.SOL_SOCKET
        ? [49, 57]
        : other === socket.IPPROTO_TCP
        ? [socket.TCP_TIMESTAMP, socket.TCP_INFO]
        : [];
      return changes.includes(optname)
        ? options.make(random)
        : [family, type, other, optname, "get", null];
    }
    const name = random.pick(names);
    if (random.chance(0.05)) {
      return [family, type, level, name, "null", random.below(20)];
    }
    const value = random.chance(0.02)
      ? oddity(random)
      : random.chance(0.6)
      ? anyInteger(random)
      : bytes(random);
    return [family, type, level, name, "set", value];
  },
  run([family, type, level, name, how, value]) {
    using made = new socket.Socket<socket.Address>(family, type);
    return outcome(() => {
      if (how === "set") made.setsockopt(level, name, valueOf(value) as number);
      else if (how === "null") {
        made.setsockopt(level, name, null, value as number);
      }
      return [made.getsockopt(level, name), made.getsockopt(level, name, 64)];
    });
  },
};
