/** `<string.h>`: reading memory that libc owns, and error messages. */

import { address, buf, int, size_t } from "./c.ts";

/**
 * The declarations of `<string.h>`. `memcpy` has three uses: it reads memory at an address without
 * `Deno.UnsafePointerView` (which `--allow-ffi=<path of libc>` does not permit), it writes memory
 * that libc allocated, and, as it returns its first argument, copying 0 bytes returns a buffer's
 * address.
 */
export const string = {
  memcpy_from: {
    name: "memcpy",
    parameters: [/* dest */ buf, /* src */ address, /* n */ size_t],
    result: "void",
  },
  memcpy_to: {
    name: "memcpy",
    parameters: [/* dest */ address, /* src */ buf, /* n */ size_t],
    result: "void",
    optional: true,
  },
  memcpy_address: {
    name: "memcpy",
    parameters: [/* dest */ buf, /* src */ address, /* n */ size_t],
    result: address,
  },
  memcpy_pointer: {
    name: "memcpy",
    parameters: [/* dest */ buf, /* src */ address, /* n */ size_t],
    result: "pointer",
  },
  strlen: { parameters: [/* s */ address], result: "u64" },
  // glibc's strerror_r has another signature; this is its name for the POSIX one.
  __xpg_strerror_r: {
    parameters: [/* errnum */ int, /* buf */ buf, /* buflen */ size_t],
    result: int,
    optional: true,
  },
  strerror_r: {
    parameters: [/* errnum */ int, /* buf */ buf, /* buflen */ size_t],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
