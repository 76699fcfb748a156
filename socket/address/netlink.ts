/** `AF_NETLINK` addresses: `[pid, groups]` in a `sockaddr_nl`. */

import type { AddressCodec } from "./codec.ts";
import { pair } from "./pair.ts";
import type { NetlinkAddress } from "./types.ts";

/** The codec of `AF_NETLINK`. */
export const netlink: AddressCodec<NetlinkAddress> = pair(
  "pid",
  "groups",
  ({ sockaddr_nl: { size, nl_pid, nl_groups } }) => [size, nl_pid, nl_groups],
);
