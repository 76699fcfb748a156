/** The codec of the families whose addresses are two 32-bit integers. */

import type { Field, Layout } from "../../ffi/layout/types.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  read,
  uint32,
  write,
  writeHead,
} from "./codec.ts";

/**
 * Makes the codec of a family whose addresses are two unsigned 32-bit integers.
 *
 * @param first the name of the first integer
 * @param second the name of the second
 * @param struct returns the size of the structure and its two fields
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

    decode(from, length, _socket, { layout }) {
      const [size, one, two] = struct(layout);
      clearRest(from, length, size);
      return [read(from.view, one), read(from.view, two)];
    },
  };
}
