/**
 * Values that are not addresses of a family: the class of the error, and that it names the
 * argument.
 */

import { assertEquals, assertThrows } from "@std/assert";
import type { KnownPlatform } from "../../../constants/platform.ts";
import { tables } from "../../../constants/tables.ts";
import { layouts } from "../../../ffi/layout/all.ts";
import { codecsOf } from "../../../socket/address/registry.ts";
import { OSError } from "../../../errors/errors.ts";
import { codec } from "./platforms.ts";

/** A platform, family and protocol, the argument, and the error with a part of its message. */
type Refused = readonly [
  on: KnownPlatform,
  family: string | number,
  proto: string | number,
  address: unknown,
  error: new (...args: never[]) => Error,
  message: string,
];

const L = "linux_x86_64";
const device = "01:23:45:67:89:AB";
const guid = "a42e7cda-d03f-480c-9cc2-a4de20abb878";

// deno-fmt-ignore
const refused: readonly Refused[] = [
  [L, "AF_INET", 0, "127.0.0.1", TypeError, "address must be [host: string, port: number], not string"],
  [L, "AF_INET", 0, null, TypeError, "address must be [host: string, port: number], not null"],
  [L, "AF_INET", 0, ["::1"], TypeError, "not an array of 1"],
  [L, "AF_INET", 0, ["127.0.0.1", 1, 2], TypeError, "not an array of 3"],
  [L, "AF_INET", 0, [1, 1], TypeError, "host must be a string, not 1"],
  [L, "AF_INET", 0, ["127.0.0.1", "80"], TypeError, "port must be an integer, not string"],
  [L, "AF_INET", 0, ["127.0.0.1", 1.5], TypeError, "port must be an integer, not 1.5"],
  [L, "AF_INET", 0, ["127.0.0.1", -1], RangeError, "port must be 0-65535, not -1"],
  [L, "AF_INET", 0, ["127.0.0.1", 65536], RangeError, "port must be 0-65535, not 65536"],
  // A bad port is reported before the name is looked up, which the made-up resolver would refuse.
  [L, "AF_INET", 0, ["unknown.example", 65536], RangeError, "port"],
  [L, "AF_INET", 0, ["1.2.3", 1], OSError, "unknown host"],
  [L, "AF_INET", 0, ["1.2.3.04", 1], OSError, "unknown host"],
  [L, "AF_RDS", 0, ["127.0.0.1", 65536], RangeError, "port"],

  [L, "AF_INET6", 0, ["::1"], TypeError, "scope_id?: number], not an array of 1"],
  [L, "AF_INET6", 0, ["::1", 1, 0, 0, 0], TypeError, "not an array of 5"],
  [L, "AF_INET6", 0, [null, 1], TypeError, "host must be a string, not null"],
  [L, "AF_INET6", 0, ["unknown.example", 65536], RangeError, "port must be 0-65535"],
  [L, "AF_INET6", 0, ["unknown.example", 1, 0x100000], RangeError, "flowinfo must be 0-1048575"],
  [L, "AF_INET6", 0, ["unknown.example", 1, 0, -1], RangeError, "scope_id must be 0-4294967295"],
  [L, "AF_INET6", 0, ["::1", 1, null], TypeError, "flowinfo must be an integer"],
  [L, "AF_INET6", 0, ["fe80::1%99999999999", 1], RangeError, "scope_id"],
  [L, "AF_INET6", 0, ["fe80::1%nosuch", 1], OSError, "No such device"],
  [L, "AF_INET6", 0, ["fe80::1%", 1], OSError, "unknown host"],
  [L, "AF_INET6", 0, ["1.2.3.4", 1], OSError, "unknown host"],

  [L, "AF_UNIX", 0, 5, TypeError, "address must be a path (a string or bytes), not 5"],
  [L, "AF_UNIX", 0, ["/p"], TypeError, "address must be a path"],
  [L, "AF_UNIX", 0, "p".repeat(108), OSError, "AF_UNIX path too long (at most 107 bytes)"],
  [L, "AF_UNIX", 0, new Uint8Array(109), OSError, "AF_UNIX path too long (at most 108 bytes)"],
  [L, "AF_UNIX", 0, "é".repeat(54), OSError, "AF_UNIX path too long"],
  ["darwin", "AF_UNIX", 0, "p".repeat(104), OSError, "AF_UNIX path too long (at most 103 bytes)"],
  [L, "AF_UNIX", 0, "/a\0b", RangeError, "address: embedded null byte"],
  ["darwin", "AF_UNIX", 0, "\0b", RangeError, "address: embedded null byte"],
  [L, "AF_UNIX", 0, "/\ud800", RangeError, 'address: the path "/\\ud800" has a lone surrogate'],
  [L, "AF_UNIX", 0, "/\udc7f", RangeError, 'address: the path "/\\udc7f" has a lone surrogate'],
  [L, "AF_UNIX", 0, "/\udd00\udc80", RangeError, 'address: the path "/\\udd00\\udc80" has'],
  [L, "AF_UNIX", 0, "\udcff".repeat(108), OSError, "AF_UNIX path too long (at most 107 bytes)"],

  [L, "AF_NETLINK", 0, 1, TypeError, "address must be [pid: number, groups: number], not 1"],
  [L, "AF_NETLINK", 0, [1], TypeError, "not an array of 1"],
  [L, "AF_NETLINK", 0, ["1", 0], TypeError, "pid must be an integer"],
  [L, "AF_NETLINK", 0, [0, 2 ** 32], RangeError, "groups must be -2147483648-4294967295"],

  [L, "AF_PACKET", 0, ["eth0"], TypeError, "[ifname: string, proto: number"],
  [L, "AF_PACKET", 0, [3, 3], TypeError, "ifname must be a string"],
  [L, "AF_PACKET", 0, ["nosuch", 3], OSError, "No such device"],
  [L, "AF_PACKET", 0, ["n".repeat(16), 3], OSError, "ifname: interface name too long (at most 15 bytes)"],
  [L, "AF_PACKET", 0, ["eth0\0", 3], RangeError, "ifname: embedded null byte"],
  [L, "AF_PACKET", 0, ["nosuch", 65536], RangeError, "proto must be 0-65535"],
  [L, "AF_PACKET", 0, ["nosuch", 3, 256], RangeError, "pkttype must be 0-255"],
  [L, "AF_PACKET", 0, ["nosuch", 3, 0, 65536], RangeError, "hatype must be 0-65535"],
  [L, "AF_PACKET", 0, ["nosuch", 3, 0, 1, "mac"], TypeError, "addr must be bytes"],
  [L, "AF_PACKET", 0, ["nosuch", 3, 0, 1, new Uint8Array(33)], RangeError, "addr must be 32 bytes or less"],

  [L, "AF_VSOCK", 0, [1, 2, 3], TypeError, "address must be [cid: number, port: number]"],
  [L, "AF_VSOCK", 0, [1, 2 ** 32], RangeError, "port"],
  [L, "AF_VSOCK", 0, [-(2 ** 31) - 1, 1], RangeError, "cid"],
  [L, "AF_QIPCRTR", 0, [0.5, 1], TypeError, "node must be an integer"],

  [L, "AF_CAN", "CAN_RAW", "can0", TypeError, "address must be [ifname: string], not string"],
  [L, "AF_CAN", "CAN_RAW", [5], TypeError, "ifname must be a string"],
  [L, "AF_CAN", "CAN_RAW", ["can0", 1], TypeError, "not an array of 2"],
  [L, "AF_CAN", "CAN_RAW", ["c".repeat(16)], OSError, "ifname: interface name too long"],
  [L, "AF_CAN", "CAN_ISOTP", ["can0"], TypeError, "[ifname: string, rx_addr: number, tx_addr: number]"],
  [L, "AF_CAN", "CAN_ISOTP", ["nosuch", 2 ** 32, 1], RangeError, "rx_addr"],
  [L, "AF_CAN", "CAN_ISOTP", ["nosuch", 1, "1"], TypeError, "tx_addr must be an integer"],
  [L, "AF_CAN", "CAN_J1939", ["can0"], TypeError, "name: number | bigint"],
  [L, "AF_CAN", "CAN_J1939", ["nosuch", 2n ** 64n, 1, 1], RangeError, "name must be 0-18446744073709551615"],
  [L, "AF_CAN", "CAN_J1939", ["nosuch", -1n, 1, 1], RangeError, "name"],
  [L, "AF_CAN", "CAN_J1939", ["nosuch", 2 ** 53, 1, 1], RangeError, "name"],
  [L, "AF_CAN", "CAN_J1939", ["nosuch", 1, 2 ** 32, 1], RangeError, "pgn"],
  [L, "AF_CAN", "CAN_J1939", ["nosuch", 1, 1, 256], RangeError, "addr must be 0-255"],

  [L, "AF_ALG", 0, ["hash"], TypeError, "[type: string, name: string"],
  [L, "AF_ALG", 0, ["t".repeat(14), "sha1"], RangeError, "type too long (at most 13 bytes)"],
  [L, "AF_ALG", 0, ["hash", "n".repeat(64)], RangeError, "name too long (at most 63 bytes)"],
  [L, "AF_ALG", 0, ["ha\0sh", "sha1"], RangeError, "type: embedded null byte"],
  [L, "AF_ALG", 0, ["hash", 1], TypeError, "name must be a string"],
  [L, "AF_ALG", 0, ["hash", "sha1", 2 ** 32], RangeError, "feat"],
  [L, "AF_ALG", 0, ["hash", "sha1", 0, "0"], TypeError, "mask"],

  [L, "AF_TIPC", 0, [1, 2, 3], TypeError, "[addr_type: number, v1: number"],
  [L, "AF_TIPC", 0, [4, 1, 2, 3], TypeError, "addr_type: 4 is no type of TIPC address"],
  [L, "AF_TIPC", 0, [256, 1, 2, 3], RangeError, "addr_type must be 0-255"],
  [L, "AF_TIPC", 0, [1, 1, 2 ** 32, 3], RangeError, "v2"],
  [L, "AF_TIPC", 0, [1, 1, 2, 3, 128], RangeError, "scope must be -128-127"],

  [L, "AF_BLUETOOTH", "BTPROTO_L2CAP", device, TypeError, "[bdaddr: string, psm: number"],
  [L, "AF_BLUETOOTH", "BTPROTO_L2CAP", ["01:23:45:67:89", 1], OSError, "bdaddr: bad bluetooth address"],
  [L, "AF_BLUETOOTH", "BTPROTO_L2CAP", ["01:23:45:67:89:1AB", 1], OSError, "bdaddr: bad bluetooth address"],
  [L, "AF_BLUETOOTH", "BTPROTO_L2CAP", [device + ":", 1], OSError, "bdaddr: bad bluetooth address"],
  [L, "AF_BLUETOOTH", "BTPROTO_L2CAP", [5, 1], TypeError, "bdaddr must be a string"],
  [L, "AF_BLUETOOTH", "BTPROTO_L2CAP", [device, 65536], RangeError, "psm must be 0-65535"],
  [L, "AF_BLUETOOTH", "BTPROTO_L2CAP", [device, 1, -1], RangeError, "cid"],
  [L, "AF_BLUETOOTH", "BTPROTO_L2CAP", [device, 1, 1, 256], RangeError, "bdaddr_type"],
  [L, "AF_BLUETOOTH", "BTPROTO_RFCOMM", [device, 256], RangeError, "channel must be 0-255"],
  ["windows", "AF_BLUETOOTH", "BTPROTO_RFCOMM", [device, 2 ** 32], RangeError, "channel must be 0-4294967295"],
  [L, "AF_BLUETOOTH", "BTPROTO_HCI", device, TypeError, "device_id: number or [device_id"],
  [L, "AF_BLUETOOTH", "BTPROTO_HCI", 65536, RangeError, "device_id must be 0-65535"],
  [L, "AF_BLUETOOTH", "BTPROTO_HCI", [0, -1], RangeError, "channel"],
  ["freebsd", "AF_BLUETOOTH", "BTPROTO_HCI", 0, TypeError, "address must be a string"],
  ["freebsd", "AF_BLUETOOTH", "BTPROTO_HCI", "n".repeat(32), RangeError, "address too long"],
  [L, "AF_BLUETOOTH", "BTPROTO_SCO", [device], TypeError, "address must be a string or bytes"],
  [L, "AF_BLUETOOTH", "BTPROTO_SCO", "G1:23:45:67:89:AB", OSError, "bdaddr: bad bluetooth address"],
  [L, "AF_BLUETOOTH", "BTPROTO_ISO", device, TypeError, "[family: number, data: bytes]"],

  ["darwin", "AF_SYSTEM", "SYSPROTO_CONTROL", [1], TypeError, "[id: number, unit: number] or a name"],
  ["darwin", "AF_SYSTEM", "SYSPROTO_CONTROL", [1, 2 ** 32], RangeError, "unit"],
  ["darwin", "AF_SYSTEM", "SYSPROTO_CONTROL", "c".repeat(96), RangeError, "address too long (at most 95 bytes)"],
  ["darwin", "AF_SYSTEM", "SYSPROTO_CONTROL", "a\0b", RangeError, "address: embedded null byte"],
  ["darwin", "AF_SYSTEM", "SYSPROTO_CONTROL", "com.example.nosuch", OSError, "No such file"],

  ["darwin", "AF_LINK", 0, ["en0", 1, 6], TypeError, "[ifname: string, index: number"],
  ["darwin", "AF_LINK", 0, ["en0", 65536, 6, new Uint8Array()], RangeError, "index must be 0-65535"],
  ["darwin", "AF_LINK", 0, ["en0", 1, 256, new Uint8Array()], RangeError, "type"],
  ["darwin", "AF_LINK", 0, ["n".repeat(49), 1, 6, new Uint8Array()], RangeError, "ifname too long"],
  ["darwin", "AF_LINK", 0, ["en0", 1, 6, new Uint8Array(49)], RangeError, "addr too long"],

  ["windows", "AF_HYPERV", "HV_PROTOCOL_RAW", guid, TypeError, "[vm_id: string, service_id: string]"],
  ["windows", "AF_HYPERV", "HV_PROTOCOL_RAW", ["vm", guid], RangeError, "vm_id is not a valid UUID string"],
  ["windows", "AF_HYPERV", "HV_PROTOCOL_RAW", [guid, `{${guid}}`], RangeError, "service_id is not a valid UUID string"],

  [L, 99, 0, "address", TypeError, "[family: number, data: bytes]"],
  [L, 99, 0, [99, "data"], TypeError, "data must be bytes"],
  [L, 99, 0, [65536, new Uint8Array()], RangeError, "family must be 0-65535"],
  ["darwin", 99, 0, [256, new Uint8Array()], RangeError, "family must be 0-255"],
  [L, 99, 0, [99, new Uint8Array(127)], RangeError, "data too long (at most 126 bytes)"],
];

for (const [on, family, proto, address, error, message] of refused) {
  const shown = Deno.inspect(address, { breakLength: Infinity });
  Deno.test(`${on} refuses ${family} ${shown} for ${proto}: ${message}`, () => {
    assertThrows(
      () => codec(on, family, proto).encode(address),
      error,
      message,
    );
  });
}

Deno.test("an interface that is gone has no name", () => {
  assertEquals(
    codec(L, "AF_PACKET").decode("110000036300000000000000" + "00".repeat(8)),
    ["", 3, 0, 0, new Uint8Array()],
  );
});

Deno.test("a hardware address ends with the bytes that the kernel gave", () => {
  assertEquals(
    codec(L, "AF_PACKET").decode("1100000303000000000000ff" + "11".repeat(8)),
    ["eth0", 3, 0, 0, new Uint8Array(8).fill(0x11)],
  );
  assertEquals(
    codec("darwin", "AF_LINK").decode("0a120400ffffff00" + "6162"),
    ["ab", 4, 255, new Uint8Array()],
  );
});

Deno.test("only a host that is no address has to be looked up", () => {
  const name = (family: string, address: unknown): string | undefined =>
    codecsOf(tables[L].constants, layouts[L]).get(tables[L].constants[family])
      ?.hostname?.(address);
  assertEquals(name("AF_INET", ["host.example", 1]), "host.example");
  assertEquals(name("AF_RDS", ["host.example", 1]), "host.example");
  assertEquals(name("AF_INET6", ["host.example", 1]), "host.example");
  assertEquals(name("AF_INET6", ["1.2.3.4", 1]), "1.2.3.4");
  for (const host of ["", "<broadcast>", "1.2.3.4", 5]) {
    assertEquals(name("AF_INET", [host, 1]), undefined);
  }
  for (const host of ["", "::1", "fe80::1%eth0", "fe80::1%3", 5]) {
    assertEquals(name("AF_INET6", [host, 1]), undefined);
  }
  assertEquals(name("AF_INET", "host.example"), undefined);
  assertEquals(name("AF_UNIX", "host.example"), undefined);
});
