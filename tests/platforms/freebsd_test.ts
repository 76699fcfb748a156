/** The library as it runs on FreeBSD, on a C library that only records its calls. */

import "../support/freebsd.ts";
import {
  answers,
  exchange,
  memory,
  takeCalls,
  testsOn,
} from "../support/emulated.ts";
import { assertEquals } from "@std/assert";
import { layout } from "../../ffi/layout/mod.ts";
import {
  AF_INET,
  AF_INET6,
  AI_CANONNAME,
  dup,
  getaddrinfo,
  getifaddrs,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  MSG_EOR,
  SCM_RIGHTS,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
} from "../../mod.ts";
import { utf8 } from "../support/bytes.ts";

const zeros = (count: number): string => "00".repeat(count);
const localhost = `10021f907f000001${zeros(8)}`;
// An item's header has 12 bytes. Its data begins at a multiple of 8.
const control = `14000000ffff000001000000${zeros(4)}03000000${zeros(4)}` +
  `1500000029000000feffffff${zeros(4)}0102030405${zeros(3)}`;
/** A `struct msghdr` with null pointers. */
const message = (controlLength: string, flags: string): string =>
  `${zeros(8)}10000000${zeros(4)}${zeros(8)}01000000${zeros(4)}${zeros(8)}` +
  `${controlLength}000000${flags}`;
const address = ["127.0.0.1", 8080] as never;

const test = testsOn("FreeBSD", () => new Socket() as Socket);

test("sockets are made and accepted closed on exec", (socket) => {
  answers.socket = () => 9;
  new Socket().detach();
  assertEquals(takeCalls(), [
    ["socket", AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0],
  ]);
  answers.accept4 = (_fd, storage: Uint8Array, length: Uint32Array) => {
    storage.set(Uint8Array.fromHex(localhost));
    length[0] = 16;
    return 8;
  };
  const [accepted, from] = socket.accept() as unknown as [Socket, unknown];
  assertEquals(from, address);
  assertEquals(takeCalls().map(([name, , , , flags]) => [name, flags]), [
    ["accept4", SOCK_CLOEXEC],
  ]);
  accepted.detach();
});

test("variadic arguments go where others do", () => {
  answers.fcntl = () => 12;
  assertEquals(dup(7), 12);
  assertEquals(takeCalls().map((call) => call.length), [4]);
});

test("a message is a msghdr with ints for lengths, its cmsgs at multiples of 8", (socket) => {
  answers.sendmsg = (_fd, header: Uint8Array) => {
    const sent = header.slice();
    const [name, , from] = [0, 16, 32].map((at) => exchange(sent, at, 0n));
    assertEquals(sent.toHex(), message("30", zeros(4)));
    assertEquals(memory.at(name).subarray(0, 16).toHex(), localhost);
    assertEquals(memory.at(from).subarray(0, 48).toHex(), control);
    return 5;
  };
  const items: [number, number, Uint8Array<ArrayBuffer>][] = [
    [SOL_SOCKET, SCM_RIGHTS, Uint8Array.of(3, 0, 0, 0)],
    [IPPROTO_IPV6, -2, Uint8Array.of(1, 2, 3, 4, 5)],
  ];
  assertEquals(socket.sendmsg([new Uint8Array(5)], items, 0, address), 5);

  answers.recvmsg = (_fd, header: Uint8Array) => {
    const came = Uint8Array.fromHex(message("30", "08000000"));
    const [name, , to] = [0, 16, 32].map((at) => exchange(header, at, 0n));
    header.set(came);
    memory.at(name).set(Uint8Array.fromHex(localhost));
    memory.at(to).set(Uint8Array.fromHex(control));
    return 2;
  };
  const [, ancdata, flags, from] = socket.recvmsg(10, 64);
  assertEquals(ancdata, items);
  assertEquals([flags, from as unknown], [MSG_EOR, address]);
});

test("a name's addresses are found behind its canonical name", () => {
  const storage = Uint8Array.fromHex(localhost);
  const name = utf8("host.example\0");
  const answer = Uint8Array.fromHex(
    `0000000002000000010000000600000010000000${zeros(28)}`,
  );
  exchange(answer, 24, memory.addressOf(name));
  exchange(answer, 32, memory.addressOf(storage));
  answers.getaddrinfo = (_host, _port, _hints, to: BigUint64Array) => {
    to[0] = memory.addressOf(answer);
    return 0;
  };
  const asked = ["host.example", 8080, AF_INET, SOCK_STREAM] as const;
  assertEquals(getaddrinfo(...asked, IPPROTO_TCP, AI_CANONNAME) as unknown, [
    [2, 1, 6, "host.example", address],
  ]);
  const [[, , , hints]] = takeCalls();
  assertEquals(hints, `02000000020000000100000006000000${zeros(32)}`);
  assertEquals(layout.addrinfo.size, 48);
});

/** The list of two interfaces in memory of the C library, as FreeBSD has it. */
function interfaceList(): bigint {
  const names = utf8("en0\0");
  const link = Uint8Array.fromHex(
    `1412040006030600656e30020000000001${zeros(3)}`,
  );
  const inet6 = Uint8Array.fromHex(
    `1c1c000000000000fe80000000000000000000000000000104000000`,
  );
  // A netmask is only as long as it is not zero, and has no family.
  const mask6 = Uint8Array.fromHex(`1000000000000000ffffffffffffffff`);
  const inet = Uint8Array.fromHex(`10020000c0000201${zeros(8)}`);
  const mask = Uint8Array.fromHex("08000000ffffff00");
  const broadcast = Uint8Array.fromHex(`10020000c00002ff${zeros(8)}`);
  let next = 0n;
  for (
    const [address, netmask, other] of [
      [inet, mask, broadcast],
      [inet6, mask6],
      [link],
    ] as Uint8Array[][]
  ) {
    const entry = new DataView(new ArrayBuffer(56));
    const of = (bytes?: Uint8Array) =>
      bytes === undefined ? 0n : memory.addressOf(bytes);
    entry.setBigUint64(0, next, true);
    entry.setBigUint64(8, memory.addressOf(names), true);
    entry.setUint32(16, 0x8843, true);
    entry.setBigUint64(24, of(address), true);
    entry.setBigUint64(32, of(netmask), true);
    entry.setBigUint64(40, of(other), true);
    next = memory.addressOf(new Uint8Array(entry.buffer));
  }
  return next;
}

test("getifaddrs() reads addresses by the length in them", () => {
  const list = interfaceList();
  answers.getifaddrs = (cell: BigUint64Array) => {
    cell[0] = list;
    return 0;
  };
  answers.if_nametoindex = () => 4;
  const [en0, ...none] = getifaddrs();
  assertEquals(none, []);
  assertEquals(takeCalls().at(-1), ["freeifaddrs", list]);
  assertEquals([en0.index, en0.name, en0.flagNames], [4, "en0", [
    "IFF_UP",
    "IFF_BROADCAST",
    "IFF_RUNNING",
    "IFF_SIMPLEX",
    "IFF_MULTICAST",
  ]]);
  assertEquals(en0.hardwareAddress, Uint8Array.of(2, 0, 0, 0, 0, 1));
  assertEquals(en0.hatype, 6);
  assertEquals(en0.addresses, [
    {
      family: AF_INET6,
      address: "fe80::1",
      netmask: "ffff:ffff:ffff:ffff::",
      prefixlen: 64,
      broadcast: null,
      destination: null,
      scope_id: 4,
      label: "en0",
    },
    {
      family: AF_INET,
      address: "192.0.2.1",
      netmask: "255.255.255.0",
      prefixlen: 24,
      broadcast: "192.0.2.255",
      destination: null,
      scope_id: 0,
      label: "en0",
    },
  ]);
});
