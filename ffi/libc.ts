/**
 * The C library: opened at first use, its functions bound once. The rest of the library calls
 * `libc.recv(...)` and reads `errno()`, and knows nothing else of the FFI.
 */

import { platform, type PlatformName } from "../constants/platform.ts";
import { epoll } from "./epoll.ts";
import { kqueue } from "./kqueue.ts";
import { net_if } from "./net_if.ts";
import { netdb } from "./netdb.ts";
import { select } from "./select.ts";
import { string } from "./string.ts";
import { sys_sendfile } from "./sys_sendfile.ts";
import { sys_socket } from "./sys_socket.ts";
import { unistd } from "./unistd.ts";
import { variadic, variadicOnStack } from "./variadic.ts";

const declarations = {
  ...sys_socket,
  ...sys_sendfile,
  ...net_if,
  ...unistd,
  ...select,
  ...epoll,
  ...kqueue,
  ...netdb,
  ...string,
  ...variadic,
  // errno's address: glibc's name for the function, and the BSDs'.
  __errno_location: { parameters: [], result: "u64", optional: true },
  __error: { parameters: [], result: "u64", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** The C library's functions, by their C names. */
export type Libc = Deno.StaticForeignLibraryInterface<typeof declarations>;

/** Where each platform's C library is found: its plain name, then full paths. */
const names: Readonly<Partial<Record<PlatformName, readonly string[]>>> = {
  linux_x86_64: [
    "libc.so.6",
    "/usr/lib/x86_64-linux-gnu/libc.so.6",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/usr/lib64/libc.so.6",
    "/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
  ],
  linux_aarch64: [
    "libc.so.6",
    "/usr/lib/aarch64-linux-gnu/libc.so.6",
    "/lib/aarch64-linux-gnu/libc.so.6",
    "/usr/lib64/libc.so.6",
    "/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
  ],
  darwin: [
    "libSystem.dylib",
    "/usr/lib/libSystem.B.dylib",
    "/usr/lib/libSystem.dylib",
  ],
  freebsd: ["libc.so.7", "/lib/libc.so.7"],
};

/**
 * The C library's functions. Undefined until {@linkcode load} has run, which the constructor of a
 * socket does: what works on an open socket need not ask again.
 */
export let libc: Libc = undefined as unknown as Libc;

/** The name that the C library was opened by. */
export let libraryName = "";

let errnoCell: Int32Array;
let errnoAddress: bigint | undefined;

/** Opens the C library if that has not happened yet, and gives its functions. */
export function load(): Libc {
  return libc ?? open();
}

/** The calling thread's `errno`: read it right after the call that failed. */
export function errno(): number {
  if (errnoAddress !== undefined) libc.memcpy_from(errnoCell, errnoAddress, 4);
  return errnoCell[0];
}

function open(): Libc {
  const candidates = names[platform];
  if (candidates === undefined) {
    throw new Error(
      `@libc/socket does not run on ${Deno.build.target}: it needs 64-bit Linux with glibc, or macOS`,
    );
  }
  const name = permitted(candidates);
  let symbols: Libc;
  try {
    symbols = platform === "darwin" && Deno.build.arch === "aarch64"
      ? unwrapVariadic(
        Deno.dlopen(name, { ...declarations, ...variadicOnStack }).symbols,
      )
      : Deno.dlopen(name, declarations).symbols;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error; // names the flag to add
    throw new Error(
      `The C library could not be opened as ${name}; on Linux, only glibc is supported, not musl`,
      { cause: error },
    );
  }
  bindErrno(symbols);
  libraryName = name;
  // Spread, they are found faster: the FFI's own object is a dictionary.
  return libc = { ...symbols };
}

/**
 * The name to open the library by. `--allow-ffi=<path>` grants that path and no other, so the
 * candidates are asked for first; the plain name comes last, where Deno itself asks or refuses.
 */
function permitted(candidates: readonly string[]): string {
  return candidates.find((path) =>
    Deno.permissions.querySync({ name: "ffi", path }).state === "granted"
  ) ?? candidates[0];
}

function bindErrno(symbols: Libc): void {
  const address = (symbols.__errno_location ?? symbols.__error)!();
  try {
    const pointer = Deno.UnsafePointer.create(address)!;
    errnoCell = new Int32Array(
      Deno.UnsafePointerView.getArrayBuffer(pointer, 4),
    );
  } catch {
    // Permission for the library alone does not let us look at memory: have libc copy it.
    errnoCell = new Int32Array(1);
    errnoAddress = address;
  }
}

type Stacked = Deno.StaticForeignLibraryInterface<
  & Omit<typeof declarations, keyof typeof variadicOnStack>
  & typeof variadicOnStack
>;

/** Gives the variadic functions of Apple's arm64 the same parameters as everywhere else. */
function unwrapVariadic(symbols: Stacked): Libc {
  return {
    ...symbols,
    ioctl: (fd, request, arg) =>
      symbols.ioctl(fd, request, 0n, 0n, 0n, 0n, 0n, 0n, arg),
    fcntl_int: (fd, cmd, arg) =>
      symbols.fcntl_int(fd, cmd, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(arg)),
  };
}
