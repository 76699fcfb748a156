/** `AF_ALG` addresses: `[type, name, feat, mask]` in a `sockaddr_alg`. */

import { string } from "../../errors/arguments.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  read,
  readText,
  uint32,
  write,
  writeHead,
  writeText,
} from "./codec.ts";
import type { AlgAddress } from "./types.ts";

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
