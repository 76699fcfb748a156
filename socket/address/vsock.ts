/** `AF_VSOCK` addresses: `[cid, port]` in a `sockaddr_vm`. */

import type { AddressCodec } from "./codec.ts";
import { pair } from "./pair.ts";
import type { VsockAddress } from "./types.ts";

/** The codec of `AF_VSOCK`. */
export const vsock: AddressCodec<VsockAddress> = pair(
  "cid",
  "port",
  ({ sockaddr_vm: { size, svm_cid, svm_port } }) => [size, svm_cid, svm_port],
);
