/** Control messages: the bytes of every platform, decoded and encoded, and bytes that are none. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { KnownPlatform } from "../../../constants/platform.ts";
import { tables } from "../../../constants/tables.ts";
import { layouts } from "../../../ffi/layout/all.ts";
import { codecsOf } from "../../../socket/address/registry.ts";
import { unknown } from "../../../socket/address/codec.ts";
import type { ControlInput } from "../../../socket/structures/control.ts";
import {
  type ControlContext,
  decodeItem,
} from "../../../socket/structures/control_decode.ts";
import { encodeItem } from "../../../socket/structures/control_encode.ts";
import { contextOf } from "../address/platforms.ts";

function on(platform: KnownPlatform): ControlContext {
  const context = contextOf(platform);
  const codecs = codecsOf(context.constants, context.layout);
  return { ...context, codec: (family) => codecs.get(family) ?? unknown };
}

const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.fromHex(hex.replaceAll(" ", ""));

const linux = ["linux_x86_64", "linux_aarch64"] as const;
const posix = [...linux, "darwin", "freebsd"] as const;
const all = [...posix, "windows"] as const;
const six = "20010db8000000000000000000000001";
const group6 = "ff020000000000000000000000000001";
const zeros = (count: number) => "00".repeat(count);

/** Where it comes, its level and type by name and its bytes; what it is. */
type Received = readonly [
  on: KnownPlatform | readonly KnownPlatform[],
  level: string,
  type: string,
  data: string,
  message: Record<string, unknown>,
];

// deno-fmt-ignore
const received: readonly Received[] = [
  [[...linux, "darwin"], "IPPROTO_IP", "IP_PKTINFO", "02000000 c0a80105 efff0001",
    { kind: "pktinfo", ifindex: 2, addr: "239.255.0.1", specDst: "192.168.1.5" }],
  ["windows", "IPPROTO_IP", "IP_PKTINFO", "c0a80105 02000000",
    { kind: "pktinfo", ifindex: 2, addr: "192.168.1.5", specDst: "192.168.1.5" }],
  ["windows", "IPPROTO_IP", "IP_PKTINFO", "efff0001 02000000",
    { kind: "pktinfo", ifindex: 2, addr: "239.255.0.1", specDst: "0.0.0.0" }],
  [["freebsd", "darwin"], "IPPROTO_IP", "IP_RECVDSTADDR", "c0a80105",
    { kind: "pktinfo", ifindex: 0, addr: "192.168.1.5", specDst: "192.168.1.5" }],
  [all, "IPPROTO_IPV6", "IPV6_PKTINFO", `${six} 03000000`,
    { kind: "pktinfo", ifindex: 3, addr: "2001:db8::1", specDst: "2001:db8::1" }],
  [all, "IPPROTO_IPV6", "IPV6_PKTINFO", `${group6} 03000000`,
    { kind: "pktinfo", ifindex: 3, addr: "ff02::1", specDst: "::" }],
  [["darwin", "freebsd"], "IPPROTO_IP", "IP_RECVIF", `3612 0700 06 03 06 00 656e30 ${zeros(43)}`,
    { kind: "interface", ifindex: 7, name: "en0" }],
  ["windows", "IPPROTO_IP", "IP_RECVIF", "07000000", { kind: "interface", ifindex: 7, name: "" }],
  [linux, "IPPROTO_IP", "IP_TTL", "40000000", { kind: "ttl", ttl: 64 }],
  [["darwin", "freebsd"], "IPPROTO_IP", "IP_RECVTTL", "40", { kind: "ttl", ttl: 64 }],
  ["windows", "IPPROTO_IP", "IP_TTL", "40000000", { kind: "ttl", ttl: 64 }],
  ["windows", "IPPROTO_IP", "IP_HOPLIMIT", "40000000", { kind: "ttl", ttl: 64 }],
  [all, "IPPROTO_IPV6", "IPV6_HOPLIMIT", "ff000000", { kind: "ttl", ttl: 255 }],
  [linux, "IPPROTO_IP", "IP_TOS", "ba", { kind: "tos", dscp: 46, ecn: 2 }],
  [["darwin", "freebsd"], "IPPROTO_IP", "IP_RECVTOS", "ba", { kind: "tos", dscp: 46, ecn: 2 }],
  ["windows", "IPPROTO_IP", "IP_TOS", "ba000000", { kind: "tos", dscp: 46, ecn: 2 }],
  ["windows", "IPPROTO_IP", "IP_ECN", "03000000", { kind: "tos", dscp: null, ecn: 3 }],
  ["windows", "IPPROTO_IPV6", "IPV6_ECN", "01000000", { kind: "tos", dscp: null, ecn: 1 }],
  [all, "IPPROTO_IPV6", "IPV6_TCLASS", "23000000", { kind: "tos", dscp: 8, ecn: 3 }],
  // Of older macOS, the traffic class is one byte.
  ["darwin", "IPPROTO_IPV6", "IPV6_TCLASS", "23", { kind: "tos", dscp: 8, ecn: 3 }],
  [linux, "IPPROTO_UDP", "UDP_GRO", "b0040000", { kind: "gro", size: 1200 }],
  ["windows", "IPPROTO_UDP", "UDP_COALESCED_INFO", "b0040000", { kind: "gro", size: 1200 }],
  [linux, "IPPROTO_UDP", "UDP_SEGMENT", "b004", { kind: "gso", size: 1200 }],
  [linux, "SOL_SOCKET", "SO_RXQ_OVFL", "ffffffff", { kind: "rxq_ovfl", dropped: 0xffffffff }],
  [linux, "SOL_SOCKET", "SO_MARK", "2a000080", { kind: "mark", mark: 0x8000002a }],
  [linux, "IPPROTO_IP", "IP_ORIGDSTADDR", `0200 0050 c0a80105 ${zeros(8)}`,
    { kind: "origdstaddr", address: ["192.168.1.5", 80] }],
  ["freebsd", "IPPROTO_IP", "IP_ORIGDSTADDR", `1002 0050 c0a80105 ${zeros(8)}`,
    { kind: "origdstaddr", address: ["192.168.1.5", 80] }],
  [linux, "IPPROTO_IPV6", "IPV6_ORIGDSTADDR", `0a00 0050 00000000 ${six} 00000000`,
    { kind: "origdstaddr", address: ["2001:db8::1", 80, 0, 0] }],
  ["freebsd", "IPPROTO_IPV6", "IPV6_ORIGDSTADDR", `1c1c 0050 00000000 ${six} 00000000`,
    { kind: "origdstaddr", address: ["2001:db8::1", 80, 0, 0] }],
  [[...linux, "freebsd"], "SOL_SOCKET", "SCM_TIMESTAMP", "0000006700000000 3f420f0000000000",
    { kind: "timestamp", clock: "realtime", seconds: 0x67000000, nanoseconds: 999_999_000 }],
  // macOS has microseconds of 32 bits, and four bytes of padding that may hold anything.
  ["darwin", "SOL_SOCKET", "SCM_TIMESTAMP", "0000006700000000 3f420f00ffffffff",
    { kind: "timestamp", clock: "realtime", seconds: 0x67000000, nanoseconds: 999_999_000 }],
  [linux, "SOL_SOCKET", "SO_TIMESTAMP_NEW", "0000006700000000 3f420f0000000000",
    { kind: "timestamp", clock: "realtime", seconds: 0x67000000, nanoseconds: 999_999_000 }],
  [linux, "SOL_SOCKET", "SCM_TIMESTAMPNS", "0000006700000000 0700000000000000",
    { kind: "timestamp", clock: "realtime", seconds: 0x67000000, nanoseconds: 7 }],
  [linux, "SOL_SOCKET", "SO_TIMESTAMPNS_NEW", "0000006700000000 0700000000000000",
    { kind: "timestamp", clock: "realtime", seconds: 0x67000000, nanoseconds: 7 }],
  ["freebsd", "SOL_SOCKET", "SCM_MONOTONIC", "0a00000000000000 0700000000000000",
    { kind: "timestamp", clock: "monotonic", seconds: 10, nanoseconds: 7 }],
  ["freebsd", "SOL_SOCKET", "SCM_BINTIME", "0a00000000000000 0000000000000080",
    { kind: "timestamp", clock: "realtime", seconds: 10, nanoseconds: 500_000_000 }],
  [linux, "SOL_SOCKET", "SCM_TIMESTAMPING", `0100000000000000 0200000000000000 ${zeros(16)} 0300000000000000 0400000000000000`,
    { kind: "timestamping", software: { seconds: 1, nanoseconds: 2 }, transformed: null, hardware: { seconds: 3, nanoseconds: 4 } }],
  [linux, "SOL_SOCKET", "SO_TIMESTAMPING_NEW", `0100000000000000 0200000000000000 ${zeros(32)}`,
    { kind: "timestamping", software: { seconds: 1, nanoseconds: 2 }, transformed: null, hardware: null }],
  [linux, "SOL_SOCKET", "SCM_TXTIME", "ffffffffffffffff", { kind: "txtime", time: 0xffffffffffffffffn }],
  [linux, "IPPROTO_IP", "IP_RECVERR", `5a000000 02 03 04 00 14050000 00000000 0200 0000 0a000001 ${zeros(8)}`,
    { kind: "recverr", error: { errno: 90, origin: 2, type: 3, code: 4, info: 1300, data: 0, offender: ["10.0.0.1", 0] } }],
  [linux, "IPPROTO_IPV6", "IPV6_RECVERR", `00000000 04 00 00 00 01000000 07000000 ${zeros(2)}`,
    { kind: "recverr", error: { errno: 0, origin: 4, type: 0, code: 0, info: 1, data: 7, offender: null } }],
  ["windows", "IPPROTO_IP", "IP_RECVERR", "01000000 14050000 03 04 0000",
    { kind: "recverr", error: { errno: 0, origin: 1, type: 3, code: 4, info: 1300, data: 0, offender: null } }],
  [linux, "SOL_SOCKET", "SCM_CREDENTIALS", "0a000000 e8030000 64000000",
    { kind: "credentials", pid: 10, uid: 1000, gid: 100 }],
  ["freebsd", "SOL_SOCKET", "SCM_CREDS", `0a000000 01000000 e8030000 64000000 0100 0000 64000000 ${zeros(60)}`,
    { kind: "credentials", pid: 10, uid: 1000, gid: 100 }],
  ["freebsd", "SOL_SOCKET", "SCM_CREDS", "01000000 e8030000 02000000 64000000 01000000 64000000",
    { kind: "credentials", pid: null, uid: 1000, gid: 100 }],
  ["freebsd", "SOL_SOCKET", "SCM_CREDS2", "00000000 0a000000 01000000 e8030000 02000000 64000000 01000000 64000000",
    { kind: "credentials", pid: 10, uid: 1000, gid: 100 }],
  [linux, "SOL_TLS", "TLS_GET_RECORD_TYPE", "15", { kind: "tls_record", recordType: 21 }],
  // Without their layout, or without enough bytes, they stay bytes.
  ["darwin", "SOL_SOCKET", "SCM_CREDS", zeros(84), { kind: "unknown", data: bytes(zeros(84)) }],
  [linux, "IPPROTO_IP", "IP_PKTINFO", "0200", { kind: "unknown", data: bytes("0200") }],
  [linux, "IPPROTO_IP", "IP_TTL", "", { kind: "unknown", data: bytes("") }],
  [linux, "SOL_SOCKET", "SCM_TIMESTAMPING", zeros(47), { kind: "unknown", data: bytes(zeros(47)) }],
  [linux, "SOL_SOCKET", "SO_REUSEADDR", "01", { kind: "unknown", data: bytes("01") }],
];

for (const [where, level, type, data, expected] of received) {
  for (const platform of typeof where === "string" ? [where] : where) {
    Deno.test(`${platform}: ${type} ${data} is decoded`, () => {
      const { constants } = tables[platform];
      const numbers = [constants[level], constants[type]] as const;
      // In the middle of other bytes, as in a vector's room.
      const around = new Uint8Array(data.length + 7).fill(0xee);
      const inner = bytes(data);
      around.set(inner, 3);
      const view = around.subarray(3, 3 + inner.length);
      const message = decodeItem([...numbers, view], on(platform));
      const [level_, type_] = numbers;
      assertEquals({ ...message }, {
        level: level_,
        type: type_,
        ...expected,
      } as Record<string, unknown>);
    });
  }
}

/** What is sent, and its level and type by name and its bytes. */
type Sent = readonly [
  on: KnownPlatform | readonly KnownPlatform[],
  message: Record<string, unknown>,
  level: string,
  type: string,
  data: string,
];

const v4 = "IPPROTO_IP";
const v6 = "IPPROTO_IPV6";

// deno-fmt-ignore
const sent: readonly Sent[] = [
  [[...linux, "darwin"], { kind: "pktinfo", ifindex: 2, specDst: "192.168.1.5" }, v4, "IP_PKTINFO", "02000000 c0a80105 00000000"],
  ["windows", { kind: "pktinfo", ifindex: 2, specDst: "192.168.1.5" }, v4, "IP_PKTINFO", "c0a80105 02000000"],
  ["freebsd", { kind: "pktinfo", ifindex: 2, specDst: "192.168.1.5" }, v4, "IP_SENDSRCADDR", "c0a80105"],
  [all, { kind: "pktinfo", specDst: "2001:db8::1" }, v6, "IPV6_PKTINFO", `${six} 00000000`],
  [linux, { kind: "ttl", level: v4, ttl: 7 }, v4, "IP_TTL", "07000000"],
  [all, { kind: "ttl", level: v6, ttl: 7 }, v6, "IPV6_HOPLIMIT", "07000000"],
  [[...linux, "darwin", "windows"], { kind: "tos", level: v4, dscp: 46, ecn: 2 }, v4, "IP_TOS", "ba000000"],
  ["freebsd", { kind: "tos", level: v4, dscp: 46, ecn: 2 }, v4, "IP_TOS", "ba"],
  [posix, { kind: "tos", level: v6, ecn: 1 }, v6, "IPV6_TCLASS", "01000000"],
  ["windows", { kind: "tos", level: v4, ecn: 1 }, v4, "IP_ECN", "01000000"],
  ["windows", { kind: "tos", level: v6, dscp: null, ecn: 1 }, v6, "IPV6_ECN", "01000000"],
  ["windows", { kind: "tos", level: v6, dscp: 46 }, v6, "IPV6_TCLASS", "b8000000"],
  [linux, { kind: "gso", size: 1200 }, "IPPROTO_UDP", "UDP_SEGMENT", "b004"],
  ["windows", { kind: "gso", size: 1200 }, "IPPROTO_UDP", "UDP_SEND_MSG_SIZE", "b0040000"],
  [linux, { kind: "mark", mark: 0x8000002a }, "SOL_SOCKET", "SO_MARK", "2a000080"],
  [linux, { kind: "txtime", time: 1n << 63n }, "SOL_SOCKET", "SCM_TXTIME", "0000000000000080"],
  [linux, { kind: "txtime", time: 5 }, "SOL_SOCKET", "SCM_TXTIME", "0500000000000000"],
  [linux, { kind: "timestamping", flags: 2 }, "SOL_SOCKET", "SO_TIMESTAMPING", "02000000"],
  [linux, { kind: "credentials", pid: 10, uid: 1000, gid: 100 }, "SOL_SOCKET", "SCM_CREDENTIALS", "0a000000 e8030000 64000000"],
  ["freebsd", { kind: "credentials", pid: 10, uid: 1000, gid: 100 }, "SOL_SOCKET", "SCM_CREDS", zeros(84)],
  [posix, { kind: "rights", fds: new Set([3, 4]) }, "SOL_SOCKET", "SCM_RIGHTS", "03000000 04000000"],
  [linux, { kind: "tls_record", recordType: 21 }, "SOL_TLS", "TLS_SET_RECORD_TYPE", "15"],
  [all, { kind: "unknown", level: 7, type: 8, data: bytes("09") }, "7", "8", "09"],
];

for (const [where, message, level, type, data] of sent) {
  for (const platform of typeof where === "string" ? [where] : where) {
    Deno.test(`${platform}: ${type} ${data} is encoded`, () => {
      const { constants } = tables[platform];
      const number = (name: unknown) => constants[name as string] ?? +name!;
      const input = typeof message.level === "string"
        ? { ...message, level: number(message.level) }
        : message;
      assertEquals(
        encodeItem(input as unknown as ControlInput, on(platform)),
        [number(level), number(type), bytes(data)],
      );
    });
  }
}

Deno.test("a message that a platform lacks is refused by name", () => {
  const cases = [
    ["darwin", { kind: "gso", size: 1 }, "UDP_SEGMENT"],
    ["windows", { kind: "mark", mark: 1 }, "SO_MARK"],
    ["freebsd", { kind: "txtime", time: 1 }, "SCM_TXTIME"],
    ["windows", { kind: "rights", fds: [] }, "SCM_RIGHTS"],
  ] as const;
  for (const [platform, message, name] of cases) {
    assertThrows(() => encodeItem(message, on(platform)), RangeError, name);
  }
});

Deno.test("bytes of any length decode to something, on every platform", () => {
  const random = new Uint8Array(200);
  for (const platform of Object.keys(layouts) as KnownPlatform[]) {
    const { constants } = tables[platform];
    const context = on(platform);
    for (const level of ["SOL_SOCKET", v4, v6, "IPPROTO_UDP", "SOL_TLS"]) {
      if (!(level in constants)) continue;
      for (let type = 0; type < 100; type++) {
        const isRights = level === "SOL_SOCKET" &&
          [constants.SCM_RIGHTS, constants.SCM_PIDFD].includes(type);
        for (const length of [0, 1, 2, 3, 4, 7, 8, 12, 15, 16, 20, 48, 200]) {
          crypto.getRandomValues(random);
          // Descriptors would be closed: these say that there is none.
          const data = isRights ? random.fill(0xff) : random;
          const item = [constants[level], type, data.slice(0, length)] as const;
          const message = decodeItem([...item], context);
          assert(typeof message.kind === "string");
        }
      }
    }
  }
});
