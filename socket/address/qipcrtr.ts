/** `AF_QIPCRTR` addresses: `[node, port]` in a `sockaddr_qrtr`. */

import type { AddressCodec } from "./codec.ts";
import { pair } from "./pair.ts";
import type { QipcrtrAddress } from "./types.ts";

/** The codec of `AF_QIPCRTR`. */
export const qipcrtr: AddressCodec<QipcrtrAddress> = pair(
  "node",
  "port",
  ({ sockaddr_qrtr: { size, sq_node, sq_port } }) => [size, sq_node, sq_port],
);
