/** The codecs of the families whose addresses are two 32-bit integers. */

import type { Field, Layout } from "../../ffi/layout/mod.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  read,
  uint32,
  write,
  writeHead,
} from "./codec.ts";
import type { NetlinkAddress, QipcrtrAddress, VsockAddress } from "./types.ts";

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

// `AF_NETLINK` addresses: `[pid, groups]` in a `sockaddr_nl`.

/** The codec of `AF_NETLINK`. */
export const netlink: AddressCodec<NetlinkAddress> = pair(
  "pid",
  "groups",
  ({ sockaddr_nl: { size, nl_pid, nl_groups } }) => [size, nl_pid, nl_groups],
);

// `AF_QIPCRTR` addresses: `[node, port]` in a `sockaddr_qrtr`.

/** The codec of `AF_QIPCRTR`. */
export const qipcrtr: AddressCodec<QipcrtrAddress> = pair(
  "node",
  "port",
  ({ sockaddr_qrtr: { size, sq_node, sq_port } }) => [size, sq_node, sq_port],
);

// `AF_VSOCK` addresses: `[cid, port]` in a `sockaddr_vm`.

/** The codec of `AF_VSOCK`. */
export const vsock: AddressCodec<VsockAddress> = pair(
  "cid",
  "port",
  ({ sockaddr_vm: { size, svm_cid, svm_port } }) => [size, svm_cid, svm_port],
);
