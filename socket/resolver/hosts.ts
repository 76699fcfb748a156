/**
 * The older functions for hosts, written once: `mod.ts` drives them by blocking, `async.ts` by
 * awaiting, and both document them.
 */

import { unavailable } from "../../constants/missing.ts";
import { AF_INET } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { string, stringOrBytes } from "../../errors/arguments.ts";
import { ERANGE } from "../../errors/errno.ts";
import { check, herror, OSError } from "../../errors/errors.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { errno, libc, load } from "../../ffi/libc.ts";
import {
  copy,
  cstring,
  pointersAt,
  stringAt,
  stringIn,
  view,
} from "../../ffi/memory.ts";
import { ipv4Number as numericIPv4 } from "../address/inet.ts";
import { formatIPv4, formatIPv6 } from "../address/ip.ts";
import {
  addressEntries,
  addressText,
  encodeHost,
  numericHost,
} from "./addrinfo.ts";
import { Lookup, type Resolving, type SlowCalls } from "./call.ts";
import { orExhausted } from "./exhaustion.ts";
import { hasAddress, hasName } from "./hosts_file.ts";

/** A host's primary name, its other names, and its addresses. */
export type HostEntry = [
  hostname: string,
  aliaslist: string[],
  ipaddrlist: string[],
];

/** Implements `gethostbyname()`. */
export function* gethostbyname(hostname: unknown): Resolving<string> {
  const name = string("hostname", hostname);
  const number = numericIPv4(name);
  return Number.isNaN(number)
    ? yield* numericHost(name, AF_INET)
    : formatIPv4(number);
}

/** Implements `gethostbyname_ex()`. */
export function* gethostbyname_ex(hostname: unknown): Resolving<HostEntry> {
  const name = string("hostname", hostname);
  yield* gethostbyname(name); // for its gaierror, as in Python
  const cname = cstring("hostname", encodeHost(name));
  return yield* hostEntry(
    "gethostbyname_r",
    name,
    (libc, ...storage) => libc.gethostbyname_r!(cname, ...storage),
    () => libc.gethostbyname(cname),
    () => hasName(name, AF_INET),
  );
}

/** Implements `gethostbyaddr()`. */
export function* gethostbyaddr(ip_address: unknown): Resolving<HostEntry> {
  const host = string("ip_address", ip_address);
  if (host === "") {
    throw new OSError(null, "wildcard resolved to multiple address");
  }
  const [{ family, address }] = yield* addressEntries(
    host === "<broadcast>" ? "255.255.255.255" : encodeHost(host),
    null,
  );
  const { at, size } = family === AF_INET
    ? layout.sockaddr_in.sin_addr
    : layout.sockaddr_in6.sin6_addr;
  const ip = address.bytes.slice(at, at + size);
  return yield* hostEntry(
    "gethostbyaddr_r",
    host,
    (libc, ...storage) => libc.gethostbyaddr_r!(ip, size, family, ...storage),
    () => libc.gethostbyaddr(ip, size, family),
    () => hasAddress(addressText(family, address)),
  );
}

type Storage = Parameters<NonNullable<SlowCalls["gethostbyname_r"]>> extends
  [unknown, ...infer S] ? S
  : never;

/**
 * Finds a host's entry with the reentrant function where the platform has one, otherwise with the
 * plain one, whose result is in thread-local storage on those platforms.
 */
function* hostEntry(
  syscall: string,
  asked: string,
  reentrant: (libc: SlowCalls, ...storage: Storage) => number,
  plain: () => bigint,
  isLocal: () => boolean,
): Resolving<HostEntry> {
  const { hostent } = layout;
  if (!libc.gethostbyname_r) {
    const found = plain();
    if (found === 0n) throw hostError(plainHostError(), syscall, asked);
    return readHost(view(found, hostent.size));
  }
  const entry = new Uint8Array(hostent.size);
  const result = new BigUint64Array(1);
  const h_errno = new Int32Array(1);
  for (let size = 1024;; size *= 4) {
    const text = new Uint8Array(size);
    const code = yield new Lookup(
      syscall,
      (libc) => reentrant(libc, entry, text, size, result, h_errno),
      { isLocal },
    );
    if (code === ERANGE && size < 1 << 24) continue; // the storage was too small
    if (result[0] === 0n) throw hostError(h_errno[0], syscall, asked);
    // The entry points into `text`: the fill() keeps `text` alive until the strings are copied.
    const host = readHost(new DataView(entry.buffer));
    text.fill(0);
    return host;
  }
}

/**
 * Returns the error number of the plain function. Where `hstrerror` exists, the number is in
 * `h_errno`, which is not accessible: assume `HOST_NOT_FOUND`.
 */
function plainHostError(): number {
  return libc.hstrerror ? table.constants.HOST_NOT_FOUND : errno();
}

function hostError(number: number, syscall: string, asked: string): OSError {
  const text = libc.hstrerror
    ? stringAt(libc.hstrerror(number))
    : "host not found"; // Python's text where the C library has none
  const options = { syscall, address: [asked] };
  return orExhausted(new herror(number, text, options), syscall);
}

function readHost(entry: DataView): HostEntry {
  const { h_name, h_aliases, h_addrtype, h_length, h_addr_list } =
    layout.hostent;
  const family = entry.getInt16(h_addrtype.at, true);
  const length = entry.getInt16(h_length.at, true);
  return [
    stringAt(entry.getBigUint64(h_name.at, true)),
    pointersAt(entry.getBigUint64(h_aliases.at, true)).map(stringAt),
    pointersAt(entry.getBigUint64(h_addr_list.at, true)).map((address) => {
      const ip = copy(address, length);
      return family === AF_INET ? ip.join(".") : formatIPv6(ip);
    }),
  ];
}

/** Implements `getfqdn()`. */
export function* getfqdn(name: unknown = ""): Resolving<string> {
  const given = string("name", name).trim();
  const host = given === "" || given === "0.0.0.0" || given === "::"
    ? gethostname()
    : given;
  try {
    const [hostname, aliases] = yield* gethostbyaddr(host);
    return [hostname, ...aliases].find((alias) => alias.includes(".")) ??
      hostname;
  } catch (error) {
    if (error instanceof OSError) return host;
    throw error;
  }
}

/**
 * Returns the name of this machine. `gethostname(2)`.
 *
 * @returns the name
 * @throws {OSError} if the call fails
 */
export function gethostname(): string {
  const name = new Uint8Array(1024);
  check(load().gethostname(name, name.length - 1), "gethostname");
  return stringIn(name);
}

/**
 * Sets the name of this machine, which requires administrator rights. `sethostname(2)`.
 *
 * @param name the name
 * @throws {PermissionError} without those rights
 * @throws {RangeError} if the platform lacks the function
 */
export function sethostname(name: string | Uint8Array): void {
  const bytes = cstring("name", stringOrBytes("name", name));
  const { sethostname } = load();
  if (!sethostname) throw unavailable("sethostname");
  check(sethostname(bytes, bytes.length - 1), "sethostname");
}
