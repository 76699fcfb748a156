/** Which addresses calls take and return. Each function is a test: see `../types_test.ts`. */

import * as awaiting from "../../async.ts";
import {
  type Address,
  type AddressInfoTuple,
  type AddressInput,
  type AddressOf,
  AF_INET,
  AF_INET6,
  AF_PACKET,
  AF_UNIX,
  AF_UNSPEC,
  create_connection,
  type Family,
  getaddrinfo,
  getnameinfo,
  type Inet6Address,
  type InetAddress,
  MessageVector,
  send_fds,
  Socket,
  type UnixAddress,
} from "../../mod.ts";
import { assertType, type IsExact } from "./support.ts";

type Ip = InetAddress | Inet6Address;

/** An address is an array for IP and a string or bytes for Unix sockets. */
export function addresses(data: Uint8Array): void {
  const inet = new Socket();
  inet.bind(["127.0.0.1", 0]);
  inet.sendto(data, ["127.0.0.1", 1]);
  inet.sendto(data, 0, ["127.0.0.1", 1]);
  const inet6 = new Socket(AF_INET6);
  inet6.bind(["::1", 0]);
  inet6.bind(["::1", 0, 0, 1]);
  const unix = new Socket(AF_UNIX);
  unix.bind("/path");
  unix.bind(new Uint8Array([0, 1]));
  const packet = new Socket(AF_PACKET);
  packet.bind(["eth0", 3]);
}

/** What is no address of the family is refused, and the message names the part or the type. */
export function refused(data: Uint8Array): void {
  const inet = new Socket();
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type
  // 'AddressInput<InetAddress>'.
  inet.bind("/path");
  // @ts-expect-error: Type 'string' is not assignable to type 'number'.
  inet.bind(["127.0.0.1", "80"]);
  // @ts-expect-error: Type 'number' is not assignable to type 'string'.
  inet.bind([80, 80]);
  // @ts-expect-error: Source has 4 element(s) but target allows only 2.
  inet.connect(["127.0.0.1", 80, 0, 0]);
  // @ts-expect-error: Source has 1 element(s) but target requires 2.
  inet.connect(["127.0.0.1"]);
  // @ts-expect-error: Type 'string' is not assignable to type 'number'.
  new Socket(AF_UNIX).connect(["127.0.0.1", 80]);
  // @ts-expect-error: Source has 5 element(s) but target allows only 4.
  new Socket(AF_INET6).bind(["::1", 0, 0, 0, 0]);
  // @ts-expect-error: Expected 2-3 arguments, but got 1.
  inet.sendto(data);
}

/** A wrong address of sendto() is told like any other. */
export async function sendto(data: Uint8Array): Promise<void> {
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type
  // 'AddressInput<InetAddress>'.
  new Socket().sendto(data, "host");
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type
  // 'AddressInput<InetAddress>'.
  await new awaiting.AsyncSocket().sendto(data, "host");
}

/** An array in a variable needs a type or `as const`: its length and order are not known. */
export function variables(): void {
  const typed: InetAddress = ["127.0.0.1", 53];
  const constant = ["127.0.0.1", 53] as const;
  const satisfying = ["127.0.0.1", 53] satisfies InetAddress;
  const list = ["127.0.0.1", 53];
  const socket = new Socket();
  socket.connect(typed);
  socket.connect(constant);
  socket.connect(satisfying);
  // @ts-expect-error: Target requires 2 element(s) but source may have fewer.
  socket.connect(list);
}

/** Read-only arrays are taken everywhere. */
export async function constants(data: Uint8Array): Promise<void> {
  const to = ["127.0.0.1", 53] as const;
  const to6 = ["::1", 53, 0, 0] as const;
  const socket = new Socket();
  const later = new awaiting.AsyncSocket();
  socket.bind(to);
  socket.connect(to);
  socket.connect_ex(to);
  socket.sendto(data, to);
  socket.sendmsg([data] as const, [[1, 2, data]] as const, 0, to);
  send_fds(socket, [data] as const, [1, 2] as const, 0, to);
  new MessageVector(socket, [data] as const).setAddress(0, to);
  create_connection(to, null, to);
  create_connection(to, { source_address: to });
  getnameinfo(to, 0);
  getnameinfo(to6, 0);
  new Socket(AF_INET6).connect(to6);
  await later.connect(to);
  await later.sendto(data, to);
  await awaiting.create_connection(to, null, to);
  await awaiting.create_server(to);
  await awaiting.send_fds(later, [data], [1], 0, to);
}

/** What a socket returns may be passed on, in generic functions too. */
export async function generic<A extends Address>(
  from: Socket<A>,
  to: Socket<A>,
  later: awaiting.AsyncSocket<A>,
  data: Uint8Array,
): Promise<void> {
  to.bind(from.getsockname());
  to.connect(from.getsockname());
  to.connect_ex(from.getpeername());
  const [connection, address] = from.accept();
  connection.sendto(data, address);
  connection.sendto(data, 0, from.recvfrom(1)[1]);
  to.sendmsg([data], [], 0, address);
  send_fds(to, [data], [], 0, address);
  const vector = new MessageVector(from, 1, 10);
  vector.setAddress(0, address);
  vector.setAddresses(vector.address(0));
  from.sendmmsg(vector);
  await later.connect(from.getsockname());
  await later.sendto(data, address, {});
  await awaiting.send_fds(later, [data], [], 0, address);
  // @ts-expect-error: is not assignable to parameter of type 'AddressInput<A>'.
  to.connect(["127.0.0.1", 80]);
}

/** A generic function of plain sockets needs no type parameter. */
export function unparametrized(listener: Socket, client: Socket): void {
  client.connect(listener.getsockname());
}

/** `AddressInput` may be a parameter's type. */
export function input<A extends Address>(
  socket: Socket<A>,
  address: AddressInput<A>,
): void {
  socket.connect(address);
  const inet: AddressInput<InetAddress> = ["", 0];
  new Socket().connect(inet);
}

/** `AddressOf` is the addresses of a family. */
export function ofFamily(): void {
  assertType<IsExact<AddressOf<typeof AF_INET>, InetAddress>>(true);
  assertType<IsExact<AddressOf<typeof AF_UNIX>, UnixAddress>>(true);
  assertType<IsExact<AddressOf<number>, Address>>(true);
  assertType<
    IsExact<AddressOf<typeof AF_INET | typeof AF_INET6>, Ip>
  >(true);
}

/** Families are numbers, and not every number is one. */
export function families(): void {
  const family: Family<InetAddress> = AF_INET;
  const number: number = family;
  // @ts-expect-error: Type 'number' is not assignable to type 'Family<InetAddress>'.
  const back: Family<InetAddress> = number;
  // @ts-expect-error: Type 'Family<UnixAddress>' is not assignable to type 'Family<InetAddress>'.
  const other: Family<InetAddress> = AF_UNIX;
  void [back, other];
}

/** What getaddrinfo() returns suits sockets of either family. */
export function found(): void {
  const entries = getaddrinfo("host", 80);
  assertType<IsExact<typeof entries, AddressInfoTuple[]>>(true);
  for (const [family, type, proto, name, address] of entries) {
    assertType<IsExact<typeof name, string>>(true);
    const socket = new Socket(family, type, proto);
    assertType<IsExact<typeof socket, Socket<Ip>>>(true);
    socket.connect(address);
  }
}

/** getaddrinfo() of one family returns addresses of that family. */
export async function narrowed(family: number): Promise<void> {
  const [[inet, , , , [host]]] = getaddrinfo("host", 80, AF_INET);
  assertType<IsExact<typeof inet, Family<InetAddress>>>(true);
  assertType<IsExact<typeof host, string>>(true);
  const [[, , , , address6]] = await awaiting.getaddrinfo("h", 80, AF_INET6);
  assertType<IsExact<typeof address6, Inet6Address>>(true);
  const [[, , , , either]] = getaddrinfo("host", 80, AF_UNSPEC);
  assertType<IsExact<typeof either, Ip>>(true);
  const [[, , , , any]] = getaddrinfo("host", 80, family, 1);
  assertType<IsExact<typeof any, Ip>>(true);
  const [[, , , , zero]] = getaddrinfo("host", 80, 0, 1);
  assertType<IsExact<typeof zero, Ip>>(true);
  const [[, , , , later]] = await awaiting.getaddrinfo("host", 80, {});
  assertType<IsExact<typeof later, Ip>>(true);
}

/** getaddrinfo() refuses what is no family. */
export function notNarrowed(): void {
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
  getaddrinfo("host", 80, "AF_INET");
}

/** Vectors of messages belong to a family. */
export function vectors(inet: Socket<InetAddress>, any: Socket): void {
  const vector = new MessageVector(inet, 10, 1500);
  const [host, port] = vector.address(0)!;
  assertType<IsExact<typeof host, string>>(true);
  assertType<IsExact<typeof port, number>>(true);
  inet.recvmmsg(vector);
  any.recvmmsg(vector);
}

/** An awaiting socket has Deno's addresses for those that Deno knows. */
export function deno(
  inet: awaiting.AsyncSocket<InetAddress>,
  unix: awaiting.AsyncSocket<UnixAddress>,
): void {
  assertType<IsExact<typeof inet.localAddr, Deno.NetAddr>>(true);
  assertType<IsExact<typeof unix.remoteAddr, Deno.UnixAddr>>(true);
}
