/** What the families have in common whose addresses are two integers of 32 bits. */

import type { Field, Layout } from "../../ffi/layout/types.ts";
import {
  type AddressCodec,
  checkTuple,
  read,
  uint32,
  write,
  writeHead,
} from "./codec.ts";

/**
 * The codec of such a family.
 *
 * @param first the name of the first integer
 * @param second the name of the second
 * @param struct the size of the structure, and the two fields in it
 */
export function pair(
  first: string,
  second: string,
  struct: (layout: Layout) => readonly [size: number, Field, Field],
): AddressCodec<[number, number]> {
  const form = `[${first}: number, ${second}: number]`;
  return {
    encode(address, into, { family }, { layout }) {
      const [one, two] = checkTuple(address, 2, 2, form);
      const values = [uint32(first, one), uint32(second, two)];
      const [size, ...fields] = struct(layout);
      writeHead(into, family, size, layout);
      fields.forEach((field, i) => write(into.view, field, values[i]));
      return size;
    },

    decode({ view }, _length, _socket, { layout }) {
      const [, one, two] = struct(layout);
      return [read(view, one), read(view, two)];
    },
  };
}
