/** `AF_LINK` addresses of the BSDs and macOS: `[ifname, index, type, addr]` in a `sockaddr_dl`. */

import { rangeError } from "../../constants/stack.ts";
import { bytes, integer, string } from "../../errors/arguments.ts";
import { cstring, stringIn } from "../../ffi/memory.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  read,
  write,
  writeHead,
} from "./codec.ts";
import type { LinkAddress } from "./types.ts";

/**
 * The most bytes of the name, and of the hardware address: both then fit in the 128-byte storage.
 */
const MAX_DATA = 48;

/** The codec of `AF_LINK`. */
export const link: AddressCodec<LinkAddress> = {
  encode(address, into, socket, { layout }) {
    const form = "[ifname: string, index: number, type: number, addr: bytes]";
    const [ifname, index, type, addr] = checkTuple(address, 4, 4, form);
    const { size, ...sdl } = layout.sockaddr_dl;
    const name = cstring("ifname", string("ifname", ifname)).subarray(0, -1);
    const data = bytes("addr", addr);
    for (
      const [field, { length }] of Object.entries({ ifname: name, addr: data })
    ) {
      if (length > MAX_DATA) {
        throw rangeError(`${field} too long (at most ${MAX_DATA} bytes)`);
      }
    }
    const sdl_index = integer("index", index, 0, 0xffff);
    const sdl_type = integer("type", type, 0, 0xff);
    const { at } = sdl.sdl_data;
    const length = Math.max(size, at + name.length + data.length);
    writeHead(into, socket.family, length, layout);
    write(into.view, sdl.sdl_index, sdl_index);
    write(into.view, sdl.sdl_type, sdl_type);
    write(into.view, sdl.sdl_nlen, name.length);
    write(into.view, sdl.sdl_alen, data.length);
    into.bytes.set(name, at);
    into.bytes.set(data, at + name.length);
    return length;
  },

  decode(from, length, _socket, { layout: { sockaddr_dl: sdl } }) {
    const { at } = sdl.sdl_data;
    clearRest(from, length, at);
    const { bytes, view } = from;
    const data = bytes.subarray(at, Math.max(at, length));
    const nlen = read(view, sdl.sdl_nlen);
    return [
      stringIn(data.subarray(0, nlen)),
      read(view, sdl.sdl_index),
      read(view, sdl.sdl_type),
      data.slice(nlen, nlen + read(view, sdl.sdl_alen)),
    ];
  },

  // Windows has the family too, but a different structure of that name.
  suits: ({ sockaddr_dl }) => "sdl_nlen" in sockaddr_dl,
};
