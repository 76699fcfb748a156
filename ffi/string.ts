/** `<string.h>`, for reading memory that libc owns and for its error texts. */

import { address, buf, int, size_t } from "./c.ts";

/**
 * The declarations of `<string.h>`. `memcpy` serves several ways: reading memory at an address needs
 * no `Deno.UnsafePointerView` (which `--allow-ffi=<path of libc>` refuses), and as it returns its
 * first argument, a copy of nothing tells a buffer's address.
 */
export const string = {
  memcpy_from: {
    name: "memcpy",
    parameters: [buf, address, size_t /* n */],
    result: "void",
  },
  memcpy_address: {
    name: "memcpy",
    parameters: [buf, address, size_t /* n */],
    result: address,
  },
  memcpy_pointer: {
    name: "memcpy",
    parameters: [buf, address, size_t /* n */],
    result: "pointer",
  },
  strlen: { parameters: [address /* s */], result: "u64" },
  // glibc's own strerror_r has another signature; it keeps the POSIX one under this name.
  __xpg_strerror_r: {
    parameters: [int, buf, size_t /* buflen */],
    result: int,
    optional: true,
  },
  strerror_r: {
    parameters: [int, buf, size_t /* buflen */],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
