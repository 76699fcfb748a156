/** Addresses of every family to bytes and back. Python's bytes come from a preloaded `connect`. */

import * as socket from "../../../mod.ts";
import type { Random } from "../support/random.ts";
import { ipv6 } from "./functions.ts";
import {
  anyInteger,
  type Kind,
  oddity,
  outcome,
  type Told,
  valueOf,
} from "./outcome.ts";

type EncodeCase = [family: number, proto: number, address: Told];
type DecodeCase = [family: number, proto: number, data: string];

interface Form {
  readonly family: number;
  readonly proto: number;
  /** How many bytes the struct has: at least, and at most. */
  readonly size: readonly [number, number];
  readonly make: (random: Random) => Told;
}

const ifname = (random: Random): string =>
  random.pick([
    "lo",
    "lo",
    "lo",
    "nosuch",
    "",
    "x".repeat(15),
    "x".repeat(16),
    "é",
  ]);
const fit = (random: Random, bits: number): Told =>
  random.chance(0.9)
    ? Math.floor(random.number() * 2 ** bits)
    : anyInteger(random);
const bdaddr = (random: Random): string =>
  random.chance(0.9)
    ? Array.from(random.bytes(6), (byte) => byte.toString(16).padStart(2, "0"))
      .join(":")
    : random.pick([
      "",
      "1:2:3:4:5:6",
      "aa:bb:cc:dd:ee",
      "AA:BB:CC:DD:EE:FF",
      "g:0:0:0:0:0",
    ]);
/** All fields, or without some of those that may be left out. */
const upTo = (random: Random, least: number, fields: Told[]): Told[] =>
  random.chance(0.02)
    ? fields.slice(0, random.below(fields.length + 1))
    : fields.slice(0, least + random.below(fields.length - least + 1));

const BTPROTO = { L2CAP: 0, HCI: 1, SCO: 2, RFCOMM: 3 };

/** The forms of addresses that Linux has, by family and protocol. */
export const forms: Record<string, Form> = {
  inet: {
    family: socket.AF_INET,
    proto: 0,
    size: [16, 16],
    make: (random) => [
      // A host that is not numeric would be looked up.
      random.chance(0.05) ? random.pick(["", "<broadcast>"]) : numeric(random),
      fit(random, 16),
    ],
  },
  inet6: {
    family: socket.AF_INET6,
    proto: 0,
    size: [28, 28],
    make: (random) =>
      upTo(random, 2, [
        numeric6(random),
        fit(random, 16),
        fit(random, 20),
        fit(random, 32),
      ]),
  },
  unix: {
    family: socket.AF_UNIX,
    proto: 0,
    size: [2, 110],
    make: (random) => {
      const length = random.pick([0, 1, 5, 50, 106, 107, 108, 109, 200]);
      if (random.chance(0.3)) {
        const bytes = random.bytes(length);
        return {
          bytes: (random.chance(0.5) ? bytes.fill(0, 0, 1) : bytes).toHex(),
        };
      }
      return random.pick(["/tmp/", "é", "\0", "\udc80", "\ud800", ""]) +
        "p".repeat(length);
    },
  },
  netlink: {
    family: socket.AF_NETLINK,
    proto: 0,
    size: [12, 12],
    make: (random) => [fit(random, 32), fit(random, 32)],
  },
  packet: {
    family: socket.AF_PACKET,
    proto: 0,
    size: [20, 20],
    make: (random) =>
      upTo(random, 2, [
        ifname(random),
        fit(random, 16),
        fit(random, 8),
        fit(random, 16),
        { bytes: random.bytes(random.below(10)).toHex() },
      ]),
  },
  vsock: {
    family: socket.AF_VSOCK,
    proto: 0,
    size: [16, 16],
    make: (random) => [fit(random, 32), fit(random, 32)],
  },
  ...Object.fromEntries([1, 2].map((proto) => [`can${proto}`, {
    family: socket.AF_CAN,
    proto,
    size: [24, 24] as const,
    make: (random: Random) => [ifname(random)],
  }])),
  isotp: {
    family: socket.AF_CAN,
    proto: socket.CAN_ISOTP,
    size: [24, 24],
    make: (random) => [ifname(random), fit(random, 32), fit(random, 32)],
  },
  j1939: {
    family: socket.AF_CAN,
    proto: socket.CAN_J1939,
    size: [24, 24],
    make: (random) => [
      ifname(random),
      random.chance(0.5) ? { int: String(random.bigint()) } : fit(random, 32),
      fit(random, 32),
      fit(random, 8),
    ],
  },
  tipc: {
    family: socket.AF_TIPC,
    proto: 0,
    size: [16, 16],
    make: (random) =>
      upTo(random, 4, [
        random.pick([1, 2, 3, 3, 2, 1, 0, 4]),
        fit(random, 32),
        fit(random, 32),
        fit(random, 32),
        random.below(4),
      ]),
  },
  alg: {
    family: socket.AF_ALG,
    proto: 0,
    size: [88, 88],
    make: (random) =>
      upTo(random, 2, [
        random.pick([
          "hash",
          "skcipher",
          "",
          "x".repeat(13),
          "x".repeat(14),
          "é",
        ]),
        random.pick(["sha256", "cbc(aes)", "", "x".repeat(63), "x".repeat(64)]),
        fit(random, 32),
        fit(random, 32),
      ]),
  },
  qipcrtr: {
    family: socket.AF_QIPCRTR,
    proto: 0,
    size: [12, 12],
    make: (random) => [fit(random, 32), fit(random, 32)],
  },
  l2cap: {
    family: socket.AF_BLUETOOTH,
    proto: BTPROTO.L2CAP,
    size: [14, 14],
    make: (random) => [bdaddr(random), fit(random, 16)],
  },
  rfcomm: {
    family: socket.AF_BLUETOOTH,
    proto: BTPROTO.RFCOMM,
    size: [10, 10],
    make: (random) => [bdaddr(random), fit(random, 8)],
  },
  hci: {
    family: socket.AF_BLUETOOTH,
    proto: BTPROTO.HCI,
    size: [6, 6],
    make: (random) => [fit(random, 16)],
  },
  sco: {
    family: socket.AF_BLUETOOTH,
    proto: BTPROTO.SCO,
    size: [8, 8],
    make: (random) => ({
      bytes: new TextEncoder().encode(bdaddr(random)).toHex(),
    }),
  },
};

function numeric(random: Random): string {
  return Array.from(random.bytes(4)).join(".");
}

function numeric6(random: Random): string {
  for (;;) {
    const text = ipv6(random);
    try {
      socket.inet_pton(socket.AF_INET6, text);
      return text;
    } catch {
      // another one
    }
  }
}

/** Addresses to bytes. */
export const encoding: Kind<EncodeCase> = {
  make(random) {
    const { family, proto, make } = forms[random.pick(Object.keys(forms))];
    let address = make(random);
    if (random.chance(0.02)) {
      if (!Array.isArray(address)) address = oddity(random);
      else if (address.length > 1) {
        // The host stays: another might be looked up.
        address[1 + random.below(address.length - 1)] = oddity(random);
      }
    }
    return [family, proto, address];
  },
  run([family, proto, address]) {
    return outcome(() =>
      socket.encodeAddress(
        family as socket.Family,
        valueOf(address) as never,
        proto,
      )
    );
  },
};

/** Bytes to addresses. */
export const decoding: Kind<DecodeCase> = {
  make(random) {
    const { family, proto, size: [least, most] } =
      forms[random.pick(Object.keys(forms))];
    const data = random.bytes(least + random.below(most - least + 1));
    new DataView(data.buffer).setUint16(0, family, true);
    if (random.chance(0.3)) data.fill(0, 2 + random.below(data.length - 1));
    // The interface: the first, as others have no name.
    if (family === socket.AF_CAN || family === socket.AF_PACKET) {
      new DataView(data.buffer).setUint32(4, random.below(2), true);
    }
    return [family, proto, data.toHex()];
  },
  run([, proto, data]) {
    return outcome(() =>
      socket.decodeAddress(Uint8Array.fromHex(data), undefined, proto)
    );
  },
};
