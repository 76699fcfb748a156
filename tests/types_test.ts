/** Addresses are typed by their family. The compiler checks this file; its functions never run. */

import { assertEquals } from "@std/assert";
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

/** Whether two types are the same, to the letter. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;
const same = <A, B>(..._: Same<A, B> extends true ? [] : [never]): void => {};

function families(): void {
  const inet = new Socket(AF_INET, socket.SOCK_DGRAM);
  same<typeof inet, socket.Socket<InetAddress>>();
  const plain = new Socket();
  same<typeof plain, socket.Socket<InetAddress>>();
  const inet6 = new Socket(AF_INET6);
  same<typeof inet6, socket.Socket<Inet6Address>>();
  const unix = new Socket(AF_UNIX);
  same<typeof unix, socket.Socket<UnixAddress>>();
  const netlink = new Socket(AF_NETLINK, socket.SOCK_RAW);
  same<typeof netlink, socket.Socket<NetlinkAddress>>();
  const packet = new Socket(AF_PACKET, socket.SOCK_RAW);
  same<typeof packet, socket.Socket<PacketAddress>>();

  const [connection, peer] = inet.accept();
  same<typeof connection, socket.Socket<InetAddress>>();
  same<typeof peer, InetAddress>();
  const [host, port] = inet.getsockname();
  same<typeof host, string>();
  same<typeof port, number>();
  const [data, from] = inet6.recvfrom(1);
  same<typeof data, Uint8Array<ArrayBuffer>>();
  same<typeof from, Inet6Address>();
  const copy = unix.dup();
  same<typeof copy, socket.Socket<UnixAddress>>();

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
  same<typeof value, number>();
  const bytes = s.getsockopt(1, 2, 4);
  same<typeof bytes, Uint8Array<ArrayBuffer>>();
  s.setsockopt(1, 2, 3);
  s.setsockopt(1, 2, new Uint8Array(4));
  s.setsockopt(1, 2, new DataView(new ArrayBuffer(4)));
  s.setsockopt(1, 2, null, 4);
  // @ts-expect-error: null needs a length
  s.setsockopt(1, 2, null);
  // @ts-expect-error: a string is not bytes
  s.setsockopt(1, 2, "text");
  // @ts-expect-error: an option is not a boolean
  s.setsockopt(1, 2, true);
  s.settimeout(null);
  // @ts-expect-error: seconds are a number
  s.settimeout("1");
  const timeout = s.gettimeout();
  same<typeof timeout, number | null>();
  // @ts-expect-error: the family is read-only
  s.family = AF_INET;
}

function functions(): void {
  const [a, b] = socket.socketpair();
  same<typeof a, socket.Socket<UnixAddress>>();
  same<typeof b, socket.Socket<UnixAddress>>();
  const server = socket.create_server(["", 0]);
  same<typeof server, socket.Socket<InetAddress>>();
  const server6 = socket.create_server(["", 0], { family: AF_INET6 });
  same<typeof server6, socket.Socket<Inet6Address>>();
  const client = socket.create_connection(["host", 80]);
  same<typeof client, socket.Socket<InetAddress | Inet6Address>>();
  const copy = socket.fromfd(3, AF_UNIX, 1);
  same<typeof copy, socket.Socket<UnixAddress>>();
  for (const [family, type, proto, , address] of socket.getaddrinfo("h", 1)) {
    new Socket(family, type, proto).connect(address);
  }
  const [name, aliases, addresses] = socket.gethostbyname_ex("h");
  same<typeof name, string>();
  same<typeof aliases, string[]>();
  same<typeof addresses, string[]>();
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
    same<typeof error.errno, number | null>();
    same<typeof error.code, string | undefined>();
    same<typeof error.syscall, string | undefined>();
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
