/** Addresses of families without a codec: `[family, data]`, the raw bytes of a `sockaddr`. */

import { rangeError } from "../../constants/stack.ts";
import { bytes, integer } from "../../errors/arguments.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  familyOf,
  writeHead,
} from "./codec.ts";
import type { UnknownAddress } from "./types.ts";

/**
 * The codec of any other family. It decodes as Python does, except that it returns all bytes
 * instead of the first 14; unlike Python, it also encodes that form.
 */
export const unknown: AddressCodec<UnknownAddress> = {
  encode(address, into, _socket, { layout }) {
    const form = "[family: number, data: bytes]";
    const [family, data] = checkTuple(address, 2, 2, form);
    const { at, size } = layout.sockaddr.sa_family;
    const number = integer("family", family, 0, 2 ** (8 * size) - 1);
    const rest = bytes("data", data);
    const room = into.bytes.length - at - size;
    if (rest.length > room) {
      throw rangeError(`data too long (at most ${room} bytes)`);
    }
    const length = writeHead(into, number, at + size + rest.length, layout);
    into.bytes.set(rest, at + size);
    return length;
  },

  decode(from, length, _socket, { layout }) {
    const { at, size } = layout.sockaddr.sa_family;
    clearRest(from, length, at + size);
    return [
      familyOf(from, layout),
      from.bytes.slice(at + size, Math.max(length, at + size)),
    ];
  },
};
