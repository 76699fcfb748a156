/** `AF_PACKET` addresses: `[ifname, proto, pkttype, hatype, addr]` in a `sockaddr_ll`. */

import { rangeError } from "../../constants/stack.ts";
import { bytes, integer } from "../../errors/arguments.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  read,
  write,
  writeHead,
} from "./codec.ts";
import { interfaceIndex, interfaceName } from "./ifreq.ts";
import type { PacketAddress } from "./types.ts";

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
