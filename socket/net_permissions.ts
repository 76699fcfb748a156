/**
 * `enforceNetPermissions()`: what is to reach an address asks Deno's permissions first. The address
 * is read from the bytes that the kernel is about to get, so that nothing can differ between what
 * is asked for and what is used.
 */

import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_VSOCK,
  SOCK_DGRAM,
  SOCK_STREAM,
} from "../constants/mod.ts";
import { fromCaller } from "../constants/stack.ts";
import { table } from "../constants/table.ts";
import { layout } from "../ffi/layout/mod.ts";
import { familyOf, type Sockaddr } from "./address/codec.ts";
import { codecOf } from "./address/registry.ts";
import type {
  InetAddress,
  UnixAddress,
  VsockAddress,
} from "./address/types.ts";
import {
  type AddressGuard,
  type Handle,
  type NewSocket,
  setAddressGuard,
} from "./operations/attempt.ts";
import { context } from "./resolver/addrinfo.ts";

const { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_MPTCP } =
  table.constants;

/** The protocols whose addresses have a port. 0 is TCP or UDP. */
const withPorts = [0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_MPTCP];

const { IPPROTO_SCTP } = table.constants;

/**
 * Whether a socket can reach more than its addresses say. Raw and packet sockets receive without
 * `bind` and send packets that name their own destination; SCTP takes addresses as options too;
 * netlink sends to the kernel without an address; the other families have no hosts.
 */
function isBeyondAddresses({ family, type, proto }: NewSocket): boolean {
  if (family === AF_UNIX || family === AF_VSOCK) return false;
  return (family !== AF_INET && family !== AF_INET6) ||
    (type !== SOCK_STREAM && type !== SOCK_DGRAM) || proto === IPPROTO_SCTP;
}

const names = { net: "net access", read: "read access", write: "write access" };

/**
 * Asks for one permission, and the user if Deno can.
 *
 * @param what what it is for; `undefined` for the whole permission
 * @param why what needs the whole permission
 */
function ask(
  name: keyof typeof names,
  what: string | undefined,
  why = "",
): void {
  const descriptor: Deno.PermissionDescriptor = what === undefined
    ? { name }
    : name === "net"
    ? { name, host: what }
    : { name, path: what };
  let status = Deno.permissions.querySync(descriptor);
  if (status.state === "prompt") {
    status = Deno.permissions.requestSync(descriptor);
  }
  // The whole permission is `partial` if something is denied.
  const isWhole = what !== undefined || !status.partial;
  if (status.state === "granted" && isWhole) return;
  const to = what === undefined ? ` without a list, ${why}` : ` to "${what}"`;
  const run = status.state === "granted"
    ? `without --deny-${name}`
    : `with --allow-${name}`;
  throw fromCaller(
    new Deno.errors.NotCapable(
      `Requires ${names[name]}${to}: run again ${run}`,
    ),
    ask,
  );
}

function askForAll(why: string): void {
  ask("net", undefined, why);
}

function askForHost(
  { type, proto }: Handle,
  [host, port]: readonly [string, number, ...unknown[]],
  isOwn: boolean,
): void {
  // An IPv6 socket reaches an IPv4 host under the mapped address.
  const ip = host.startsWith("::ffff:") && host.includes(".")
    ? host.slice("::ffff:".length)
    : host;
  const end = type === SOCK_STREAM || withPorts.includes(proto)
    ? `:${port}`
    : "";
  const quoted = (text: string) => text.includes(":") ? `[${text}]` : text;
  ask("net", quoted(ip) + end);
  if (isOwn) return;
  // As a destination, the unspecified address leads to this machine.
  if (ip === "0.0.0.0") ask("net", `127.0.0.1${end}`);
  if (ip === "::") ask("net", `[::1]${end}`);
}

function askForPath(path: UnixAddress): void {
  if (typeof path === "string" && path !== "") {
    ask("read", path);
    ask("write", path);
  } else if (typeof path === "string" || path.length === 0 || path[0] === 0) {
    askForAll("for a Unix socket without a path");
  } else { // not UTF-8: Deno cannot name it
    const why = "for a path that is not UTF-8";
    ask("read", undefined, why);
    ask("write", undefined, why);
  }
}

const guard: AddressGuard = {
  checkNew(socket: NewSocket): void {
    if (isBeyondAddresses(socket)) {
      askForAll("for a socket that can reach more than its addresses say");
    }
  },

  checkAddress(
    handle: Handle,
    from: Sockaddr,
    length: number,
    isOwn: boolean,
  ): void {
    guard.checkNew(handle); // it may be older than the guard, or adopted
    const family = familyOf(from, layout);
    const address = codecOf(family).decode(from, length, handle, context);
    if (family === AF_INET || family === AF_INET6) {
      askForHost(handle, address as InetAddress, isOwn);
    } else if (family === AF_UNIX) {
      askForPath(address as UnixAddress);
    } else if (family === AF_VSOCK) {
      const [cid, port] = address as VsockAddress;
      ask("net", `vsock:${cid}:${port}`);
    } else {
      askForAll(`for an address of the family ${family}`);
    }
  },
};

/**
 * Makes the sockets of this isolate obey Deno's permissions, which do not bind the C library by
 * themselves. From now on, and for good, everything that is to reach an address asks
 * `Deno.permissions` for it before anything happens: `bind()`, `connect()` and whatever connects,
 * `listen()` of a socket that is not bound, and every call that sends to an address. If Deno would
 * ask the user, it does.
 *
 * - A host and port need `--allow-net` for exactly these, as numbers: names are resolved first,
 *   and that is not asked for. So grant `127.0.0.1:8080`, not `localhost:8080`. An IPv4 address
 *   in IPv6 form is the IPv4 address. What is sent to `0.0.0.0` or `::` also needs the loopback
 *   address, as it goes there. A protocol without ports, such as that of `ping`, needs the host.
 * - A Unix socket's path needs `--allow-read` and `--allow-write`.
 * - A vsock address needs `--allow-net=vsock:cid:port`.
 * - Everything else needs `--allow-net` without a list and without `--deny-net`, already to make
 *   the socket: raw and packet sockets, SCTP, netlink, `AF_ALG` and the other families; and
 *   abstract names of Unix sockets.
 *
 * What is connected or bound already goes on: its `send()` and `accept()` name no address. Joining
 * a multicast group is not asked for either. A Worker has to call this itself.
 *
 * This guards against mistakes. It cannot bind code that means harm: whoever has `--allow-ffi` can
 * call the C library without this one.
 *
 * Afterwards, these calls throw `Deno.errors.NotCapable` where permission is missing, as Deno's own
 * do. It is no `OSError`, so that what handles failed connections does not hide it;
 * `create_connection()` ends at the first address that is not permitted.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { create_connection, enforceNetPermissions } from "@libc/socket";
 *
 * await Deno.permissions.revoke({ name: "net" }); // as if run without --allow-net
 * enforceNetPermissions();
 * assertThrows(() => create_connection(["127.0.0.1", 80]), Deno.errors.NotCapable);
 * ```
 * @category Sockets
 */
export function enforceNetPermissions(): void {
  setAddressGuard(guard);
}
