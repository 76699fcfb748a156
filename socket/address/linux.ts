/** The codecs of families that only Linux has. */

import { bytes, integer, string } from "../../errors/arguments.ts";
import { OSError } from "../../errors/errors.ts";
import { cstring } from "../../ffi/memory.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  type CodecContext,
  type CodecSocket,
  read,
  readText,
  uint32,
  write,
  writeHead,
  writeText,
} from "./codec.ts";
import { rangeError, typeError } from "../../constants/stack.ts";
import type {
  AlgAddress,
  CanAddress,
  PacketAddress,
  TipcAddress,
} from "./types.ts";
import type { Field, Struct } from "../../ffi/layout/mod.ts";

// Network interfaces in addresses: a name for the caller, an index for the kernel. As in Python,
// the lookup goes through the socket, which may live in another network namespace than this
// process.

/** An `ifreq`, shared by the two functions below. */
const request = new Uint8Array(64);
const requestView = new DataView(request.buffer);

/**
 * Returns the index of the interface with a name; `""` is index 0, which means any interface.
 *
 * @throws {TypeError} if the name is not a string
 * @throws {RangeError} if it contains a NUL
 * @throws {OSError} if it is too long, or there is no such interface
 */
export function interfaceIndex(
  ifname: unknown,
  { fd }: CodecSocket,
  { layout: { ifreq }, constants, ioctl }: CodecContext,
): number {
  const name = cstring("ifname", string("ifname", ifname));
  if (name.length === 1) return 0;
  const field = ifreq["ifr_ifrn.ifrn_name"];
  if (name.length > field.size) {
    throw new OSError(
      null,
      `ifname: interface name too long (at most ${field.size - 1} bytes)`,
    );
  }
  request.fill(0);
  request.set(name, field.at);
  ioctl(fd, constants.SIOCGIFINDEX, request);
  return read(requestView, ifreq["ifr_ifru.ifru_ivalue"]);
}

/**
 * Returns the name of the interface with an index; `""` for index 0, if it no longer exists, or if
 * there is no socket to ask.
 */
export function interfaceName(
  index: number,
  { fd }: CodecSocket,
  { layout: { ifreq }, constants, ioctl }: CodecContext,
): string {
  if (index === 0 || fd < 0) return "";
  request.fill(0);
  write(requestView, ifreq["ifr_ifru.ifru_ivalue"], index);
  try {
    ioctl(fd, constants.SIOCGIFNAME, request);
  } catch (error) {
    if (error instanceof OSError) return "";
    throw error;
  }
  return readText(request, ifreq["ifr_ifrn.ifrn_name"]);
}

// `AF_PACKET` addresses: `[ifname, proto, pkttype, hatype, addr]` in a `sockaddr_ll`.

/**
 * The kernel's limit in bytes; an address longer than the 8 bytes of its field extends the struct.
 */
const MAX_ADDR_LEN = 32;

/** The codec of `AF_PACKET`. */
export const packet: AddressCodec<PacketAddress> = {
  encode(address, into, socket, context) {
    const form =
      "[ifname: string, proto: number, pkttype?: number, hatype?: number, addr?: bytes]";
    const [
      ifname,
      proto,
      pkttype = context.constants.PACKET_HOST,
      hatype = 0,
      addr = new Uint8Array(),
    ] = checkTuple(address, 2, 5, form);
    const { layout } = context;
    const { size, ...sll } = layout.sockaddr_ll;
    const protocol = integer("proto", proto, 0, 0xffff);
    const kind = integer("pkttype", pkttype, 0, 0xff);
    const hardware = integer("hatype", hatype, 0, 0xffff);
    const data = bytes("addr", addr);
    if (data.length > MAX_ADDR_LEN) {
      throw rangeError(`addr must be ${MAX_ADDR_LEN} bytes or less`);
    }
    const index = interfaceIndex(ifname, socket, context);
    const length = Math.max(size, sll.sll_addr.at + data.length);
    writeHead(into, socket.family, length, layout);
    into.view.setUint16(sll.sll_protocol.at, protocol);
    write(into.view, sll.sll_ifindex, index);
    write(into.view, sll.sll_hatype, hardware);
    write(into.view, sll.sll_pkttype, kind);
    write(into.view, sll.sll_halen, data.length);
    into.bytes.set(data, sll.sll_addr.at);
    return length;
  },

  decode(from, length, socket, context) {
    const sll = context.layout.sockaddr_ll;
    const { at } = sll.sll_addr;
    clearRest(from, length, at);
    const { bytes, view } = from;
    return [
      interfaceName(read(view, sll.sll_ifindex), socket, context),
      view.getUint16(sll.sll_protocol.at),
      read(view, sll.sll_pkttype),
      read(view, sll.sll_hatype),
      bytes.slice(at, Math.min(length, at + read(view, sll.sll_halen))),
    ];
  },
};

// `AF_CAN` addresses in a `sockaddr_can`: `[ifname]` for raw and BCM sockets,
// `[ifname, rx_addr, tx_addr]` for ISO-TP, `[ifname, name, pgn, addr]` for J1939.

/** The codec of `AF_CAN`. */
export const can: AddressCodec<CanAddress> = {
  encode(address, into, socket, context) {
    const { layout, constants } = context;
    const { view } = into;
    const can = layout.sockaddr_can;
    const begin = (ifname: unknown): number => {
      const index = interfaceIndex(ifname, socket, context);
      writeHead(into, socket.family, can.size, layout);
      write(view, can.can_ifindex, index);
      return can.size;
    };
    if (socket.proto === constants.CAN_ISOTP) {
      const form = "[ifname: string, rx_addr: number, tx_addr: number]";
      const [ifname, rx_addr, tx_addr] = checkTuple(address, 3, 3, form);
      const rx = uint32("rx_addr", rx_addr);
      const tx = uint32("tx_addr", tx_addr);
      const length = begin(ifname);
      write(view, can["can_addr.tp.rx_id"], rx);
      write(view, can["can_addr.tp.tx_id"], tx);
      return length;
    }
    if (socket.proto === constants.CAN_J1939) {
      const form =
        "[ifname: string, name: number | bigint, pgn: number, addr: number]";
      const [ifname, name, pgn, addr] = checkTuple(address, 4, 4, form);
      const name64 = unsigned64("name", name);
      const group = uint32("pgn", pgn);
      const node = integer("addr", addr, 0, 0xff);
      const length = begin(ifname);
      view.setBigUint64(can["can_addr.j1939.name"].at, name64, true);
      write(view, can["can_addr.j1939.pgn"], group);
      write(view, can["can_addr.j1939.addr"], node);
      return length;
    }
    return begin(checkTuple(address, 1, 1, "[ifname: string]")[0]);
  },

  decode(from, length, socket, context) {
    const { layout: { sockaddr_can: can }, constants } = context;
    clearRest(from, length, can.size);
    const { view } = from;
    const ifname = interfaceName(read(view, can.can_ifindex), socket, context);
    switch (socket.proto) {
      case constants.CAN_ISOTP:
        return [
          ifname,
          read(view, can["can_addr.tp.rx_id"]),
          read(view, can["can_addr.tp.tx_id"]),
        ];
      case constants.CAN_J1939: {
        const name = view.getBigUint64(can["can_addr.j1939.name"].at, true);
        return [
          ifname,
          name <= Number.MAX_SAFE_INTEGER ? Number(name) : name,
          read(view, can["can_addr.j1939.pgn"]),
          read(view, can["can_addr.j1939.addr"]),
        ];
      }
      default:
        return [ifname];
    }
  },
};

/** Checks an unsigned 64-bit integer, a number or a bigint. */
function unsigned64(name: string, value: unknown): bigint {
  if (typeof value !== "bigint") {
    return BigInt(integer(name, value, 0, Number.MAX_SAFE_INTEGER));
  }
  if (value !== BigInt.asUintN(64, value)) {
    throw rangeError(`${name} must be 0-${2n ** 64n - 1n}, not ${value}`);
  }
  return value;
}

// `AF_ALG` addresses: `[type, name, feat, mask]` in a `sockaddr_alg`.

/** The codec of `AF_ALG`. */
export const alg: AddressCodec<AlgAddress> = {
  encode(address, into, socket, { layout }) {
    const form = "[type: string, name: string, feat?: number, mask?: number]";
    const [type, name, feat = 0, mask = 0] = checkTuple(address, 2, 4, form);
    const salg = layout.sockaddr_alg;
    writeHead(into, socket.family, salg.size, layout);
    writeText(into.bytes, salg.salg_type, "type", string("type", type));
    writeText(into.bytes, salg.salg_name, "name", string("name", name));
    write(into.view, salg.salg_feat, uint32("feat", feat));
    write(into.view, salg.salg_mask, uint32("mask", mask));
    return salg.size;
  },

  decode(from, length, _socket, { layout: { sockaddr_alg } }) {
    clearRest(from, length, sockaddr_alg.size);
    const { bytes, view } = from;
    return [
      readText(bytes, sockaddr_alg.salg_type),
      readText(bytes, sockaddr_alg.salg_name),
      read(view, sockaddr_alg.salg_feat),
      read(view, sockaddr_alg.salg_mask),
    ];
  },
};

// `AF_TIPC` addresses: `[addr_type, v1, v2, v3, scope]` in a `sockaddr_tipc`.

/** Returns the fields of v1, v2 and v3 in an address type; undefined if there is no such type. */
function fieldsOf(
  addr_type: number,
  { layout: { sockaddr_tipc }, constants }: CodecContext,
): readonly Field[] | undefined {
  const service = [
    sockaddr_tipc["addr.nameseq.type"],
    sockaddr_tipc["addr.nameseq.lower"],
  ];
  switch (addr_type) {
    case constants.TIPC_ADDR_NAMESEQ:
      return [...service, sockaddr_tipc["addr.nameseq.upper"]];
    case constants.TIPC_ADDR_NAME: // type and instance lie where a range has type and lower
      return service;
    case constants.TIPC_ADDR_ID:
      return [sockaddr_tipc["addr.id.node"], sockaddr_tipc["addr.id.ref"]];
    default:
      return undefined;
  }
}

/** The codec of `AF_TIPC`. */
export const tipc: AddressCodec<TipcAddress> = {
  encode(address, into, socket, context) {
    const form =
      "[addr_type: number, v1: number, v2: number, v3: number, scope?: number]";
    const { layout, constants } = context;
    const [type, v1, v2, v3, scope = constants.TIPC_CLUSTER_SCOPE] = checkTuple(
      address,
      4,
      5,
      form,
    );
    const addr_type = integer("addr_type", type, 0, 0xff);
    const values = [uint32("v1", v1), uint32("v2", v2), uint32("v3", v3)];
    const tipc: Struct = layout.sockaddr_tipc;
    const fields = fieldsOf(addr_type, context);
    if (fields === undefined) {
      throw typeError(`addr_type: ${addr_type} is no type of TIPC address`);
    }
    // A negative scope withdraws a name.
    const reach = integer("scope", scope, -0x80, 0x7f);
    writeHead(into, socket.family, tipc.size, layout);
    write(into.view, tipc.addrtype, addr_type);
    write(into.view, tipc.scope, reach);
    fields.forEach((field, i) => write(into.view, field, values[i]));
    return tipc.size;
  },

  decode(from, length, _socket, context) {
    const tipc = context.layout.sockaddr_tipc;
    clearRest(from, length, tipc.size);
    const { view } = from;
    const addr_type = read(view, tipc.addrtype);
    const [v1 = 0, v2 = 0, v3 = 0] =
      fieldsOf(addr_type, context)?.map((field) => read(view, field)) ?? [];
    const isName = addr_type === context.constants.TIPC_ADDR_NAME;
    return [
      addr_type,
      v1,
      v2,
      isName ? v2 : v3,
      view.getInt8(tipc.scope.at),
    ];
  },
};
