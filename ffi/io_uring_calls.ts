/** The system calls of Linux's `io_uring`. */

import { platform } from "../constants/platform.ts";
import { address, buf, int, size_t } from "./declarations.ts";
import { load } from "./libc.ts";
import { libcAdvice, libcNames, openFirst } from "./loader.ts";

const declarations = {
  io_uring_setup: {
    name: "syscall",
    parameters: [/* number */ int, /* entries */ "u32", /* params */ buf],
    result: int,
  },
  io_uring_enter: {
    name: "syscall",
    parameters: [
      /* number */ int,
      /* fd */ int,
      /* to_submit */ "u32",
      /* min_complete */ "u32",
      /* flags */ "u32",
      /* arg */ "pointer",
      // On x86-64 this one is on the stack, where an integer of 32 bits leaves the rest undefined.
      /* argsz */ "pointer",
    ],
    result: int,
  },
  io_uring_register: {
    name: "syscall",
    parameters: [
      /* number */ int,
      /* fd */ int,
      /* opcode */ "u32",
      /* arg */ buf,
      /* nr_args */ "u32",
    ],
    result: int,
  },
  // Returns its first argument.
  memcpy_pointer: {
    name: "memcpy",
    parameters: [/* dest */ address, /* src */ address, /* n */ size_t],
    result: "pointer",
  },
  eventfd: { parameters: [/* initval */ "u32", /* flags */ int], result: int },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions. */
export type Symbols = Deno.StaticForeignLibraryInterface<typeof declarations>;

/** The numbers of the system calls, which are the same on every processor. */
export const SETUP = 425;
/** As {@linkcode SETUP}. */
export const ENTER = 426;
/** As {@linkcode SETUP}. */
export const REGISTER = 427;
/** Error numbers. */
export const ENOSYS = 38;
/** As {@linkcode ENOSYS}. */
export const ETIME = 62;
/** Flags of `eventfd`. */
export const EFD_CLOEXEC_NONBLOCK = 0o2004000;

let symbols: Symbols | undefined;

/** Returns the functions, bound at the first call. */
export function opened(): Symbols {
  load();
  return symbols ??= openFirst(
    libcNames(platform),
    (name) => Deno.dlopen(name, declarations).symbols,
    libcAdvice,
  );
}
