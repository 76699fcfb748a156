/**
 * Variadic functions. The FFI declares every function as fixed, which reaches the same registers
 * everywhere but on Apple's arm64: there a variadic argument goes on the stack, so the eight
 * argument registers are filled first.
 */

import { buf, int } from "./c.ts";

// `int fcntl(int fd, int cmd, ...)` with an int, `int ioctl(int fd, unsigned long request, ...)`
// with a pointer, `fcntl` to duplicate at or above a number.
const registers = ["u64", "u64", "u64", "u64", "u64", "u64"] as const;

/** The variadic functions where the convention treats variadic arguments like fixed ones. */
export const variadic = {
  ioctl: {
    parameters: [int, /* fd */ "u32", /* request */ buf /* arg */],
    result: int,
  },
  fcntl_int: {
    name: "fcntl",
    parameters: [int, /* fd */ int, /* cmd */ int],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The same functions for Apple arm64, with the registers filled. */
export const variadicOnStack = {
  ioctl: { parameters: [int, "u32", ...registers, buf], result: int },
  fcntl_int: {
    name: "fcntl",
    parameters: [int, int, ...registers, "i64"],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
