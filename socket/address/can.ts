/**
 * `AF_CAN` addresses in a `sockaddr_can`: `[ifname]` for raw and BCM sockets,
 * `[ifname, rx_addr, tx_addr]` for ISO-TP, `[ifname, name, pgn, addr]` for J1939.
 */

import { rangeError } from "../../constants/stack.ts";
import { integer } from "../../errors/arguments.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  read,
  uint32,
  write,
  writeHead,
} from "./codec.ts";
import { interfaceIndex, interfaceName } from "./ifreq.ts";
import type { CanAddress } from "./types.ts";

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
