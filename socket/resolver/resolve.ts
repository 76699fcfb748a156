/** `getaddrinfo` and `getnameinfo`, each once: `mod.ts` drives them by blocking, `async.ts` by awaiting. */

import {
  AF_INET,
  AF_INET6,
  AI_NUMERICHOST,
  SOCK_DGRAM,
} from "../../constants/mod.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { stringIn } from "../../ffi/memory.ts";
import { context } from "./context.ts";
import { codecOf } from "../address/registry.ts";
import type { Family, Inet6Address, InetAddress } from "../address/types.ts";
import { describe, integer, stringOrBytes } from "../../errors/arguments.ts";
import { OSError } from "../../errors/errors.ts";
import {
  addressEntries,
  encodeHost,
  type Entry,
  resolverError,
} from "./address_info.ts";
import type { Resolving } from "./call.ts";

/**
 * One of the addresses that `getaddrinfo()` found: the arguments of a socket for it, the canonical
 * name (with `AI_CANONNAME`, in the first), and the address.
 */
export type AddressInfoTuple = [
  family: Family<InetAddress | Inet6Address>,
  type: number,
  proto: number,
  canonname: string,
  sockaddr: InetAddress | Inet6Address,
];

/** A host name, or null, as the resolver takes it. */
function hostArgument(host: unknown): string | Uint8Array | null {
  if (host === null || host === undefined) return null;
  const name = stringOrBytes("host", host);
  return typeof name === "string" ? encodeHost(name) : name;
}

/** A service name or a port number, or null, as the resolver takes it. */
function portArgument(port: unknown): string | Uint8Array | null {
  if (port === null || port === undefined) return null;
  if (typeof port === "number") return String(integer("port", port, 0, 0xffff));
  return stringOrBytes("port", port);
}

/** `getaddrinfo()`. */
export function* getaddrinfo(
  host: unknown,
  port: unknown,
  family = 0,
  type = 0,
  proto = 0,
  flags = 0,
): Resolving<AddressInfoTuple[]> {
  const entries = yield* addressEntries(
    hostArgument(host),
    portArgument(port),
    integer("family", family),
    integer("type", type),
    integer("proto", proto),
    integer("flags", flags),
  );
  return entries.map((entry) => [
    entry.family as Family<InetAddress | Inet6Address>,
    entry.type,
    entry.proto,
    entry.canonname,
    decode(entry),
  ]);
}

function decode(
  { family, proto, address, length }: Entry,
): InetAddress | Inet6Address {
  const socket = { family, proto, fd: -1 };
  return codecOf(family).decode(address, length, socket, context) as
    | InetAddress
    | Inet6Address;
}

const NI_MAXHOST = 1025;
const NI_MAXSERV = 32;

/** `getnameinfo()`. */
export function* getnameinfo(
  sockaddr: unknown,
  flags: unknown,
): Resolving<[host: string, port: string]> {
  if (!Array.isArray(sockaddr) || sockaddr.length < 2 || sockaddr.length > 4) {
    throw new TypeError(
      `sockaddr must be [host, port] or [host, port, flowinfo, scope_id], not ${
        describe(sockaddr)
      }`,
    );
  }
  const [host, port, flowinfo = 0, scope_id = 0] = sockaddr;
  const bits = integer("flags", flags);
  const flow = integer("flowinfo", flowinfo, 0, 0xfffff);
  const scope = integer("scope_id", scope_id, 0, 0xffffffff);
  const entries = yield* addressEntries(
    hostArgument(host),
    portArgument(integer("port", port, 0, 0xffff)),
    0,
    SOCK_DGRAM,
    0,
    AI_NUMERICHOST,
  );
  const [{ family, address, length }] = entries;
  if (entries.length > 1) {
    throw new OSError(null, "sockaddr resolved to multiple addresses");
  }
  if (family === AF_INET && sockaddr.length !== 2) {
    throw new OSError(null, "IPv4 sockaddr must be 2 tuple");
  }
  if (family === AF_INET6) {
    const { sin6_flowinfo, sin6_scope_id } = layout.sockaddr_in6;
    address.view.setUint32(sin6_flowinfo.at, flow);
    // The scope may also be in the host's text.
    if (sockaddr.length > 3) {
      address.view.setUint32(sin6_scope_id.at, scope, true);
    }
  }
  const name = new Uint8Array(NI_MAXHOST);
  const service = new Uint8Array(NI_MAXSERV);
  const code = yield (libc) =>
    libc.getnameinfo(
      address.bytes,
      length,
      name,
      name.length,
      service,
      service.length,
      bits,
    );
  if (code !== 0) throw resolverError(code, "getnameinfo");
  return [stringIn(name), stringIn(service)];
}
