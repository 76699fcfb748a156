/** Functions that take and return plain values. */

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

type Case = [name: string, ...args: Told[]];

/** A text that is, or nearly is, an IPv4 address. */
export function ipv4(random: Random): string {
  if (random.chance(0.3)) {
    return Array.from({ length: 4 }, () => random.below(256)).join(".");
  }
  const part = () => {
    const value = random.pick([
      0,
      1,
      8,
      9,
      127,
      255,
      256,
      65535,
      2 ** 24,
      2 ** 32 - 1,
      2 ** 32,
    ]);
    return random.pick([
      String(value),
      `0x${value.toString(16)}`,
      `0${value.toString(8)}`,
      `00${value}`,
      "",
      "09",
      "0x",
    ]);
  };
  const parts = Array.from({ length: 1 + random.below(5) }, part).join(".");
  return random.chance(0.1)
    ? parts + random.pick([" ", "\n", " x", "x", ".", "\t1", "%lo"])
    : parts;
}

/** A text that is, or nearly is, an IPv6 address. */
export function ipv6(random: Random): string {
  const group = () =>
    random.pick([
      random.below(65536).toString(16),
      "0",
      "0",
      "ffff",
      "FE80",
      "00001",
      "10000",
      "g",
      "",
    ].slice(0, random.chance(0.1) ? 9 : 5));
  const groups = Array.from(
    { length: random.pick([8, 8, 7, 6, 3, 2, 9, 1]) },
    group,
  );
  if (random.chance(0.6)) groups.splice(random.below(groups.length + 1), 0, "");
  let text = groups.join(":");
  if (random.chance(0.3)) text = `::${text}`;
  if (random.chance(0.2)) text += `:${ipv4(random)}`;
  if (random.chance(0.05)) {
    text += random.pick(["::", ":", "%lo", "%1", " ", "/64"]);
  }
  return text;
}

const services = [
  "http",
  "domain",
  "ntp",
  "80",
  "0",
  "65535",
  "65536",
  "-1",
  "",
  " 80",
  "nosuch",
  "http ",
];

const some = <T extends number>(random: Random, from: readonly T[]): number =>
  from.reduce<number>((sum, each) => random.chance(0.2) ? sum | each : sum, 0);

const makers: Record<string, (random: Random) => Told[]> = {
  inet_aton: (random) => [ipv4(random)],
  inet_pton: (random) =>
    random.chance(0.3)
      ? [socket.AF_INET, ipv4(random)]
      : [socket.AF_INET6, ipv6(random)],
  inet_ntoa: (random) => [
    { bytes: random.bytes(random.chance(0.9) ? 4 : random.below(8)).toHex() },
  ],
  inet_ntop: (random) => {
    const is6 = random.chance(0.7);
    const length = random.chance(0.95) ? (is6 ? 16 : 4) : random.below(20);
    const bytes = random.bytes(length);
    // Runs of zeros, which are shortened, and embedded IPv4 addresses.
    for (let i = 0; i < length; i += 2) {
      if (random.chance(0.5)) bytes.fill(0, i, i + 2);
    }
    if (random.chance(0.2)) bytes.fill(0, 0, 10);
    if (random.chance(0.2)) bytes.fill(255, 10, 12);
    return [is6 ? socket.AF_INET6 : socket.AF_INET, { bytes: bytes.toHex() }];
  },
  htons: (random) => [anyInteger(random)],
  ntohs: (random) => [anyInteger(random)],
  htonl: (random) => [anyInteger(random)],
  ntohl: (random) => [anyInteger(random)],
  CMSG_LEN: (random) => [anyInteger(random)],
  CMSG_SPACE: (random) => [anyInteger(random)],
  getaddrinfo: (random) => [
    random.pick([null, "", ipv4(random), ipv4(random), ipv6(random)]),
    random.pick<Told>([null, 0, random.below(65536), ...services]),
    random.pick([0, 0, socket.AF_INET, socket.AF_INET6, 99]),
    random.pick([
      0,
      socket.SOCK_STREAM,
      socket.SOCK_DGRAM,
      socket.SOCK_RAW,
      77,
    ]),
    random.pick([0, 0, socket.IPPROTO_TCP, socket.IPPROTO_UDP, 255]),
    socket.AI_NUMERICHOST |
    some(random, [
      socket.AI_PASSIVE,
      socket.AI_CANONNAME,
      socket.AI_NUMERICSERV,
      socket.AI_V4MAPPED,
      socket.AI_ALL,
      socket.AI_ADDRCONFIG,
    ]),
  ],
  getnameinfo: (random) => {
    const port = random.chance(0.9) ? random.below(65536) : anyInteger(random);
    const address: Told[] = random.chance(0.5) ? [ipv4(random), port] : [
      ipv6(random),
      port,
      ...[random.below(2 ** 20), random.below(3)].slice(random.below(3)),
    ];
    return [
      address,
      socket.NI_NUMERICHOST | socket.NI_NUMERICSERV |
      some(random, [socket.NI_DGRAM, socket.NI_NAMEREQD]),
    ];
  },
  getservbyname: (random) => [
    random.pick(services),
    ...random.chance(0.5) ? [random.pick(["tcp", "udp", "", "x"])] : [],
  ],
  getservbyport: (random) => [
    random.chance(0.5)
      ? random.pick([80, 53, 22, 0, 65535])
      : anyInteger(random),
    ...random.chance(0.5) ? [random.pick(["tcp", "udp", "x"])] : [],
  ],
  getprotobyname: (
    random,
  ) => [random.pick(["tcp", "udp", "icmp", "ipv6", "TCP", "x", ""])],
  if_nametoindex: (
    random,
  ) => [random.pick(["lo", "", "nosuch", "l", "x".repeat(20)])],
  if_indextoname: (
    random,
  ) => [random.pick<Told>([1, 0, 99999, anyInteger(random)])],
};

/** Calls of functions. */
export const functions: Kind<Case> = {
  make(random) {
    const name = random.pick(Object.keys(makers));
    const args = makers[name](random);
    if (random.chance(0.01)) args[random.below(args.length)] = oddity(random);
    return [name, ...args];
  },
  run([name, ...args]) {
    const f =
      (socket as unknown as Record<string, (...args: unknown[]) => unknown>)[
        name
      ];
    return outcome(() => f(...args.map(valueOf)));
  },
};
