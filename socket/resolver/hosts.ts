/**
 * The older functions for hosts, written once: `mod.ts` drives them by blocking, `async.ts` by
 * awaiting, and both document them. Also those for services and protocols.
 */

import { table, unavailable } from "../../constants/table.ts";
import { AF_INET } from "../../constants/mod.ts";
import { integer, string, stringOrBytes } from "../../errors/arguments.ts";
import { check, ERANGE, herror, OSError } from "../../errors/errors.ts";
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
import {
  formatIPv4,
  formatIPv6,
  ipv4Number as numericIPv4,
} from "../address/inet.ts";
import {
  addressEntries,
  addressText,
  encodeHost,
  numericHost,
} from "./addrinfo.ts";
import { Lookup, orExhausted, type Resolving, type SlowCalls } from "./call.ts";
import { hasAddress, hasName } from "./hosts_file.ts";
import { htons, ntohs } from "../address/arpa_inet.ts";
import { read } from "../address/codec.ts";

/**
 * A host's primary name, its other names, and its addresses.
 * @category Names and addresses
 */
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
 * @see {@link https://docs.python.org/3/library/socket.html#socket.gethostname}
 * @category Names and addresses
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
 * @see {@link https://docs.python.org/3/library/socket.html#socket.sethostname}
 * @category Names and addresses
 */
export function sethostname(name: string | Uint8Array): void {
  const bytes = cstring("name", stringOrBytes("name", name));
  const { sethostname } = load();
  if (!sethostname) throw unavailable("sethostname");
  check(sethostname(bytes, bytes.length - 1), "sethostname");
}

// Services and protocols by name and number.

const STORAGE = 4096;

/**
 * Finds an entry with the reentrant function where the platform has one, otherwise with the plain
 * one, whose result is in thread-local storage on those platforms.
 *
 * @returns a value read from the entry, `undefined` if there is no entry
 */
function find<T>(
  size: number,
  reentrant:
    | ((
      entry: Uint8Array<ArrayBuffer>,
      text: Uint8Array<ArrayBuffer>,
      length: number,
      result: BigUint64Array<ArrayBuffer>,
    ) => number)
    | null
    | undefined,
  plain: () => bigint,
  pick: (entry: DataView) => T,
): T | undefined {
  if (!reentrant) {
    const found = plain();
    return found === 0n ? undefined : pick(view(found, size));
  }
  const entry = new Uint8Array(size);
  const text = new Uint8Array(STORAGE);
  const result = new BigUint64Array(1);
  reentrant(entry, text, STORAGE, result);
  const value = result[0] === 0n ? undefined : pick(new DataView(entry.buffer));
  text.fill(0); // keeps `text` alive until here: the entry points into it
  return value;
}

function notFound(
  text: string,
  syscall: string,
  ...address: readonly unknown[]
): OSError {
  const named = address.filter((name) => name !== undefined && name !== null);
  const options = { syscall, address: named };
  return orExhausted(new OSError(null, text, options), syscall);
}

function protocolArgument(
  protocolname: unknown,
): Uint8Array<ArrayBuffer> | null {
  return protocolname === undefined || protocolname === null
    ? null
    : cstring("protocolname", string("protocolname", protocolname));
}

/**
 * Returns the port of an internet service.
 *
 * @param servicename the service, for instance `"http"`
 * @param protocolname `"tcp"` or `"udp"`; any protocol if omitted
 * @returns the port, in host order
 * @throws {OSError} `service/proto not found`
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getservbyname}
 * @see `getservbyname(3)`
 * @category Names and addresses
 */
export function getservbyname(
  servicename: string,
  protocolname?: string,
): number {
  const { getservbyname_r, getservbyname } = load();
  const name = cstring("servicename", string("servicename", servicename));
  const proto = protocolArgument(protocolname);
  const { size, s_port } = layout.servent;
  const port = find(
    size,
    getservbyname_r &&
      ((...storage) => getservbyname_r(name, proto, ...storage)),
    () => getservbyname(name, proto),
    (entry) => ntohs(entry.getUint16(s_port.at, true)),
  );
  if (port === undefined) {
    throw notFound(
      "service/proto not found",
      "getservbyname",
      servicename,
      protocolname,
    );
  }
  return port;
}

/**
 * Returns the name of the internet service on a port.
 *
 * @param port the port, in host order
 * @param protocolname `"tcp"` or `"udp"`; any protocol if omitted
 * @returns the service's name
 * @throws {OSError} `port/proto not found`
 * @throws {RangeError} if the port is out of bounds
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getservbyport}
 * @see `getservbyport(3)`
 * @category Names and addresses
 */
export function getservbyport(port: number, protocolname?: string): string {
  const { getservbyport_r, getservbyport } = load();
  const number = htons(integer("port", port, 0, 0xffff));
  const proto = protocolArgument(protocolname);
  const { size, s_name } = layout.servent;
  const name = find(
    size,
    getservbyport_r &&
      ((...storage) => getservbyport_r(number, proto, ...storage)),
    () => getservbyport(number, proto),
    (entry) => stringAt(entry.getBigUint64(s_name.at, true)),
  );
  if (name === undefined) {
    throw notFound(
      "port/proto not found",
      "getservbyport",
      port,
      protocolname,
    );
  }
  return name;
}

/**
 * Returns the number of an internet protocol.
 *
 * @param protocolname the protocol, for instance `"icmp"`
 * @returns the number
 * @throws {OSError} `protocol not found`
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getprotobyname}
 * @see `getprotobyname(3)`
 * @category Names and addresses
 */
export function getprotobyname(protocolname: string): number {
  const { getprotobyname_r, getprotobyname } = load();
  const name = cstring("protocolname", string("protocolname", protocolname));
  const { size, p_proto } = layout.protoent;
  const number = find(
    size,
    getprotobyname_r && ((...storage) => getprotobyname_r(name, ...storage)),
    () => getprotobyname(name),
    (entry) => read(entry, p_proto),
  );
  if (number === undefined) {
    throw notFound("protocol not found", "getprotobyname", protocolname);
  }
  return number;
}
