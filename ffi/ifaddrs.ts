/** `<ifaddrs.h>`: the network interfaces and their addresses. */

import { address, buf, int } from "./c.ts";

/** The declarations of `<ifaddrs.h>`. */
export const ifaddrs = {
  getifaddrs: { parameters: [/* ifap */ buf], result: int, optional: true },
  freeifaddrs: {
    parameters: [/* ifa */ address],
    result: "void",
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
