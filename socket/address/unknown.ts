/** Families without a codec of their own: the family and the bytes that follow it. */

import { type AddressCodec, familyOf } from "./codec.ts";
import type { UnknownAddress } from "./types.ts";

/** The codec of any other family: decodes as Python does, and encodes nothing. */
export const unknown: AddressCodec<UnknownAddress> = {
  encode(_address, _into, { family }) {
    throw new TypeError(
      `address: addresses of family ${family} cannot be encoded`,
    );
  },

  decode(from, length, _socket, { layout }) {
    const { at, size } = layout.sockaddr.sa_family;
    return [
      familyOf(from, layout),
      from.bytes.slice(at + size, Math.max(length, at + size)),
    ];
  },
};
