/** The network interfaces with their addresses: `getifaddrs(3)`. */

import { table, unavailable } from "../../constants/table.ts";
import { osError } from "../../errors/errors.ts";
import { type Layout, layout } from "../../ffi/layout/mod.ts";
import { errno, load } from "../../ffi/libc.ts";
import { copy, cstring, stringAt, view } from "../../ffi/memory.ts";
import {
  bareSocket,
  read,
  type Sockaddr,
  sockaddrStorage,
} from "../address/codec.ts";
import { formatIPv4, formatIPv6 } from "../address/inet.ts";
import { link } from "../address/other_systems.ts";
import { context } from "./addrinfo.ts";

/**
 * An IP address of a network interface.
 * @category Names and addresses
 */
export interface InterfaceAddress {
  /** `AF_INET` or `AF_INET6`. */
  readonly family: number;
  /** The address as text, such as `"192.0.2.1"` or `"fe80::1"`. */
  readonly address: string;
  /** The netmask as text, such as `"255.255.255.0"`; `null` if the system reports none. */
  readonly netmask: string | null;
  /** The length of the network's prefix in bits; `null` if the system reports no netmask. */
  readonly prefixlen: number | null;
  /** The broadcast address; `null` if there is none. */
  readonly broadcast: string | null;
  /** The address of the other end of a point-to-point interface; `null` if there is none. */
  readonly destination: string | null;
  /** For IPv6 the scope id: the interface's index for a link-local address, else 0. */
  readonly scope_id: number;
  /** The name that the address has been given: on Linux it may be an alias, such as `"eth0:1"`. */
  readonly label: string;
}

/**
 * A network interface.
 * @category Names and addresses
 */
export interface NetworkInterface {
  /** Its index, as `if_nametoindex()` returns it. */
  readonly index: number;
  /** Its name, such as `"eth0"`. */
  readonly name: string;
  /** Its flags: bits of the `IFF_` constants. */
  readonly flags: number;
  /** The names of these flags, such as `["IFF_UP", "IFF_LOOPBACK", "IFF_RUNNING"]`. */
  readonly flagNames: readonly string[];
  /** Its hardware type: `ARPHRD_` on Linux, `IFT_` on macOS and FreeBSD; `null` if unknown. */
  readonly hatype: number | null;
  /** Its hardware address; `null` if it has none. */
  readonly hardwareAddress: Uint8Array<ArrayBuffer> | null;
  /** Its IPv4 and IPv6 addresses. */
  readonly addresses: readonly InterfaceAddress[];
}

/**
 * Lists the network interfaces with their addresses. `getifaddrs(3)`; not on Windows. Other than
 * `Deno.networkInterfaces()` it needs no `--allow-sys`, and lists interfaces without an address
 * too.
 *
 * Counters are left out: Linux has them here with 32 bits only. Netlink's `IFLA_STATS64` has all.
 *
 * @returns the interfaces, in the system's order
 * @throws {OSError} if the system cannot list them
 * @throws {RangeError} if the platform has no `getifaddrs(3)`
 *
 * @example
 * ```ts ignore
 * import { getifaddrs } from "@libc/socket";
 *
 * for (const { index, name, flagNames, addresses } of getifaddrs()) {
 *   console.log(index, name, flagNames.join(), addresses.map(({ address }) => address));
 * }
 * ```
 * @category Names and addresses
 */
export function getifaddrs(): NetworkInterface[] {
  const { getifaddrs, freeifaddrs, if_nametoindex } = load();
  if (!getifaddrs || !freeifaddrs) throw unavailable("getifaddrs");
  const cell = new BigUint64Array(1);
  if (getifaddrs(cell) < 0) throw osError(errno(), "getifaddrs");
  const [list] = cell;
  try {
    const found = new Map<string, Growing>();
    for (const entry of entriesAt(list)) {
      // Linux reports the label of an address, which may be that of an alias.
      const [name] = entry.name.split(":", 1);
      let one = found.get(name);
      if (one === undefined) {
        const { flags } = entry;
        one = {
          index: if_nametoindex(cstring("name", name)),
          name,
          flags,
          flagNames: flagNamesOf(flags),
          hatype: null,
          hardwareAddress: null,
          addresses: [],
        };
        found.set(name, one);
      }
      add(one, entry);
    }
    return [...found.values()];
  } finally {
    freeifaddrs(list);
  }
}

/** An entry of the list: an interface with one of its addresses, of any family. */
interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly address: Sockaddr | undefined;
  readonly netmask: Sockaddr | undefined;
  /** The broadcast address, or the address of the other end. */
  readonly other: Sockaddr | undefined;
}

function* entriesAt(list: bigint): Generator<Entry> {
  const {
    size,
    ifa_next,
    ifa_name,
    ifa_flags,
    ifa_addr,
    ifa_netmask,
    ...rest
  } = layout.ifaddrs;
  // Linux has a union here, of pointers; the others have one member of it.
  const ifa_other = (rest.ifa_ifu ?? rest.ifa_dstaddr)!;
  for (let at = list; at !== 0n;) {
    const fields = view(at, size);
    const pointer = (field: { at: number }): bigint =>
      fields.getBigUint64(field.at, true);
    yield {
      name: stringAt(pointer(ifa_name)),
      flags: read(fields, ifa_flags),
      address: sockaddrAt(pointer(ifa_addr)),
      netmask: sockaddrAt(pointer(ifa_netmask)),
      other: sockaddrAt(pointer(ifa_other)),
    };
    at = pointer(ifa_next);
  }
}

/** Copies the address at a pointer; `undefined` for a null pointer. */
function sockaddrAt(address: bigint): Sockaddr | undefined {
  if (address === 0n) return undefined;
  const storage = sockaddrStorage();
  storage.bytes.set(copy(address, lengthAt(address, layout)));
  return storage;
}

/** The length of an address: the BSDs store it, and shorten netmasks; else the family says it. */
function lengthAt(address: bigint, { sockaddr, ...structs }: Layout): number {
  const head = view(address, sockaddr.sa_family.at + sockaddr.sa_family.size);
  const { sa_len } = sockaddr;
  if (sa_len !== undefined) return Math.min(read(head, sa_len), 128);
  const { AF_INET, AF_INET6 } = table.constants;
  const family = read(head, sockaddr.sa_family);
  if (family === AF_INET) return structs.sockaddr_in.size;
  if (family === AF_INET6) return structs.sockaddr_in6.size;
  const { sockaddr_ll } = structs;
  // glibc has room for longer hardware addresses, such as InfiniBand's of 20 bytes.
  return family === table.constants.AF_PACKET
    ? sockaddr_ll.sll_addr.at +
      Math.max(
        sockaddr_ll.sll_addr.size,
        Math.min(copy(address + BigInt(sockaddr_ll.sll_halen.at), 1)[0], 24),
      )
    : sockaddr.sa_family.size;
}

let flagNames: ReadonlyMap<number, string> | undefined;

/** The names of the flags by their bits, from the lowest. Of several names the shortest counts. */
function namesByFlag(): ReadonlyMap<number, string> {
  const flags = Object.entries(table.constants).filter(([name, value]) =>
    name.startsWith("IFF_") && value > 0 && (value & (value - 1)) === 0
  ).sort(([one, a], [other, b]) => a - b || other.length - one.length);
  return new Map(flags.map(([name, value]) => [value, name]));
}

function flagNamesOf(flags: number): string[] {
  return [...(flagNames ??= namesByFlag())]
    .filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
}

/** An interface whose addresses are still being added. */
type Growing =
  & { -readonly [K in keyof NetworkInterface]: NetworkInterface[K] }
  & { readonly addresses: InterfaceAddress[] };

/** Adds the address of an entry to its interface. */
function add(one: Growing, entry: Entry): void {
  const { address } = entry;
  if (address === undefined) return;
  const { AF_INET, AF_INET6, AF_LINK, AF_PACKET } = table.constants;
  const family = read(address.view, layout.sockaddr.sa_family);
  if (family === AF_INET || family === AF_INET6) {
    one.addresses.push(addressOf(entry, address, family));
  } else if (family === AF_PACKET) {
    const { sll_hatype, sll_halen, sll_addr } = layout.sockaddr_ll;
    const length = read(address.view, sll_halen);
    one.hatype = read(address.view, sll_hatype);
    one.hardwareAddress = orNull(
      address.bytes.slice(sll_addr.at, sll_addr.at + length),
    );
  } else if (family === AF_LINK && "sdl_nlen" in layout.sockaddr_dl) {
    const length = read(address.view, layout.sockaddr.sa_len);
    const socket = bareSocket(family);
    const [, , type, addr] = link.decode(address, length, socket, context);
    one.hatype = type;
    one.hardwareAddress = orNull(addr as Uint8Array<ArrayBuffer>);
  }
}

const orNull = (
  address: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | null => address.length > 0 ? address : null;

function addressOf(
  { name, flags, netmask, other }: Entry,
  address: Sockaddr,
  family: number,
): InterfaceAddress {
  const { AF_INET, IFF_BROADCAST, IFF_POINTOPOINT } = table.constants;
  const text = (sockaddr: Sockaddr | undefined): string | null =>
    sockaddr === undefined ? null : hostOf(sockaddr, family);
  const own = hostOf(address, family);
  // glibc repeats the address itself where the kernel reports no other.
  const further = text(other) === own ? null : text(other);
  return {
    family,
    address: own,
    netmask: text(netmask),
    prefixlen: netmask === undefined ? null : prefixOf(netmask, family),
    broadcast: (flags & IFF_BROADCAST) !== 0 ? further : null,
    destination: (flags & IFF_POINTOPOINT) !== 0 ? further : null,
    scope_id: family === AF_INET
      ? 0
      : read(address.view, layout.sockaddr_in6.sin6_scope_id),
    label: name,
  };
}

/** Where the address lies in a `sockaddr` of a family, in bytes. */
function placeOf(family: number): { at: number; size: number } {
  return family === table.constants.AF_INET
    ? layout.sockaddr_in.sin_addr
    : layout.sockaddr_in6.sin6_addr;
}

/** Returns the address in a `sockaddr`, whose own family may be missing: of the BSDs' netmasks. */
function hostOf(from: Sockaddr, family: number): string {
  const { at } = placeOf(family);
  return family === table.constants.AF_INET
    ? formatIPv4(from.view.getUint32(at))
    : formatIPv6(from.bytes, at);
}

/** Counts the leading ones of a netmask. */
function prefixOf(netmask: Sockaddr, family: number): number {
  const { at, size } = placeOf(family);
  let length = 0;
  for (const byte of netmask.bytes.subarray(at, at + size)) {
    const ones = Math.clz32(~(byte << 24));
    length += Math.min(ones, 8);
    if (ones < 8) break;
  }
  return length;
}
