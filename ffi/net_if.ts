/** `<net/if.h>` */

import { address, buf } from "./c.ts";

/** The declarations of `<net/if.h>`. */
export const net_if = {
  if_nametoindex: { parameters: [buf /* ifname */], result: "u32" },
  if_indextoname: {
    parameters: ["u32", /* ifindex */ buf /* ifname */],
    result: address,
  },
  if_nameindex: { parameters: [], result: address },
  if_freenameindex: { parameters: [address /* ptr */], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;
