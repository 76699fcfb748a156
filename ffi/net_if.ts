/** `<net/if.h>`: the names and indices of network interfaces. */

import { address, buf } from "./c.ts";

/** The declarations of `<net/if.h>`. */
export const net_if = {
  if_nametoindex: { parameters: [/* ifname */ buf], result: "u32" },
  if_indextoname: {
    parameters: [/* ifindex */ "u32", /* ifname */ buf],
    result: address,
  },
  if_nameindex: { parameters: [], result: address },
  if_freenameindex: { parameters: [/* ptr */ address], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;
