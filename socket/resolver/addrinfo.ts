/**
 * `getaddrinfo(3)` and `getnameinfo(3)`: hints, the list of results, errors, checks of host and
 * port.
 */

import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  AI_NUMERICHOST,
  EAI_SERVICE,
  EAI_SYSTEM,
  IPPROTO_TCP,
  IPPROTO_UDP,
  NI_NOFQDN,
  NI_NUMERICHOST,
  SOCK_DGRAM,
  SOCK_STREAM,
} from "../../constants/mod.ts";
import { rangeError, typeError } from "../../constants/stack.ts";
import { describe, integer, stringOrBytes } from "../../errors/arguments.ts";
import { check, gaierror, OSError, osError } from "../../errors/errors.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { errno, libc, load } from "../../ffi/libc.ts";
import { cstring, stringAt, stringIn, view } from "../../ffi/memory.ts";
import {
  bareSocket,
  type CodecContext,
  type Sockaddr,
  sockaddrStorage,
  write,
} from "../address/codec.ts";
import {
  formatIPv4,
  formatIPv6,
  parseIPv4,
  parseIPv6,
} from "../address/inet.ts";
import {
  Lookup,
  orExhausted,
  resolveSync,
  type Resolving,
  type SlowCalls,
} from "./call.ts";
import { hasAddress, hasName } from "./hosts_file.ts";
import { table } from "../../constants/table.ts";
import { features } from "../../ffi/features.ts";
import { if_nametoindex } from "./interfaces.ts";
import { codecOf } from "../address/registry.ts";
import type { Family, Inet6Address, InetAddress } from "../address/types.ts";

/** One entry of the list that `getaddrinfo(3)` returns. */
export interface Entry {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly canonname: string;
  readonly address: Sockaddr;
  readonly length: number;
}

/**
 * Calls `getaddrinfo(3)` and reads the list it returns.
 *
 * @throws {gaierror} if the names cannot be resolved
 * @throws {RangeError} if a name contains a NUL
 */
export function* addressEntries(
  node: string | Uint8Array | null,
  service: string | Uint8Array | null,
  family = 0,
  type = 0,
  proto = 0,
  flags = 0,
): Resolving<Entry[]> {
  load();
  const { addrinfo } = layout;
  const hints = new DataView(new ArrayBuffer(addrinfo.size));
  write(hints, addrinfo.ai_family, family);
  write(hints, addrinfo.ai_socktype, type);
  write(hints, addrinfo.ai_protocol, proto);
  write(hints, addrinfo.ai_flags, flags);
  const host = node === null ? null : cstring("host", node);
  const port = service === null ? null : cstring("port", service);
  const hintBytes = new Uint8Array(hints.buffer);
  const result = new BigUint64Array(1);
  const query = { node: host, service: port, hints: hintBytes, result };
  const call = (libc: SlowCalls): number =>
    libc.getaddrinfo(host, port, hintBytes, result);
  const name = node instanceof Uint8Array ? stringIn(node) : node;
  // A numeric host needs no lookup: a call on another thread would only cost time.
  const code = name === null || flags & AI_NUMERICHOST || isNumeric(name)
    ? call(load())
    : yield new Lookup("getaddrinfo", call, {
      query,
      isLocal: () => hasName(name, family),
      discard(code) {
        if (code === 0) libc.freeaddrinfo(result[0]);
      },
    });
  if (code !== 0) {
    throw resolverError(code, "getaddrinfo", namesOf(node, service));
  }
  try {
    return readEntries(result[0]);
  } finally {
    libc.freeaddrinfo(result[0]);
  }
}

/** What a lookup was for, as errors show it: `["example.org",80]`. */
function namesOf(
  node: string | Uint8Array | null,
  service: string | Uint8Array | null,
): unknown[] {
  if (service === null) return [node];
  const isNumber = typeof service === "string" && /^\d+$/.test(service);
  return [node, isNumber ? Number(service) : service];
}

/** Copies what the C library found, from a list that it must free. */
export function readEntries(first: bigint): Entry[] {
  const { addrinfo } = layout;
  const entries: Entry[] = [];
  for (let at = first; at !== 0n;) {
    const info = view(at, addrinfo.size);
    const from = info.getBigUint64(addrinfo.ai_addr.at, true);
    const canonname = info.getBigUint64(addrinfo.ai_canonname.at, true);
    const address = sockaddrStorage();
    // A resolver's module may return any length. No more is copied than there is room for.
    const length = from === 0n ? 0 : Math.min(
      info.getUint32(addrinfo.ai_addrlen.at, true),
      address.bytes.length,
    );
    if (length > 0) libc.memcpy_from(address.bytes, from, length);
    entries.push({
      family: info.getInt32(addrinfo.ai_family.at, true),
      type: info.getInt32(addrinfo.ai_socktype.at, true),
      proto: info.getInt32(addrinfo.ai_protocol.at, true),
      canonname: canonname === 0n ? "" : stringAt(canonname),
      address,
      length,
    });
    at = info.getBigUint64(addrinfo.ai_next.at, true);
  }
  return entries;
}

/**
 * Resolves a host name to the first of its addresses in a family, as numeric text.
 *
 * @throws {gaierror} if it has no such address
 */
export function* numericHost(host: string, family: number): Resolving<string> {
  const [{ address }] = yield* addressEntries(encodeHost(host), null, family);
  const text = addressText(family, address);
  if (family !== AF_INET6) return text;
  const { sin6_scope_id } = layout.sockaddr_in6;
  const scope = address.view.getUint32(sin6_scope_id.at, true);
  return text + (scope === 0 ? "" : `%${scope}`);
}

/** Formats the IP address of a socket address, without a scope. */
export function addressText(
  family: number,
  { bytes, view }: Sockaddr,
): string {
  return family === AF_INET6
    ? formatIPv6(bytes, layout.sockaddr_in6.sin6_addr.at)
    : formatIPv4(view.getUint32(layout.sockaddr_in.sin_addr.at));
}

function isNumeric(host: string): boolean {
  return parseIPv4(host) >= 0 || isNumericIPv6(host);
}

/** Whether a host is an IPv6 address, with or without a scope. */
function isNumericIPv6(host: string): boolean {
  const [address] = host.split("%", 1);
  return parseIPv6(address, new Uint8Array(16));
}

/**
 * Resolves the host name in an address.
 *
 * @returns the address with the numeric host in its place
 * @throws {gaierror} if the name cannot be resolved
 */
export function* numericAddress(
  [host, ...rest]: readonly unknown[],
  family: number,
): Resolving<unknown[]> {
  // Families that use IPv4 addresses resolve names as IPv4 does.
  const internet = family === AF_INET6 ? AF_INET6 : AF_INET;
  return [yield* numericHost(host as string, internet), ...rest];
}

/** Makes the error for the `EAI_` code of a call on this thread, whose `errno` it may refer to. */
export function resolverError(
  code: number,
  syscall: string,
  address: unknown,
): OSError {
  return code === EAI_SYSTEM
    ? osError(errno(), syscall, address)
    : gaiError(code, syscall, address);
}

/** Makes the error for an `EAI_` code without looking at `errno`. */
export function gaiError(
  code: number,
  syscall: string,
  address?: unknown,
): OSError {
  const text = libc.gai_strerror
    ? stringAt(libc.gai_strerror(code))
    : "getaddrinfo failed"; // Python's text where the C library has none
  return orExhausted(new gaierror(code, text, { syscall, address }), syscall);
}

/**
 * Encodes a host name for the resolver: a name beyond ASCII becomes its IDNA form. In an IPv6
 * address with a scope, that is the name of an interface, and stays as it is.
 *
 * @throws {RangeError} if it has no IDNA form
 */
export function encodeHost(host: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(host) || isNumericIPv6(host)) return host;
  // Characters that a URL treats specially are not valid in a host name.
  const url = /[\s/\\?#@:%[\]]/.test(host) ? null : URL.parse(`http://${host}`);
  if (url === null || url.hostname === "") {
    throw rangeError(
      `host: ${JSON.stringify(host)} is not a valid host name`,
    );
  }
  return url.hostname;
}

/** Checks a host name, bytes or null, and encodes it for the resolver. */
export function hostArgument(host: unknown): string | Uint8Array | null {
  if (host === null || host === undefined) return null;
  const name = stringOrBytes("host", host, "null");
  return typeof name === "string" ? encodeHost(name) : name;
}

/**
 * Checks a service name, a port number or null, and encodes it for the resolver.
 *
 * @throws {gaierror} `EAI_SERVICE` for a number out of bounds: glibc takes it modulo 65536
 */
export function portArgument(port: unknown): string | Uint8Array | null {
  if (port === null || port === undefined) return null;
  const service = typeof port === "number" || typeof port === "bigint"
    ? String(integer("port", port, -Infinity, Infinity))
    : stringOrBytes("port", port, "a number", "null");
  const text = typeof service === "string" ? service : stringIn(service);
  if (/^\s*[+-]?\d+$/.test(text) && !(+text >= 0 && +text <= 0xffff)) {
    const rule = `port must be 0-65535, not ${text}`;
    throw new gaierror(EAI_SERVICE, rule, { syscall: "getaddrinfo" });
  }
  return service;
}

// The context of the running platform, for the address codecs.

/** The running platform: a host name in an address is resolved by blocking. */
export const context: CodecContext = {
  constants: table.constants,
  layout,
  features,
  resolve: (host, family) => resolveSync(numericHost(host, family)),
  if_nametoindex,
  ioctl: (fd, request, arg) => {
    check(libc.ioctl(fd, request, arg), "ioctl");
  },
};

// `getaddrinfo()`, written once: `mod.ts` drives it by blocking, `async.ts` by awaiting.

/**
 * One of the addresses that `getaddrinfo()` returns: the arguments for a socket, the canonical name
 * (only with `AI_CANONNAME`, and only in the first entry), and the address.
 *
 * @typeParam A the addresses of the family that was asked for; of both if none was
 * @category Names and addresses
 */
export type AddressInfoTuple<
  A extends InetAddress | Inet6Address = InetAddress | Inet6Address,
> = [
  family: Family<A>,
  type: number,
  proto: number,
  canonname: string,
  sockaddr: A,
];

/** Implements `getaddrinfo()`, which `mod.ts` and `async.ts` document. */
export function* getaddrinfo(
  host: unknown,
  port: unknown,
  family = 0,
  type = 0,
  proto = 0,
  flags = 0,
): Resolving<AddressInfoTuple[]> {
  const query = [
    hostArgument(host),
    portArgument(port),
    integer("family", family),
    integer("type", type),
    integer("proto", proto),
    integer("flags", flags),
  ] as const;
  const known = knownTuple(...query);
  if (known !== undefined) return [known];
  const entries = yield* addressEntries(...query);
  return entries.map((entry) => [
    entry.family as Family<InetAddress | Inet6Address>,
    entry.type,
    entry.proto,
    entry.canonname,
    decode(entry),
  ]);
}

/**
 * The only answer to what programs ask most, by the least work: a dotted quad and a port's number
 * for one type of socket. To bind the three functions that a lookup calls takes 0.6 ms.
 */
function knownTuple(
  host: string | Uint8Array | null,
  port: string | Uint8Array | null,
  family: number,
  type: number,
  proto: number,
  flags: number,
): AddressInfoTuple | undefined {
  if (typeof host !== "string" || typeof port !== "string") return undefined;
  const isPlain = (family === AF_UNSPEC || family === AF_INET) &&
    proto === 0 && flags === 0 && features.addrinfoProtocol;
  const protocol = type === SOCK_STREAM
    ? IPPROTO_TCP
    : type === SOCK_DGRAM
    ? IPPROTO_UDP
    : undefined;
  if (!isPlain || protocol === undefined) return undefined;
  if (parseIPv4(host) < 0 || !/^\d+$/.test(port)) return undefined;
  return [AF_INET, type, protocol, "", [host, Number(port)]];
}

function decode(
  { family, proto, address, length }: Entry,
): InetAddress | Inet6Address {
  return codecOf(family)
    .decode(address, length, bareSocket(family, proto), context) as
      | InetAddress
      | Inet6Address;
}

// `getnameinfo()`, written once: `mod.ts` drives it by blocking, `async.ts` by awaiting.

const NI_MAXHOST = 1025;
const NI_MAXSERV = 32;

/** Implements `getnameinfo()`, which `mod.ts` and `async.ts` document. */
export function* getnameinfo(
  sockaddr: unknown,
  flags: unknown,
): Resolving<[host: string, port: string]> {
  if (!Array.isArray(sockaddr) || sockaddr.length < 2 || sockaddr.length > 4) {
    throw typeError(
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
    // Without a scope_id, keep the scope that the host's text may contain.
    if (sockaddr.length > 3) {
      address.view.setUint32(sin6_scope_id.at, scope, true);
    }
  }
  const name = new Uint8Array(NI_MAXHOST);
  const service = new Uint8Array(NI_MAXSERV);
  const code = yield new Lookup(
    "getnameinfo",
    (libc) =>
      libc.getnameinfo(
        address.bytes,
        length,
        name,
        name.length,
        service,
        service.length,
        bits,
      ),
    { isLocal: () => isLocal(addressText(family, address), bits) },
  );
  if (code !== 0) throw resolverError(code, "getnameinfo", sockaddr);
  return [stringIn(name), stringIn(service)];
}

/** Whether the host's name is not asked for, or is in the hosts file. */
function isLocal(address: string, flags: number): boolean {
  if (flags & NI_NUMERICHOST) return true;
  // To shorten a name, the C library looks up this machine's.
  return (flags & NI_NOFQDN) === 0 && hasAddress(address);
}
