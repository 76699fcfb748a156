/** `getaddrinfo(3)` and its structs: hints in, a list of addresses out. */

import { AF_INET, AF_INET6, EAI_SYSTEM } from "../../constants/mod.ts";
import { errno, libc, load } from "../../ffi/libc.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { cstring, stringAt, view } from "../../ffi/memory.ts";
import { type Sockaddr, sockaddrStorage, write } from "../address/codec.ts";
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from "../address/ip.ts";
import { integer, stringOrBytes } from "../../errors/arguments.ts";
import { gaierror, type OSError, osError } from "../../errors/errors.ts";
import { Lookup, type Resolving, type SlowCalls } from "./call.ts";

/** One entry of an answer. */
export interface Entry {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly canonname: string;
  readonly address: Sockaddr;
  readonly length: number;
}

/**
 * Calls `getaddrinfo(3)` and reads its answer.
 *
 * @throws {gaierror} if the names cannot be resolved
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
  // What is numeric takes no time, and another thread would.
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
 * @throws {gaierror} if it has none
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

/** An address whose first part, a host name, is made numeric. */
export function* numericAddress(
  [host, ...rest]: readonly unknown[],
  family: number,
): Resolving<unknown[]> {
  // Families that borrow IPv4's addresses borrow its names too.
  const internet = family === AF_INET6 ? AF_INET6 : AF_INET;
  return [yield* numericHost(host as string, internet), ...rest];
}

/** The error of an `EAI_` code of a call on this thread. */
export function resolverError(code: number, syscall: string): OSError {
  return code === EAI_SYSTEM
    ? osError(errno(), syscall)
    : gaiError(code, syscall);
}

/** The error of an `EAI_` code, whatever it refers to. */
export function gaiError(code: number, syscall: string): gaierror {
  const text = libc.gai_strerror
    ? stringAt(libc.gai_strerror(code))
    : "getaddrinfo failed"; // as Python says, where the library has no texts
  return new gaierror(code, text, { syscall });
}

/**
 * A host name as the resolver takes it: names beyond ASCII in their IDNA form.
 *
 * @throws {RangeError} if it has none
 */
export function encodeHost(host: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(host)) return host;
  // What means something in a URL, means nothing in a host name.
  const url = /[\s/\\?#@:%[\]]/.test(host) ? null : URL.parse(`http://${host}`);
  if (url === null || url.hostname === "") {
    throw new RangeError(
      `host: ${JSON.stringify(host)} is not a valid host name`,
    );
  }
  return url.hostname;
}

/** A host name, or null, as the resolver takes it. */
export function hostArgument(host: unknown): string | Uint8Array | null {
  if (host === null || host === undefined) return null;
  const name = stringOrBytes("host", host);
  return typeof name === "string" ? encodeHost(name) : name;
}

/** A service name or a port number, or null, as the resolver takes it. */
export function portArgument(port: unknown): string | Uint8Array | null {
  if (port === null || port === undefined) return null;
  if (typeof port === "number") return String(integer("port", port, 0, 0xffff));
  return stringOrBytes("port", port);
}
