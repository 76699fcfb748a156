/**
 * Variadic functions. The FFI declares every function as non-variadic, which uses the same
 * registers except on Apple's arm64: there variadic arguments go on the stack, so the eight
 * argument registers must be filled first.
 */

import { buf, int } from "./c.ts";

/** Fills the six argument registers that two fixed parameters leave, on Apple's arm64. */
const registers = ["u64", "u64", "u64", "u64", "u64", "u64"] as const;

/** `int ioctl(int fd, unsigned long request, ...)` with an integer, which C widens to `long`. */
const ioctl_int = {
  name: "ioctl",
  parameters: [/* fd */ int, /* request */ "u32", /* arg */ "i64"],
  result: int,
  optional: true,
} as const satisfies Deno.ForeignFunction;

/** The same for Apple's arm64, with the registers filled. */
const ioctl_int_on_stack = {
  ...ioctl_int,
  parameters: [
    /* fd */ int,
    /* request */ "u32",
    ...registers,
    /* arg */ "i64",
  ],
} as const satisfies Deno.ForeignFunction;

/** The functions for calling conventions that treat variadic arguments like fixed ones. */
export const variadic = {
  // `int ioctl(int fd, unsigned long request, ...)` with a pointer.
  ioctl: {
    parameters: [/* fd */ int, /* request */ "u32", /* arg */ buf],
    result: int,
  },
  ioctl_int,
  // `int fcntl(int fd, int cmd, ...)` with an int: the lowest number for a duplicate.
  fcntl_int: {
    name: "fcntl",
    parameters: [/* fd */ int, /* cmd */ int, /* arg */ int],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions for Apple's arm64, with the registers filled. */
export const variadicOnStack = {
  ioctl: {
    name: "ioctl",
    parameters: [
      /* fd */ int,
      /* request */ "u32",
      ...registers,
      /* arg */ buf,
    ],
    result: int,
  },
  ioctl_int: ioctl_int_on_stack,
  fcntl_int: {
    name: "fcntl",
    parameters: [/* fd */ int, /* cmd */ int, ...registers, /* arg */ "i64"],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
