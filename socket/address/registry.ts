/** The codec of each address family. To add a family, write its file and add a line here. */

import { table } from "../../constants/table.ts";
import { type Layout, layout } from "../../ffi/layout/mod.ts";
import { alg, can, packet, tipc } from "./linux.ts";
import { bluetooth } from "./bluetooth.ts";
import {
  type AddressCodec,
  bareSocket,
  type CodecContext,
  type CodecSocket,
  familyOf,
  type Sockaddr,
  sockaddrStorage,
  unknown,
} from "./codec.ts";
import { hyperv, link, system } from "./other_systems.ts";
import { inet, inet6 } from "./inet.ts";
import { netlink, qipcrtr, vsock } from "./pair.ts";
import { unix } from "./unix.ts";
import type { Address } from "./types.ts";

const codecs: Readonly<Record<string, AddressCodec>> = {
  AF_ALG: alg,
  AF_BLUETOOTH: bluetooth,
  AF_CAN: can,
  AF_DIVERT: inet,
  AF_HYPERV: hyperv,
  AF_INET: inet,
  AF_INET6: inet6,
  AF_LINK: link,
  AF_NETLINK: netlink,
  AF_PACKET: packet,
  AF_QIPCRTR: qipcrtr,
  AF_RDS: inet,
  AF_SYSTEM: system,
  AF_TIPC: tipc,
  AF_UNIX: unix,
  AF_VSOCK: vsock,
};

/**
 * Returns the codecs of a platform's families, by family number.
 *
 * @param constants the platform's constants
 * @param layout the platform's structures
 */
export function codecsOf(
  constants: Readonly<Record<string, number>>,
  layout: Layout,
): ReadonlyMap<number, AddressCodec> {
  return new Map(
    Object.entries(codecs)
      .filter(([name, { suits }]) =>
        name in constants && (suits === undefined || suits(layout))
      )
      .map(([name, codec]) => [constants[name], codec]),
  );
}

const running = codecsOf(table.constants, layout);

/** Returns the codec of a family on the running platform. */
export function codecOf(family: number): AddressCodec {
  return running.get(family) ?? unknown;
}

// Socket addresses in bytes: the `sockaddr` of any family, decoded without a socket.

/** The last field without which an address of the family says nothing, by the family's name. */
const needed: Readonly<Record<string, readonly [string, string]>> = {
  AF_INET: ["sockaddr_in", "sin_addr"],
  AF_INET6: ["sockaddr_in6", "sin6_addr"],
  AF_NETLINK: ["sockaddr_nl", "nl_groups"],
  AF_PACKET: ["sockaddr_ll", "sll_halen"],
  AF_VSOCK: ["sockaddr_vm", "svm_cid"],
};

/**
 * Returns how many bytes an address of a family has at least.
 *
 * @returns the struct's name and the number of bytes
 */
export function leastBytes(
  family: number,
  { constants, layout }: CodecContext,
): readonly [struct: string, length: number] {
  for (const [name, [struct, field]] of Object.entries(needed)) {
    if (constants[name] !== family || !(struct in layout)) continue;
    const { at, size } = layout[struct][field];
    return [struct, at + size];
  }
  return ["sockaddr", headLength(layout)];
}

function headLength({ sockaddr: { sa_family } }: Layout): number {
  return sa_family.at + sa_family.size;
}

/** Copies bytes into storage; more than fit are left out. */
function stored(data: Uint8Array): Sockaddr {
  const storage = sockaddrStorage();
  storage.bytes.set(data.subarray(0, storage.bytes.length));
  return storage;
}

/** Reads the family of an address; `undefined` if the bytes do not even contain that. */
export function familyIn(
  data: Uint8Array,
  { layout }: CodecContext,
): number | undefined {
  return data.byteLength < headLength(layout)
    ? undefined
    : familyOf(stored(data), layout);
}

/**
 * Decodes an address. The length of the bytes is that of the address.
 *
 * @param data at most 128 bytes, at least as many as {@linkcode leastBytes} returns
 * @param socket the socket that they belong to; by default one of the family in them
 * @param codec the family's codec on the platform
 */
export function decodeSockaddr(
  data: Uint8Array,
  context: CodecContext,
  socket?: CodecSocket,
  codec?: AddressCodec,
): Address {
  const storage = stored(data);
  const length = Math.min(data.byteLength, storage.bytes.length);
  const of = socket ?? bareSocket(familyOf(storage, context.layout));
  return (codec ?? codecOf(of.family)).decode(storage, length, of, context);
}

/**
 * Decodes an address that the system put behind or into a struct; `null` if there is none: too few
 * bytes, or the family `AF_UNSPEC`.
 */
export function addressIn(
  data: Uint8Array,
  context: CodecContext,
  codec: (family: number) => AddressCodec = codecOf,
): Address | null {
  const family = familyIn(data, context);
  if (family === undefined || family === 0) return null;
  if (data.byteLength < leastBytes(family, context)[1]) return null;
  return decodeSockaddr(data, context, bareSocket(family), codec(family));
}
