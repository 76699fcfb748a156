/**
 * `getaddrinfo(3)` itself: its arguments made, its answer read. Whether the call between the two
 * blocks this thread or another is the caller's affair.
 */

import { EAI_SYSTEM } from "../constants/mod.ts";
import { layout } from "../ffi/layout/mod.ts";
import { errno, libc, load } from "../ffi/libc.ts";
import { cstring, stringAt, view } from "../ffi/memory.ts";
import { gaierror, type OSError, osError } from "./errors.ts";
import { type Sockaddr, sockaddrStorage, write } from "./address/codec.ts";

/** The arguments of one call, as libc takes them. */
export interface AddressInfoCall {
  /** The host's name, or null. */
  readonly node: Uint8Array<ArrayBuffer> | null;
  /** The service's name or number, or null. */
  readonly service: Uint8Array<ArrayBuffer> | null;
  /** A `struct addrinfo`. */
  readonly hints: Uint8Array<ArrayBuffer>;
  /** Where the answer's address goes. */
  readonly result: BigUint64Array<ArrayBuffer>;
}

/** One entry of the answer. */
export interface AddressInfoEntry {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly canonname: string;
  readonly address: Sockaddr;
  readonly length: number;
}

/** Makes the arguments of a call. */
export function prepare(
  node: string | Uint8Array | null,
  service: string | Uint8Array | null,
  family: number,
  type: number,
  proto: number,
  flags: number,
): AddressInfoCall {
  const { addrinfo } = layout;
  const hints = new DataView(new ArrayBuffer(addrinfo.size));
  write(hints, addrinfo.ai_family, family);
  write(hints, addrinfo.ai_socktype, type);
  write(hints, addrinfo.ai_protocol, proto);
  write(hints, addrinfo.ai_flags, flags);
  return {
    node: node === null ? null : cstring("host", node),
    service: service === null ? null : cstring("port", service),
    hints: new Uint8Array(hints.buffer),
    result: new BigUint64Array(1),
  };
}

/**
 * Reads the answer of a call and frees it.
 *
 * @param call the call's arguments
 * @param code what it returned
 * @throws {gaierror} if it failed
 */
export function finish(
  call: AddressInfoCall,
  code: number,
): AddressInfoEntry[] {
  if (code !== 0) throw resolverError(code, "getaddrinfo");
  const { addrinfo } = layout;
  const entries: AddressInfoEntry[] = [];
  try {
    for (let at = call.result[0]; at !== 0n;) {
      const info = view(at, addrinfo.size);
      const length = info.getUint32(addrinfo.ai_addrlen.at, true);
      const canonname = info.getBigUint64(addrinfo.ai_canonname.at, true);
      const address = sockaddrStorage();
      const from = view(info.getBigUint64(addrinfo.ai_addr.at, true), length);
      address.bytes.set(new Uint8Array(from.buffer));
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
  } finally {
    libc.freeaddrinfo(call.result[0]);
  }
  return entries;
}

/**
 * Resolves, blocking this thread.
 *
 * @throws {gaierror} if the name cannot be resolved
 */
export function lookup(call: AddressInfoCall): AddressInfoEntry[] {
  return finish(
    call,
    load().getaddrinfo(call.node, call.service, call.hints, call.result),
  );
}

/** The error of an `EAI_` code. */
export function resolverError(code: number, syscall: string): OSError {
  if (code === EAI_SYSTEM) return osError(errno(), syscall);
  return new gaierror(code, stringAt(libc.gai_strerror(code)), { syscall });
}

/**
 * A host name as the resolver takes it: names beyond ASCII in their IDNA form.
 *
 * @throws {RangeError} if it has a NUL inside, or no IDNA form
 */
export function encodeHost(host: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(host)) return host;
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    throw new RangeError(
      `host: ${JSON.stringify(host)} is not a valid host name`,
    );
  }
}
