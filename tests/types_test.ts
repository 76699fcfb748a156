/** Addresses are typed by their family. The compiler checks this file; its functions never run. */

import { assertEquals } from "@std/assert";
import type { IsExact } from "@std/testing/types";
import * as socket from "../mod.ts";
import type {
  Address,
  Family,
  Inet6Address,
  InetAddress,
  NetlinkAddress,
  PacketAddress,
  UnixAddress,
} from "../mod.ts";

const { AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX, Socket } = socket;

/** As in JSR's `@std/testing/types`; the package that stands for it has the types only. */
function assertType<T extends true>(expectTrue: T): void {
  void expectTrue;
}

function families(): void {
  const inet = new Socket(AF_INET, socket.SOCK_DGRAM);
  assertType<IsExact<typeof inet, socket.Socket<InetAddress>>>(true);
  const plain = new Socket();
  assertType<IsExact<typeof plain, socket.Socket<InetAddress>>>(true);
  const inet6 = new Socket(AF_INET6);
  assertType<IsExact<typeof inet6, socket.Socket<Inet6Address>>>(true);
  const unix = new Socket(AF_UNIX);
  assertType<IsExact<typeof unix, socket.Socket<UnixAddress>>>(true);
  const netlink = new Socket(AF_NETLINK, socket.SOCK_RAW);
  assertType<IsExact<typeof netlink, socket.Socket<NetlinkAddress>>>(true);
  const packet = new Socket(AF_PACKET, socket.SOCK_RAW);
  assertType<IsExact<typeof packet, socket.Socket<PacketAddress>>>(true);

  const [connection, peer] = inet.accept();
  assertType<IsExact<typeof connection, socket.Socket<InetAddress>>>(true);
  assertType<IsExact<typeof peer, InetAddress>>(true);
  const [host, port] = inet.getsockname();
  assertType<IsExact<typeof host, string>>(true);
  assertType<IsExact<typeof port, number>>(true);
  const [data, from] = inet6.recvfrom(1);
  assertType<IsExact<typeof data, Uint8Array<ArrayBuffer>>>(true);
  assertType<IsExact<typeof from, Inet6Address>>(true);
  const copy = unix.dup();
  assertType<IsExact<typeof copy, socket.Socket<UnixAddress>>>(true);

  inet.bind(["127.0.0.1", 0] as const);
  inet6.bind(["::1", 0]);
  inet6.bind(["::1", 0, 0, 1]);
  unix.bind("/path");
  unix.bind(new Uint8Array([0, 1]));
  inet.sendto(data, ["127.0.0.1", 1]);
  inet.sendto(data, 0, ["127.0.0.1", 1]);

  // @ts-expect-error: a path is not an IPv4 address
  inet.bind("/path");
  // @ts-expect-error: a port is a number
  inet.bind(["127.0.0.1", "80"]);
  // @ts-expect-error: an IPv4 address has two parts
  inet.connect(["127.0.0.1", 80, 0, 0]);
  // @ts-expect-error: a tuple is not a Unix address
  unix.connect(["127.0.0.1", 80]);
  // @ts-expect-error: an IPv6 address has at most four parts
  inet6.bind(["::1", 0, 0, 0, 0]);
  // @ts-expect-error: the address is missing
  inet.sendto(data);
  // @ts-expect-error: a string is not bytes
  inet.send("text");
  // @ts-expect-error: a number needs a type argument for its addresses
  new Socket(2);
  new Socket<Address>(2);
}

function options(s: socket.Socket): void {
  const value = s.getsockopt(1, 2);
  assertType<IsExact<typeof value, number>>(true);
  const bytes = s.getsockopt(1, 2, 4);
  assertType<IsExact<typeof bytes, Uint8Array<ArrayBuffer>>>(true);
  s.setsockopt(1, 2, 3);
  s.setsockopt(1, 2, new Uint8Array(4));
  s.setsockopt(1, 2, new DataView(new ArrayBuffer(4)));
  s.setsockopt(1, 2, null, 4);
  // @ts-expect-error: null needs a length
  s.setsockopt(1, 2, null);
  // @ts-expect-error: a string is not bytes
  s.setsockopt(1, 2, "text");
  s.setsockopt(1, 2, true);
  s.setsockopt(1, 2, 3n);
  s.settimeout(null);
  // @ts-expect-error: seconds are a number
  s.settimeout("1");
  const timeout = s.gettimeout();
  assertType<IsExact<typeof timeout, number | null>>(true);
  // @ts-expect-error: the family is read-only
  s.family = AF_INET;
}

function functions(): void {
  const [a, b] = socket.socketpair();
  assertType<IsExact<typeof a, socket.Socket<UnixAddress>>>(true);
  assertType<IsExact<typeof b, socket.Socket<UnixAddress>>>(true);
  const server = socket.create_server(["", 0]);
  assertType<IsExact<typeof server, socket.Socket<InetAddress>>>(true);
  const server6 = socket.create_server(["", 0], { family: AF_INET6 });
  assertType<IsExact<typeof server6, socket.Socket<Inet6Address>>>(true);
  const client = socket.create_connection(["host", 80]);
  assertType<IsExact<typeof client, socket.Socket<InetAddress | Inet6Address>>>(
    true,
  );
  const copy = socket.fromfd(3, AF_UNIX, 1);
  assertType<IsExact<typeof copy, socket.Socket<UnixAddress>>>(true);
  for (const [family, type, proto, , address] of socket.getaddrinfo("h", 1)) {
    new Socket(family, type, proto).connect(address);
  }
  const [name, aliases, addresses] = socket.gethostbyname_ex("h");
  assertType<IsExact<typeof name, string>>(true);
  assertType<IsExact<typeof aliases, string[]>>(true);
  assertType<IsExact<typeof addresses, string[]>>(true);
  const family: Family<InetAddress> = AF_INET;
  const type: number = socket.SOCK_STREAM;
  const asType: socket.SocketType = new socket.SocketType();
  void [family, type, asType];
  // @ts-expect-error: not every number is a family
  socket.create_server(["", 0], { family: 2 });
  // @ts-expect-error: there is no such option
  socket.create_server(["", 0], { reuse_addr: true });
}

function errors(error: unknown): void {
  if (error instanceof socket.OSError) {
    assertType<IsExact<typeof error.errno, number | null>>(true);
    assertType<IsExact<typeof error.code, string | undefined>>(true);
    assertType<IsExact<typeof error.syscall, string | undefined>>(true);
  }
  if (error instanceof socket.error && error instanceof socket.timeout) {
    const text: string = error.strerror;
    void text;
  }
}

Deno.test("addresses, options and functions are typed as their families say", () => {
  // The test is that this file compiles. The functions are not called.
  assertEquals([families, options, functions, errors].map((f) => f.length), [
    0,
    1,
    0,
    1,
  ]);
});
