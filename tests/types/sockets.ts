/** What sockets are typed as. Each function is a test: see `../types_test.ts`. */

import * as awaiting from "../../async.ts";
import {
  type Address,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  AF_UNSPEC,
  create_connection,
  create_server,
  fromfd,
  fromshare,
  type Inet6Address,
  type InetAddress,
  type NetlinkAddress,
  type PacketAddress,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
  socketpair,
  SocketType,
  type UnixAddress,
} from "../../mod.ts";
import { assertType, type IsExact } from "./support.ts";

type Ip = InetAddress | Inet6Address;

/** A new socket has the addresses of its family. */
export function families(): void {
  const inet = new Socket(AF_INET, SOCK_DGRAM);
  assertType<IsExact<typeof inet, Socket<InetAddress>>>(true);
  const inet6 = new Socket(AF_INET6);
  assertType<IsExact<typeof inet6, Socket<Inet6Address>>>(true);
  const unix = new Socket(AF_UNIX);
  assertType<IsExact<typeof unix, Socket<UnixAddress>>>(true);
  const netlink = new Socket(AF_NETLINK, SOCK_RAW);
  assertType<IsExact<typeof netlink, Socket<NetlinkAddress>>>(true);
  const packet = new Socket(AF_PACKET, SOCK_RAW);
  assertType<IsExact<typeof packet, Socket<PacketAddress>>>(true);
}

/** A new awaiting socket has the addresses of its family. */
export function awaitingFamilies(): void {
  const plain = new awaiting.AsyncSocket();
  assertType<IsExact<typeof plain, awaiting.AsyncSocket<InetAddress>>>(true);
  const unix = new awaiting.AsyncSocket(AF_UNIX);
  assertType<IsExact<typeof unix, awaiting.AsyncSocket<UnixAddress>>>(true);
}

/** A new socket without a family is one of IPv4. */
export function noFamily(): void {
  const plain = new Socket();
  assertType<IsExact<typeof plain, Socket<InetAddress>>>(true);
  const leftOut = new Socket(null, SOCK_DGRAM);
  assertType<IsExact<typeof leftOut, Socket<InetAddress>>>(true);
  const undefinedToo = new Socket(undefined, undefined, 0, undefined);
  assertType<IsExact<typeof undefinedToo, Socket<InetAddress>>>(true);
}

/** A family chosen at run time has the addresses of both. */
export function chosen(v6: boolean): void {
  const socket = new Socket(v6 ? AF_INET6 : AF_INET);
  assertType<IsExact<typeof socket, Socket<Ip>>>(true);
  const later = new awaiting.AsyncSocket(v6 ? AF_INET6 : AF_INET);
  assertType<IsExact<typeof later, awaiting.AsyncSocket<Ip>>>(true);
  socket.connect(["::1", 80]);
  socket.connect(["127.0.0.1", 80]);
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type
  // 'AddressInput<InetAddress | Inet6Address>'.
  socket.connect("/path");
}

/** A family that is a number may be any. */
export function numbers(family: number, maybe: number | null): void {
  const socket = new Socket(family);
  assertType<IsExact<typeof socket, Socket<Address>>>(true);
  const other = new Socket(maybe);
  assertType<IsExact<typeof other, Socket<Address>>>(true);
  const literal = new Socket(2);
  assertType<IsExact<typeof literal, Socket<Address>>>(true);
  const unspecified = new Socket(AF_UNSPEC);
  assertType<IsExact<typeof unspecified, Socket<Address>>>(true);
}

/** A descriptor may be of any family, unless the family is given. */
export function adopted(fd: number): void {
  const any = new Socket(null, null, null, fd);
  assertType<IsExact<typeof any, Socket<Address>>>(true);
  const unix = new Socket(AF_UNIX, null, null, fd);
  assertType<IsExact<typeof unix, Socket<UnixAddress>>>(true);
  const later = new awaiting.AsyncSocket(undefined, undefined, undefined, 3);
  assertType<IsExact<typeof later, awaiting.AsyncSocket>>(true);
  const none = new Socket(null, null, null, null);
  assertType<IsExact<typeof none, Socket<InetAddress>>>(true);
}

/** The addresses may be named instead. */
export function named(fd: number): void {
  const unix = new Socket<UnixAddress>(null, null, null, fd);
  assertType<IsExact<typeof unix, Socket<UnixAddress>>>(true);
  const any = new Socket<Address>(fd);
  assertType<IsExact<typeof any, Socket<Address>>>(true);
  // @ts-expect-error: Argument of type 'Family<UnixAddress>' is not assignable to parameter of
  // type 'Family<InetAddress> | null | undefined'.
  new Socket<InetAddress>(AF_UNIX);
}

/** What is no family is refused in one line. */
export function noFamilies(): void {
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
  new Socket("AF_INET");
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
  new Socket(AF_INET, "SOCK_STREAM");
  // @ts-expect-error: Argument of type '"3"' is not assignable to parameter of type
  // 'number | Bytes | null | undefined'.
  new Socket(AF_INET, 1, 0, "3");
}

/** A plain `Socket` takes sockets of every family. */
export function plain(use: (socket: Socket) => void): void {
  use(new Socket());
  use(new Socket(AF_UNIX));
  use(new Socket(AF_INET6));
  use(create_connection(["localhost", 80]));
  use(create_server(["", 80], { family: AF_INET6 }));
  use(socketpair()[0]);
  // @ts-expect-error: Argument of type 'number' is not assignable to parameter of type 'Socket'.
  use(3);
}

/** A plain `AsyncSocket` takes sockets of every family. */
export async function plainAwaiting(
  use: (socket: awaiting.AsyncSocket) => void,
): Promise<void> {
  use(new awaiting.AsyncSocket());
  use(new awaiting.AsyncSocket(AF_UNIX));
  use(await awaiting.create_connection(["localhost", 80]));
  use(awaiting.socketpair()[0]);
  use(awaiting.AsyncSocket.from(new Socket(AF_UNIX)));
}

/** Fields, maps and arrays of plain sockets hold sockets of every family. */
export class Registry {
  #last: Socket | undefined;
  readonly #names = new Map<Socket, string>();
  readonly #all: Socket[] = [];

  add(): void {
    this.#last = create_connection(["localhost", 80]);
    this.#names.set(new Socket(AF_UNIX), "unix");
    this.#all.push(this.#last, new Socket());
    for (const [socket] of this.#names) socket.close();
  }
}

/** A plain `Socket` connects, binds and sends to addresses of every family. */
export function usable(socket: Socket, data: Uint8Array): void {
  socket.bind(["", 0]);
  socket.connect(["::1", 80, 0, 0]);
  socket.connect("/path");
  socket.connect(socket.getsockname());
  const [connection, address] = socket.accept();
  assertType<IsExact<typeof connection, Socket>>(true);
  assertType<IsExact<typeof address, Address>>(true);
  const [, from] = socket.recvfrom(10);
  socket.sendto(data, from);
  socket.sendmsg([data], [], 0, from);
  if (socket.family === AF_INET) socket.close();
  // @ts-expect-error: Argument of type 'boolean' is not assignable to parameter of type
  // 'AddressInput<Address>'.
  socket.connect(true);
}

/** The addresses of a plain `Socket` have no parts before they are known to. */
export function unknownParts(socket: Socket): void {
  // @ts-expect-error: Element implicitly has an 'any' type because expression of type '1' can't be
  // used to index type 'Address'.
  void socket.getsockname()[1];
  const address = socket.getsockname();
  if (Array.isArray(address)) void address[0];
}

/** A socket of one family does not take another one, and the message names both. */
export function otherFamilies(
  ipv4: (socket: Socket<InetAddress>) => void,
  any: Socket,
): void {
  // @ts-expect-error: Argument of type 'Socket<UnixAddress>' is not assignable to parameter of
  // type 'Socket<InetAddress>'.
  ipv4(new Socket(AF_UNIX));
  // @ts-expect-error: Argument of type 'Socket<InetAddress | Inet6Address>' is not assignable to
  // parameter of type 'Socket<InetAddress>'.
  ipv4(create_connection(["localhost", 80]));
  // @ts-expect-error: Argument of type 'Socket' is not assignable to parameter of type
  // 'Socket<InetAddress>'.
  ipv4(any);
  ipv4(new Socket());
}

/** A socket of one family is one of several. */
export function wider(): void {
  const socket: Socket<Ip> = new Socket(AF_INET);
  const any: Socket = socket;
  void any;
}

/** Blocking and awaiting sockets are not each other. */
export function twins(socket: Socket, later: awaiting.AsyncSocket): void {
  // @ts-expect-error: Property 'makefile' is missing in type 'AsyncSocket<Address>' but required
  // in type 'Socket<Address>'.
  socket = later;
  const either: Socket | awaiting.AsyncSocket = later;
  either.setsockopt(1, 2, 3);
  void [socket, either];
}

/** A socket has itself and its peers in the same family. */
export function methods(): void {
  const inet = new Socket();
  const [connection, peer] = inet.accept();
  assertType<IsExact<typeof connection, Socket<InetAddress>>>(true);
  assertType<IsExact<typeof peer, InetAddress>>(true);
  const [host, port] = inet.getsockname();
  assertType<IsExact<typeof host, string>>(true);
  assertType<IsExact<typeof port, number>>(true);
  const [data, from] = new Socket(AF_INET6).recvfrom(1);
  assertType<IsExact<typeof data, Uint8Array<ArrayBuffer>>>(true);
  assertType<IsExact<typeof from, Inet6Address>>(true);
  const copy = new Socket(AF_UNIX).dup();
  assertType<IsExact<typeof copy, Socket<UnixAddress>>>(true);
}

/** An awaited accept() has the family of its listener. */
export async function accepted(): Promise<void> {
  const listener = await awaiting.create_server(["", 0]);
  const [connection, address] = await listener.accept();
  assertType<IsExact<typeof connection, awaiting.AsyncSocket<InetAddress>>>(
    true,
  );
  assertType<IsExact<typeof address, InetAddress>>(true);
  for await (const [next, [host]] of listener) {
    assertType<IsExact<typeof next, awaiting.AsyncSocket<InetAddress>>>(true);
    assertType<IsExact<typeof host, string>>(true);
  }
}

/** The family of a socket is read-only, and compared with families that it can be. */
export function family(inet: Socket<InetAddress>, any: Socket): boolean {
  // @ts-expect-error: Cannot assign to 'family' because it is a read-only property.
  inet.family = AF_INET;
  // @ts-expect-error: This comparison appears to be unintentional because the types
  // 'Family<InetAddress>' and 'Family<UnixAddress>' have no overlap.
  if (inet.family === AF_UNIX) return true;
  return any.family === AF_UNIX;
}

/** A subclass names its addresses, or leaves them open. */
export function subclasses(): void {
  class Unix extends Socket<UnixAddress> {
    constructor(fd: number) {
      super(null, null, null, fd);
    }
    path(): UnixAddress {
      return this.getsockname();
    }
  }
  class Any<A extends Address> extends Socket<A> {
    peer(): A {
      return this.getpeername();
    }
  }
  class Later extends awaiting.AsyncSocket<InetAddress> {}
  assertType<IsExact<ReturnType<Unix["getsockname"]>, UnixAddress>>(true);
  const any = new Any<Inet6Address>(AF_INET6);
  assertType<IsExact<ReturnType<typeof any.peer>, Inet6Address>>(true);
  const socket: Socket = new Unix(3);
  const later: awaiting.AsyncSocket = new Later();
  void [socket, later];
}

/** `instanceof` finds a socket of any family, or keeps the one that is known. */
export function instances(
  value: unknown,
  either: Socket<InetAddress> | string,
): void {
  if (value instanceof Socket) {
    assertType<IsExact<typeof value, Socket>>(true);
  }
  if (value instanceof awaiting.AsyncSocket) {
    assertType<IsExact<typeof value, awaiting.AsyncSocket>>(true);
  }
  if (either instanceof Socket) {
    assertType<IsExact<typeof either, Socket<InetAddress>>>(true);
  }
}

/** `SocketType` is the class of sockets, as in Python. */
export function socketType(s: SocketType): void {
  s = new Socket(AF_UNIX);
  const later: awaiting.SocketType = new awaiting.AsyncSocket(AF_UNIX);
  const isOne: boolean = s instanceof SocketType;
  void [later, isOne];
}

/** A pair of sockets is of the family that was asked for. */
export function pairs(family: number, v6: boolean): void {
  const [a, b] = socketpair();
  assertType<IsExact<typeof a, Socket<UnixAddress>>>(true);
  assertType<IsExact<typeof b, Socket<UnixAddress>>>(true);
  const [inet] = socketpair(AF_INET);
  assertType<IsExact<typeof inet, Socket<InetAddress>>>(true);
  const [any] = socketpair(family);
  assertType<IsExact<typeof any, Socket>>(true);
  const [ip] = awaiting.socketpair(v6 ? AF_INET6 : AF_INET);
  assertType<IsExact<typeof ip, awaiting.AsyncSocket<Ip>>>(true);
  const [leftOut] = socketpair(null, SOCK_DGRAM);
  assertType<IsExact<typeof leftOut, Socket<UnixAddress>>>(true);
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
  socketpair("AF_UNIX");
}

/** A duplicate of a descriptor is of the family that is said. */
export function duplicates(family: number, v6: boolean): void {
  const unix = fromfd(3, AF_UNIX, 1);
  assertType<IsExact<typeof unix, Socket<UnixAddress>>>(true);
  const any = fromfd(3, family, 1);
  assertType<IsExact<typeof any, Socket>>(true);
  const ip = awaiting.fromfd(3, v6 ? AF_INET6 : AF_INET, 1);
  assertType<IsExact<typeof ip, awaiting.AsyncSocket<Ip>>>(true);
  // @ts-expect-error: Expected 3-4 arguments, but got 1.
  fromfd(3);
}

/** A shared socket may be of any family. */
export function shared(info: Uint8Array): void {
  const any = fromshare(info);
  assertType<IsExact<typeof any, Socket>>(true);
  const inet = awaiting.fromshare<InetAddress>(info);
  assertType<IsExact<typeof inet, awaiting.AsyncSocket<InetAddress>>>(true);
}

/** A listener is of the family in its options. */
export function servers(family: number, v6: boolean): void {
  const inet = create_server(["", 0]);
  assertType<IsExact<typeof inet, Socket<InetAddress>>>(true);
  const inet6 = create_server(["", 0], { family: AF_INET6 });
  assertType<IsExact<typeof inet6, Socket<Inet6Address>>>(true);
  const ip = create_server(["", 0], { family: v6 ? AF_INET6 : AF_INET });
  assertType<IsExact<typeof ip, Socket<Ip>>>(true);
  const any = create_server(["", 0], { family });
  assertType<IsExact<typeof any, Socket>>(true);
  const plain = create_server(["", 0], { backlog: 5 });
  assertType<IsExact<typeof plain, Socket<InetAddress>>>(true);
  const leftOut = create_server(["", 0], { family: undefined });
  assertType<IsExact<typeof leftOut, Socket<InetAddress>>>(true);
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type
  // 'AddressInput<InetAddress>'.
  create_server("/path");
  create_server("/path", { family: AF_UNIX });
}

/** A connection is of IPv4 or IPv6. */
export async function connections(): Promise<void> {
  const client = create_connection(["host", 80]);
  assertType<IsExact<typeof client, Socket<Ip>>>(true);
  const later = await awaiting.create_connection(["host", "http"]);
  assertType<IsExact<typeof later, awaiting.AsyncSocket<Ip>>>(true);
  const [host, port] = client.getpeername();
  assertType<IsExact<typeof host, string>>(true);
  assertType<IsExact<typeof port, number>>(true);
}
