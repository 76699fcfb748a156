/**
 * The library as it runs on macOS, on a libSystem that only records its calls. `deno task
 * check:darwin` proves with a compiler that the bytes here are macOS's.
 */

import "../support/darwin.ts";
import {
  answers,
  exchange,
  fail,
  memory,
  takeCalls,
  testsOn,
} from "../support/emulated.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  AF_INET,
  AF_INET6,
  AI_CANONNAME,
  BrokenPipeError,
  decodeCredentials,
  decodeTimeval,
  dup,
  encodeLinger,
  encodePktinfo,
  encodePktinfo6,
  errno,
  getaddrinfo,
  getifaddrs,
  hasattr,
  inet_ntop,
  ioctl,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  isMissing,
  MSG_CTRUNC,
  MSG_EOR,
  requestControl,
  SCM_RIGHTS,
  setKeepalive,
  setLinger,
  setMulticast,
  setUserTimeout,
  SIOCGIFCONF,
  SIOCGIFMTU,
  SOCK_STREAM,
  Socket,
  socketpair,
  SOL_SOCKET,
} from "../../mod.ts";
import {
  AsyncSocket,
  getaddrinfo as getaddrinfoAwaiting,
} from "../../async.ts";
import * as netlink from "../../netlink.ts";
import { table } from "../../constants/table.ts";
import { KqueuePoller } from "../../poll/kqueue.ts";
import { READ, WRITE } from "../../poll/base.ts";
import { codec } from "../socket/address/platforms.ts";
import { addresses, pointer, structs } from "./darwin/structs.ts";
import { utf8 } from "../support/bytes.ts";

const { FIOCLEX, FIONCLEX, FIONBIO, F_DUPFD_CLOEXEC, F_GETFD, SO_NOSIGPIPE } =
  table.constants;

/** Fills the registers that variadic arguments do not use on Apple's processors. */
const skipped = [0n, 0n, 0n, 0n, 0n, 0n] as const;

/** The calls that every new descriptor gets. */
const settled = (fd: number): unknown[] => [
  ["ioctl", fd, FIOCLEX, ...skipped, ""],
  ["setsockopt", fd, SOL_SOCKET, SO_NOSIGPIPE, "01000000", 4],
];

const bytesOf = (name: keyof typeof structs): Uint8Array<ArrayBuffer> =>
  Uint8Array.fromHex(structs[name].bytes.replace(/\s/g, ""));
const hexOf = (name: keyof typeof structs): string => bytesOf(name).toHex();

const test = testsOn("macOS", () => new Socket() as Socket);

Deno.test("a C library that cannot be opened is named, and tried again at the next use", () => {
  const cause = new Error("image not found");
  using _ = stub(Deno, "dlopen", () => {
    throw cause;
  });
  const error = assertThrows(
    () => new Socket(),
    Error,
    "the C library could not be opened as libSystem.dylib: image not found",
  );
  assertEquals(error.cause, cause);
});

test("a socket made is closed on exec and raises no SIGPIPE", (socket) => {
  answers.socket = () => 9;
  const other = new Socket(AF_INET6);
  assertEquals(takeCalls(), [
    ["socket", AF_INET6, SOCK_STREAM, 0],
    ...settled(9),
  ]);
  other.detach();
  answers.ioctl = () => 0;
  socket.set_inheritable(true);
  assertEquals(takeCalls(), [["ioctl", 7, FIONCLEX, ...skipped, ""]]);
  answers.fcntl = () => 1;
  assertEquals(socket.get_inheritable(), false);
  assertEquals(takeCalls(), [["fcntl", 7, F_GETFD]]);
});

test("what is accepted is so without accept4, and has its own mode", (socket) => {
  answers.accept = (_fd, address: Uint8Array, length: Uint32Array) => {
    address.set(Uint8Array.fromHex("10021f907f000001"));
    length[0] = 16;
    return 8;
  };
  const [accepted, address] = socket.accept() as [Socket, unknown];
  assertEquals(address, ["127.0.0.1", 8080]);
  const [[name], ...rest] = takeCalls();
  assertEquals(name, "accept");
  assertEquals(rest, [
    ...settled(8),
    ["ioctl", 8, FIONBIO, ...skipped, "00000000"],
  ]);
  accepted.detach();
});

test("the ends of a pair are like any other socket", () => {
  answers.socketpair = (_family, _type, _proto, fds: Int32Array) => {
    fds.set([5, 6]);
    return 0;
  };
  const ends = socketpair();
  assertEquals(takeCalls(), [
    ["socketpair", 1, SOCK_STREAM, 0, "0000000000000000"],
    ...settled(5),
    ...settled(6),
  ]);
  for (const end of ends) end.detach();
});

test("a duplicate is closed on exec, by the number behind the registers", () => {
  answers.fcntl = () => 12;
  assertEquals(dup(7), 12);
  assertEquals(takeCalls(), [["fcntl", 7, F_DUPFD_CLOEXEC, ...skipped, 0n]]);
});

test("an adopted socket tells its family behind its length", () => {
  answers.getsockname = (_fd, address: Uint8Array, length: Uint32Array) => {
    address.set(Uint8Array.fromHex(addresses[1][1].bytes));
    length[0] = 28;
    return 0;
  };
  answers.getsockopt = (_fd, _level, _name, value: Int32Array) => {
    value[0] = 1;
    return 0;
  };
  const adopted = new Socket(undefined, undefined, undefined, 9);
  assertEquals(adopted.family, AF_INET6);
  assertEquals(adopted.getsockname() as unknown, [
    "2001:db8::1",
    443,
    0x12345,
    7,
  ]);
  adopted.detach();
});

test("addresses begin with their length, as in the samples", (socket) => {
  for (const [family, { bytes }] of addresses) {
    const proto = family === "AF_SYSTEM" ? "SYSPROTO_CONTROL" : 0;
    const { encode, decode } = codec("darwin", family, proto);
    assertEquals(encode(decode(bytes)), bytes);
    assertEquals(parseInt(bytes.slice(0, 2), 16), bytes.length / 2);
  }
  socket.bind(["127.0.0.1", 8080] as never);
  const [[name, fd, storage, length]] = takeCalls();
  assertEquals([name, fd, length], ["bind", 7, 16]);
  assertEquals((storage as string).slice(0, 32), addresses[0][1].bytes);
});

test("options by meaning are macOS's own", (socket) => {
  setKeepalive(socket, { idle: 60, interval: 10, count: 3 });
  setUserTimeout(socket, 1.5);
  setLinger(socket, 3);
  setMulticast(socket, { interface: 5, ttl: 2 });
  requestControl(socket, "pktinfo", "ttl", "tos", "timestamp");
  const ints = (level: number, name: number, value: number) => [
    "setsockopt",
    7,
    level,
    name,
    `${value.toString(16).padStart(2, "0")}000000`,
    4,
  ];
  assertEquals(takeCalls(), [
    ints(6, 0x10, 60), // TCP_KEEPALIVE
    ints(6, 0x101, 10),
    ints(6, 0x102, 3),
    ints(0xffff, 8, 1),
    ints(6, 0x80, 2), // TCP_RXT_CONNDROPTIME, in whole seconds
    ["setsockopt", 7, 0xffff, 0x1080, "0100000003000000", 8], // SO_LINGER_SEC
    ["setsockopt", 7, 0, 9, `${"00".repeat(8)}05000000`, 12],
    ints(0, 10, 2),
    ints(0, 26, 1), // IP_RECVPKTINFO
    ints(0, 24, 1), // IP_RECVTTL
    ints(0, 27, 1), // IP_RECVTOS
    ints(0xffff, 0x400, 1), // SO_TIMESTAMP
  ]);
});

test("a message is a msghdr with ints for lengths, its cmsgs at multiples of 4", (socket) => {
  let seen = 0;
  answers.sendmsg = (_fd, header: Uint8Array) => {
    const message = header.slice();
    const at = (offset: number, digit: number): Uint8Array =>
      memory.at(exchange(message, offset, pointer(digit)));
    const name = at(0, 1);
    const vectors = at(16, 2);
    const control = at(32, 3);
    assertEquals(message.toHex(), hexOf("message"));
    assertEquals(name.subarray(0, 16).toHex(), addresses[0][1].bytes);
    const both = vectors.slice(0, 32);
    const data = memory.at(exchange(both, 0, pointer(4)));
    assertEquals(data.subarray(0, 3), Uint8Array.of(1, 2, 3));
    exchange(both, 16, pointer(5));
    assertEquals(both.toHex(), hexOf("vectors"));
    assertEquals(control.subarray(0, 36).toHex(), hexOf("control"));
    seen++;
    return 8;
  };
  const sent = socket.sendmsg(
    [Uint8Array.of(1, 2, 3), new Uint8Array(5)],
    [
      [SOL_SOCKET, SCM_RIGHTS, Uint8Array.of(3, 0, 0, 0)],
      [IPPROTO_IPV6, -2, Uint8Array.of(1, 2, 3, 4, 5)],
    ],
    0,
    ["127.0.0.1", 8080] as never,
  );
  assertEquals([sent, seen], [8, 1]);
});

test("a message that comes is read from the same fields", (socket) => {
  answers.recvmsg = (_fd, header: Uint8Array) => {
    const message = bytesOf("received");
    for (const at of [0, 16, 32]) {
      exchange(message, at, exchange(header, at, 0n));
    }
    header.set(message);
    const at = (offset: number): Uint8Array =>
      memory.at(exchange(message, offset, 0n));
    at(0).set(Uint8Array.fromHex(addresses[0][1].bytes));
    at(32).set(bytesOf("control"));
    memory.at(exchange(at(16).subarray(0, 16).slice(), 0, 0n)).set([7, 8]);
    return 2;
  };
  const [data, ancdata, flags, address] = socket.recvmsg(10, 64);
  assertEquals(data, Uint8Array.of(7, 8));
  assertEquals(ancdata, [
    [SOL_SOCKET, SCM_RIGHTS, Uint8Array.of(3, 0, 0, 0)],
    [IPPROTO_IPV6, -2, Uint8Array.of(1, 2, 3, 4, 5)],
  ]);
  assertEquals(flags, MSG_CTRUNC | MSG_EOR);
  // The received descriptor is closed on exec.
  assertEquals(takeCalls().slice(1), [settled(3)[0]]);
  assertEquals(address as unknown, ["127.0.0.1", 8080]);
});

test("a name's addresses are found behind its canonical name", () => {
  const address = Uint8Array.fromHex(addresses[0][1].bytes);
  const name = utf8("host.example\0");
  const last = bytesOf("answer");
  exchange(last, 24, 0n);
  exchange(last, 32, memory.addressOf(address));
  exchange(last, 40, 0n);
  const first = bytesOf("answer");
  exchange(first, 24, memory.addressOf(name));
  exchange(first, 32, memory.addressOf(address));
  exchange(first, 40, memory.addressOf(last));
  answers.getaddrinfo = (_host, _port, _hints, to: BigUint64Array) => {
    to[0] = memory.addressOf(first);
    return 0;
  };
  const found = getaddrinfo(
    "host.example",
    8080,
    AF_INET6,
    SOCK_STREAM,
    IPPROTO_TCP,
    AI_CANONNAME,
  );
  assertEquals(found as unknown, [
    [2, 1, 6, "host.example", ["127.0.0.1", 8080]],
    [2, 1, 6, "", ["127.0.0.1", 8080]],
  ]);
  const [[, , , hints], free] = takeCalls();
  assertEquals(hints, hexOf("hints"));
  assertEquals(free, ["freeaddrinfo", memory.addressOf(first)]);
});

test("a lookup on one of Deno's threads is freed if its waiter has gone", async () => {
  const last = bytesOf("answer");
  exchange(last, 40, 0n);
  answers.getaddrinfo = (_host, _port, _hints, to: BigUint64Array) => {
    to[0] = memory.addressOf(last);
    return 0;
  };
  const aborting = new AbortController();
  const waiting = getaddrinfoAwaiting("host.example", 1, 0, 0, 0, 0, aborting);
  aborting.abort("aborted");
  assertEquals(await waiting.catch((reason) => reason), "aborted");
  await new Promise((resolve) => setTimeout(resolve));
  const names = takeCalls().map(([name]) => name);
  assertEquals(names.filter((name) => name.endsWith("addrinfo")), [
    "getaddrinfo",
    "freeaddrinfo",
  ]);
});

test("kqueue is closed on exec, and its events are as the samples", () => {
  answers.kqueue = () => 11;
  const poller = new KqueuePoller();
  assertEquals(takeCalls(), [["kqueue"], [
    "ioctl",
    11,
    FIOCLEX,
    ...skipped,
    "",
  ]]);
  poller.register(7);
  const [[, kq, changes, count]] = takeCalls();
  assertEquals([kq, changes, count], [11, hexOf("changes"), 2]);
  answers.kevent = (_kq, _changes, _count, events: Uint8Array) => {
    events.set(bytesOf("events"));
    return 2;
  };
  assertEquals(poller.wait(1500), 2);
  const [[, , none, , , , patience]] = takeCalls();
  assertEquals([none, patience], [null, hexOf("patience")]);
  assertEquals([0, 1].map((i) => [poller.fdAt(i), poller.flagsAt(i)]), [
    [7, READ | WRITE],
    [9, WRITE],
  ]);
  poller.close();
});

test("a socket with a timeout waits by poll", (socket) => {
  socket.settimeout(5);
  assertEquals(takeCalls(), [["ioctl", 7, FIONBIO, ...skipped, "01000000"]]);
  let tries = 0;
  answers.recv = () => ++tries === 1 ? fail(errno.EAGAIN) : 2;
  answers.poll = () => 1;
  assertEquals(socket.recv(10).length, 2);
  const poll = takeCalls().find(([name]) => name === "poll")!;
  assertEquals(poll.slice(1, 3), [hexOf("poll"), 1]);
});

test("an awaited receive waits by kqueue", async () => {
  answers.kqueue = () => 11;
  answers.socketpair = (_family, _type, _proto, fds: Int32Array) => {
    fds.set([5, 6]);
    return 0;
  };
  let tries = 0;
  answers.recv = (fd) => fd === 7 && ++tries > 1 ? 2 : fail(errno.EAGAIN);
  answers.kevent = (_kq, _changes, count, events: Uint8Array, _room, until) => {
    if (count > 0 || until !== null) return 0; // a change, or only a poll
    events.set(bytesOf("events").subarray(0, 32));
    return 1;
  };
  const socket = new AsyncSocket();
  assertEquals((await socket.recv(10)).length, 2);
  const calls = takeCalls();
  const [[, kq, changes]] = calls.filter(([name]) => name === "kevent");
  assertEquals([kq, changes], [11, hexOf("changes")]);
  // The waker is a socket pair like any other.
  assertEquals(calls.filter(([, fd]) => fd === 6), settled(6));
  socket.detach();
});

test("a peer that is gone is an error, with macOS's number", (socket) => {
  assertEquals(errno.EAGAIN, 35);
  answers.send = () => fail(32);
  const error = assertThrows(
    () => socket.send(new Uint8Array(1)),
    BrokenPipeError,
    "[Errno 32] error 32",
  );
  assertEquals([error.code, error.syscall], ["EPIPE", "send"]);
});

test("the structs of options and of ancillary data are as the samples", () => {
  assertEquals(encodeLinger(true, 300).toHex(), hexOf("linger"));
  assertEquals(encodePktinfo(5, "127.0.0.1").toHex(), hexOf("pktinfo"));
  assertEquals(encodePktinfo6(5, "::1").toHex(), hexOf("pktinfo6"));
  assertEquals(decodeTimeval(bytesOf("time")).nanoseconds, 999_999_000);
  const { uid, gid } = decodeCredentials(bytesOf("credentials"));
  assertEquals([uid, gid], [501, 20]);
});

test("an address is written as everywhere, not as macOS's inet_ntop has it", () => {
  const address = new Uint8Array(16);
  address[15] = 2;
  assertEquals(inet_ntop(AF_INET6, address), "::2");
  assertEquals(takeCalls(), []);
});

test("there is what macOS has, and not what it lacks", () => {
  for (
    const name of ["AF_SYSTEM", "SYSPROTO_CONTROL", "AF_UNIX", "SO_NOSIGPIPE"]
  ) {
    assert(hasattr(name), name);
  }
  for (const name of ["AF_PACKET", "SOCK_CLOEXEC", "MSG_ERRQUEUE"]) {
    assert(!hasattr(name), name);
  }
});

const zeros = (count: number): string => "00".repeat(count);

test("ioctl() passes its argument on the stack", (socket) => {
  answers.ioctl = (...args: unknown[]) => {
    const room = args.at(-1);
    if (room instanceof Uint8Array) room[16] = 0xdc;
    return 0;
  };
  const ifreq = new Uint8Array(32);
  ifreq.set(utf8("en0"));
  assertEquals(ioctl(socket, SIOCGIFMTU, ifreq), 0);
  assertEquals(ifreq[16], 0xdc);
  const [[name, fd, request, ...rest]] = takeCalls();
  assertEquals([name, fd, request], ["ioctl", 7, SIOCGIFMTU]);
  assertEquals(rest.slice(0, -1), skipped);
  assert(String(rest.at(-1)).startsWith(utf8("en0\0").toHex()));
  ioctl(9, 0x20047401, -3); // an _IOWINT
  assertEquals(takeCalls(), [["ioctl", 9, 0x20047401, ...skipped, -3n]]);
  assertThrows(
    () => ioctl(socket, SIOCGIFMTU, ifreq.subarray(1)),
    RangeError,
    "argument must have at least 32 bytes",
  );
  assertThrows(() => ioctl(socket, SIOCGIFCONF, ifreq), RangeError, "pointer");
  assertEquals(takeCalls(), []);
});

/** The list of two interfaces in memory of the C library, as macOS has it. */
function interfaceList(): bigint {
  const names = utf8("en0\0");
  const link = Uint8Array.fromHex(
    `1412040006030600656e30020000000001${zeros(3)}`,
  );
  const inet6 = Uint8Array.fromHex(
    `1c1e000000000000fe80000000000000000000000000000104000000`,
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

test("netlink's constants are stand-ins, and its bytes can be decoded", () => {
  assert(isMissing(netlink.RTM_NEWLINK));
  assertThrows(
    () => netlink.ifinfomsg.encode({ attributes: { IFLA_MTU: 1 } }),
    RangeError,
    "type: IFLA_MTU is not available on darwin",
  );
  const format = netlink.genlmsghdr({ NAME: [1, netlink.text] });
  const content = format.encode({ cmd: 3, attributes: { NAME: "x" } });
  assertEquals(content.toHex(), "03000000060001007800" + "0000");
  assertEquals(format.decode(content).attributes, { NAME: "x" });
});
