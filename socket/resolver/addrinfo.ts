/** `getaddrinfo(3)`: its hints, the list it returns, its errors, and checks of host and port. */

import { AF_INET, AF_INET6, EAI_SYSTEM } from "../../constants/mod.ts";
import { integer, stringOrBytes } from "../../errors/arguments.ts";
import { gaierror, type OSError, osError } from "../../errors/errors.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { errno, libc, load } from "../../ffi/libc.ts";
import { cstring, stringAt, view } from "../../ffi/memory.ts";
import { type Sockaddr, sockaddrStorage, write } from "../address/codec.ts";
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from "../address/ip.ts";
import { Lookup, type Resolving, type SlowCalls } from "./call.ts";

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
  const call = (libc: SlowCalls): number =>
    libc.getaddrinfo(host, port, hintBytes, result);
  // A numeric host needs no lookup: a call on another thread would only cost time.
  const code = typeof node === "string" && isNumeric(node)
    ? call(load())
    : yield new Lookup(call, (code) => {
      if (code === 0) libc.freeaddrinfo(result[0]);
    });
  if (code !== 0) throw resolverError(code, "getaddrinfo");
  try {
    return readEntries(result[0]);
  } finally {
    libc.freeaddrinfo(result[0]);
  }
}

function readEntries(first: bigint): Entry[] {
  const { addrinfo } = layout;
  const entries: Entry[] = [];
  for (let at = first; at !== 0n;) {
    const info = view(at, addrinfo.size);
    const length = info.getUint32(addrinfo.ai_addrlen.at, true);
    const canonname = info.getBigUint64(addrinfo.ai_canonname.at, true);
    const address = sockaddrStorage();
    libc.memcpy_from(
      address.bytes,
      info.getBigUint64(addrinfo.ai_addr.at, true),
      length,
    );
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
  const [{ address: { bytes, view } }] = yield* addressEntries(
    encodeHost(host),
    null,
    family,
  );
  if (family !== AF_INET6) {
    return formatIPv4(view.getUint32(layout.sockaddr_in.sin_addr.at));
  }
  const { sin6_addr, sin6_scope_id } = layout.sockaddr_in6;
  const scope = view.getUint32(sin6_scope_id.at, true);
  return formatIPv6(bytes, sin6_addr.at) + (scope === 0 ? "" : `%${scope}`);
}

function isNumeric(host: string): boolean {
  return parseIPv4(host) >= 0 || parseIPv6(host, new Uint8Array(16));
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
export function resolverError(code: number, syscall: string): OSError {
  return code === EAI_SYSTEM
    ? osError(errno(), syscall)
    : gaiError(code, syscall);
}

/** Makes the error for an `EAI_` code without looking at `errno`. */
export function gaiError(code: number, syscall: string): gaierror {
  const text = libc.gai_strerror
    ? stringAt(libc.gai_strerror(code))
    : "getaddrinfo failed"; // Python's text where the C library has none
  return new gaierror(code, text, { syscall });
}

/**
 * Encodes a host name for the resolver: a name beyond ASCII becomes its IDNA form.
 *
 * @throws {RangeError} if it has no IDNA form
 */
export function encodeHost(host: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(host)) return host;
  // Characters that a URL treats specially are not valid in a host name.
  const url = /[\s/\\?#@:%[\]]/.test(host) ? null : URL.parse(`http://${host}`);
  if (url === null || url.hostname === "") {
    throw new RangeError(
      `host: ${JSON.stringify(host)} is not a valid host name`,
    );
  }
  return url.hostname;
}

/** Checks a host name, bytes or null, and encodes it for the resolver. */
export function hostArgument(host: unknown): string | Uint8Array | null {
  if (host === null || host === undefined) return null;
  const name = stringOrBytes("host", host);
  return typeof name === "string" ? encodeHost(name) : name;
}

/** Checks a service name, a port number or null, and encodes it for the resolver. */
export function portArgument(port: unknown): string | Uint8Array | null {
  if (port === null || port === undefined) return null;
  if (typeof port === "number" || typeof port === "bigint") {
    return String(integer("port", port, 0, 0xffff));
  }
  return stringOrBytes("port", port);
}
