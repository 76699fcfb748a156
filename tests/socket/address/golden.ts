/** Addresses of every family and their bytes, on every platform that has it. */

import type { KnownPlatform } from "../../../constants/platform.ts";
import { CONTROL } from "./platforms.ts";
import { utf8 } from "../../support/bytes.ts";

/** An address and its bytes: platforms, family, protocol, address, bytes, and what they decode to. */
export type Golden = readonly [
  on: KnownPlatform | readonly KnownPlatform[],
  family: string | number,
  proto: string | number,
  address: unknown,
  bytes: string,
  decoded?: unknown,
];

const linux = ["linux_x86_64", "linux_aarch64"] as const;
const linuxAndWindows = [...linux, "windows"] as const;
const bsd = ["darwin", "freebsd"] as const;
const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex);
const zeros = (count: number): string => "00".repeat(count);
const ascii = (text: string, size = text.length): string =>
  utf8(text).toHex().padEnd(2 * size, "0");

const db8 = `20010db8${zeros(11)}01`;
const device = "01:23:45:67:89:AB";
const reversed = "ab8967452301";
const parent = "a42e7cda-d03f-480c-9cc2-a4de20abb878";
const zero = "00000000-0000-0000-0000-000000000000";

/** Every family of every platform. */
// deno-fmt-ignore
export const golden: readonly Golden[] = [
  [linuxAndWindows, "AF_INET", 0, ["127.0.0.1", 8080], `02001f907f000001${zeros(8)}`],
  [bsd, "AF_INET", 0, ["127.0.0.1", 8080], `10021f907f000001${zeros(8)}`],
  [linux, "AF_INET", 0, ["", 1], `0200000100000000${zeros(8)}`, ["0.0.0.0", 1]],
  [linux, "AF_INET", 0, ["<broadcast>", 0xffff], `0200ffffffffffff${zeros(8)}`, ["255.255.255.255", 0xffff]],
  [linux, "AF_INET", 0, ["host.example", 80], `02000050c0000201${zeros(8)}`, ["192.0.2.1", 80]],
  [linux, "AF_RDS", 0, ["10.0.0.1", 18634], `020048ca0a000001${zeros(8)}`],
  ["freebsd", "AF_DIVERT", 0, ["0.0.0.0", 700], `100202bc00000000${zeros(8)}`],

  [linux, "AF_INET6", 0, ["2001:db8::1", 443, 0x12345, 7], `0a0001bb00012345${db8}07000000`],
  ["darwin", "AF_INET6", 0, ["2001:db8::1", 443, 0x12345, 7], `1c1e01bb00012345${db8}07000000`],
  ["freebsd", "AF_INET6", 0, ["2001:db8::1", 443, 0, 0], `1c1c01bb00000000${db8}00000000`],
  ["windows", "AF_INET6", 0, ["2001:db8::1", 443, 0, 0], `170001bb00000000${db8}00000000`],
  [linux, "AF_INET6", 0, ["", 1], `0a000001${zeros(24)}`, ["::", 1, 0, 0]],
  [linux, "AF_INET6", 0, ["fe80::1%eth0", 1], `0a00000100000000fe80${zeros(13)}0103000000`, ["fe80::1", 1, 0, 3]],
  [linux, "AF_INET6", 0, ["fe80::1%4294967295", 1], `0a00000100000000fe80${zeros(13)}01ffffffff`, ["fe80::1", 1, 0, 4294967295]],
  [linux, "AF_INET6", 0, ["fe80::1%eth0", 1, 0, 8], `0a00000100000000fe80${zeros(13)}0108000000`, ["fe80::1", 1, 0, 8]],
  [linux, "AF_INET6", 0, ["host.example", 1], `0a00000100000000fe80${zeros(13)}0905000000`, ["fe80::9", 1, 0, 5]],

  [linuxAndWindows, "AF_UNIX", 0, "/tmp/s", `0100${ascii("/tmp/s")}00`],
  [bsd, "AF_UNIX", 0, "/tmp/s", `0901${ascii("/tmp/s")}00`],
  [linux, "AF_UNIX", 0, "", "0100"],
  [bsd, "AF_UNIX", 0, "", "030100"],
  [linux, "AF_UNIX", 0, "é", "0100c3a900"],
  [linux, "AF_UNIX", 0, bytes("2fff"), "01002fff00"],
  [linux, "AF_UNIX", 0, "/\udcff\udc80é\ud83d\ude00", "01002fff80c3a9f09f988000", bytes("2fff80c3a9f09f9880")],
  [linux, "AF_UNIX", 0, "/\udcc3\udca9", "01002fc3a900", "/é"],
  ["darwin", "AF_UNIX", 0, "/\udcff", "05012fff00", bytes("2fff")],
  [linux, "AF_UNIX", 0, bytes("00616200"), "010000616200"],
  [linux, "AF_UNIX", 0, bytes(zeros(108)), `0100${zeros(108)}`],
  [linux, "AF_UNIX", 0, "p".repeat(107), `0100${ascii("p".repeat(107))}00`],
  [bsd, "AF_UNIX", 0, "p".repeat(103), `6a01${ascii("p".repeat(103))}00`],
  [linux, "AF_UNIX", 0, new DataView(bytes("2f2f612f").buffer as ArrayBuffer, 1, 2), "01002f6100", "/a"],

  [linux, "AF_NETLINK", 0, [1234, 5], "10000000d204000005000000"],
  [linux, "AF_NETLINK", 0, [0, 1 << 31 | 1], "100000000000000001000080", [0, 0x80000001]],
  ["freebsd", "AF_NETLINK", 0, [1234, 5], "0c260000d204000005000000"],

  [linux, "AF_PACKET", 0, ["eth0", 0x0800, 4, 1, bytes("020000000001")], "1100080003000000010004060200000000010000"],
  [linux, "AF_PACKET", 0, ["eth0", 3], `1100000303000000${zeros(12)}`, ["eth0", 3, 0, 0, bytes("")]],
  [linux, "AF_PACKET", 0, ["", 3, 0, 0xfffe, bytes("")], `1100000300000000feff0000${zeros(8)}`],
  [linux, "AF_PACKET", 0, ["eth0", 3, 0, 32, bytes("11".repeat(20))], `110000030300000020000014${"11".repeat(20)}`],

  [linux, "AF_VSOCK", 0, [1, 5000], "28000000881300000100000000000000"],
  [linux, "AF_VSOCK", 0, [-1, 0xffffffff], "28000000ffffffffffffffff00000000", [0xffffffff, 0xffffffff]],
  ["darwin", "AF_VSOCK", 0, [2, 5000], "0c2800008813000002000000"],

  [linux, "AF_CAN", "CAN_RAW", ["can0"], `1d00000005000000${zeros(16)}`],
  [linux, "AF_CAN", "CAN_BCM", [""], `1d00000000000000${zeros(16)}`],
  [linux, "AF_CAN", "CAN_ISOTP", ["can0", 0x123, 0x80000456 | 0], `1d000000050000002301000056040080${zeros(8)}`, ["can0", 0x123, 0x80000456]],
  [linux, "AF_CAN", "CAN_J1939", ["can0", 0x1122334455667788n, 0x1ff00, 0x20], "1d00000005000000887766554433221100ff010020000000"],
  [linux, "AF_CAN", "CAN_J1939", ["can0", 2 ** 53 - 1, 0x40000, 0xff], "1d00000005000000ffffffffffff1f0000000400ff000000"],

  [linux, "AF_ALG", 0, ["skcipher", "cbc(aes)", 0x1000, 0x2000], `2600${ascii("skcipher", 14)}0010000000200000${ascii("cbc(aes)", 64)}`],
  [linux, "AF_ALG", 0, ["hash", "sha256"], `2600${ascii("hash", 14)}${zeros(8)}${ascii("sha256", 64)}`, ["hash", "sha256", 0, 0]],

  [linux, "AF_TIPC", 0, [1, 1000, 17, 19, 3], "1e000103e80300001100000013000000"],
  [linux, "AF_TIPC", 0, [2, 1000, 17, 0], "1e000202e80300001100000000000000", [2, 1000, 17, 17, 2]],
  [linux, "AF_TIPC", 0, [3, 0x1001, 5, 0, 0], "1e000300050000000110000000000000"],
  [linux, "AF_TIPC", 0, [1, 1000, 17, 19, -2], "1e0001fee80300001100000013000000"],

  [linux, "AF_QIPCRTR", 0, [1, 0xfffffffe], "2a00000001000000feffffff"],

  [linux, "AF_BLUETOOTH", "BTPROTO_L2CAP", [device, 0x1001], `1f000110${reversed}00000000`],
  [linux, "AF_BLUETOOTH", "BTPROTO_L2CAP", [device, 0x1001, 0x40], `1f000110${reversed}40000000`],
  [linux, "AF_BLUETOOTH", "BTPROTO_L2CAP", [device, 0, 4, 1], `1f000000${reversed}04000100`],
  ["freebsd", "AF_BLUETOOTH", "BTPROTO_L2CAP", [device, 0x1001, 0x40, 2], `0e240110${reversed}40000200`],
  [linux, "AF_BLUETOOTH", "BTPROTO_RFCOMM", ["1:23:45:67:89:ab", 5], `1f00${reversed}0500`, [device, 5]],
  ["freebsd", "AF_BLUETOOTH", "BTPROTO_RFCOMM", [device, 5], `0924${reversed}05`],
  ["windows", "AF_BLUETOOTH", "BTPROTO_RFCOMM", [device, 0xffffffff], `2000${reversed}0000${zeros(16)}ffffffff`],
  [linux, "AF_BLUETOOTH", "BTPROTO_HCI", 1, "1f0001000000"],
  [linux, "AF_BLUETOOTH", "BTPROTO_HCI", [1], "1f0001000000", 1],
  [linux, "AF_BLUETOOTH", "BTPROTO_HCI", [0xffff, 3], "1f00ffff0300"],
  ["freebsd", "AF_BLUETOOTH", "BTPROTO_HCI", "ubt0hci", `2224${ascii("ubt0hci", 32)}`],
  [linux, "AF_BLUETOOTH", "BTPROTO_SCO", device, `1f00${reversed}`],
  [linux, "AF_BLUETOOTH", "BTPROTO_SCO", utf8(device), `1f00${reversed}`, device],
  ["freebsd", "AF_BLUETOOTH", "BTPROTO_SCO", device, `0824${reversed}`],
  [linux, "AF_BLUETOOTH", "BTPROTO_ISO", [31, bytes(`${reversed}01`)], `1f00${reversed}01`],

  ["darwin", "AF_SYSTEM", "SYSPROTO_CONTROL", [2, 5], `202002000200000005000000${zeros(20)}`],
  ["darwin", "AF_SYSTEM", "SYSPROTO_CONTROL", CONTROL, `202002000200000000000000${zeros(20)}`, [2, 0]],
  ["darwin", "AF_SYSTEM", "SYSPROTO_EVENT", [32, bytes("0100")], "04200100"],

  ["darwin", "AF_LINK", 0, ["en0", 4, 6, bytes("020000000001")], `1412040006030600${ascii("en0")}020000000001000000`],
  ["freebsd", "AF_LINK", 0, ["em0", 1, 6, bytes("020000000001")], `3612010006030600${ascii("em0")}020000000001${zeros(37)}`],
  ["darwin", "AF_LINK", 0, ["longinterface", 4, 6, bytes("020000000001")], `1b120400060d0600${ascii("longinterface")}020000000001`],
  // Windows' structure of that name differs, and so does FreeBSD's for Hyper-V.
  ["windows", "AF_LINK", 0, [33, bytes("0102")], "21000102"],
  ["freebsd", "AF_HYPERV", 0, [43, bytes("0000b0a0")], "062b0000b0a0"],

  ["windows", "AF_HYPERV", "HV_PROTOCOL_RAW", [parent, zero], `22000000da7c2ea43fd00c489cc2a4de20abb878${zeros(16)}`],
  ["windows", "AF_HYPERV", "HV_PROTOCOL_RAW", [zero, parent.toUpperCase()], `22000000${zeros(16)}da7c2ea43fd00c489cc2a4de20abb878`, [zero, parent]],

  [linux, 99, 0, [99, bytes("010203")], "6300010203"],
  [bsd, 99, 0, [99, bytes("010203")], "0563010203"],
  [linux, 99, 0, [0, bytes("")], "0000"],
];
