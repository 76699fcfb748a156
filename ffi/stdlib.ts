/** `<stdlib.h>` and `<dlfcn.h>`: memory of the C library, and the addresses of its functions. */

import { address, buf, size_t } from "./c.ts";

/** The declarations of `<stdlib.h>` and `<dlfcn.h>`. */
export const stdlib = {
  calloc: {
    parameters: [/* nmemb */ size_t, /* size */ size_t],
    result: address,
    optional: true,
  },
  free: { parameters: [/* ptr */ address], result: "void", optional: true },
  dlsym: {
    parameters: [/* handle */ address, /* name */ buf],
    result: address,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
