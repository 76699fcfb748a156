/** The C library of Linux, macOS and FreeBSD, and the {@linkcode System} functions on top of it. */

import { platform, unsupported } from "../constants/platform.ts";
import { table } from "../constants/table.ts";
import { declarations } from "./declarations.ts";
import { openFirst } from "./loader.ts";
import { libcAdvice, libcNames } from "./names.ts";
import { direct, syscall } from "./syscall.ts";
import type { Libc, PlainCall } from "./system.ts";
import { variadicOnStack } from "./variadic.ts";

type Symbols = Deno.StaticForeignLibraryInterface<typeof declarations>;

let symbols: Symbols;
/** The name by which the C library was opened. */
let library: string;
let errnoCell: Int32Array<ArrayBuffer>;
let errnoAddress: bigint | undefined;

/** As {@linkcode System.open}. */
export function open(): Libc {
  if (unsupported !== undefined) throw new Error(unsupported);
  return symbols = openFirst(libcNames(platform), openAs, libcAdvice);
}

/** Opens the C library by one of its names. */
function openAs(name: string): Symbols {
  const opened: Symbols = platform === "darwin" &&
      Deno.build.arch === "aarch64"
    ? unwrapVariadic(
      Deno.dlopen(name, { ...declarations, ...variadicOnStack }).symbols,
    )
    : Deno.dlopen(name, declarations).symbols;
  bindErrno(opened);
  library = name;
  const hot = direct(platform, () => Deno.dlopen(name, syscall).symbols);
  // The FFI's own object is in V8's slower dictionary mode; the copy is not.
  return { ...opened, ...hot };
}

function bindErrno({ __errno_location, __error }: Symbols): void {
  const address = (__errno_location ?? __error)!();
  try {
    const pointer = Deno.UnsafePointer.create(address)!;
    errnoCell = new Int32Array(
      Deno.UnsafePointerView.getArrayBuffer(pointer, 4),
    );
  } catch {
    // Permission for the library's path alone does not cover reading memory: libc copies it.
    errnoCell = new Int32Array(1);
    errnoAddress = address;
  }
}

type Stacked = Deno.StaticForeignLibraryInterface<
  & Omit<typeof declarations, keyof typeof variadicOnStack>
  & typeof variadicOnStack
>;

/** Wraps the variadic functions of Apple's arm64 to take the same parameters as elsewhere. */
function unwrapVariadic(symbols: Stacked): Symbols {
  return {
    ...symbols,
    ioctl: (fd, request, arg) =>
      symbols.ioctl(fd, request, 0n, 0n, 0n, 0n, 0n, 0n, arg),
    ioctl_int: (fd, request, arg) =>
      symbols.ioctl_int!(fd, request, 0n, 0n, 0n, 0n, 0n, 0n, arg),
    fcntl_int: (fd, cmd, arg) =>
      symbols.fcntl_int!(fd, cmd, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(arg)),
  };
}

/** As {@linkcode System.errno}: `errno`. */
export function errno(): number {
  if (errnoAddress !== undefined) {
    symbols.memcpy_from(errnoCell, errnoAddress, 4);
  }
  return errnoCell[0];
}

const EMPTY = new Uint8Array(0);

/** As {@linkcode System.setInheritable}. */
export function setInheritable(fd: number, inheritable: boolean): number {
  const { FIOCLEX, FIONCLEX } = table.constants;
  return symbols.ioctl(fd, inheritable ? FIONCLEX : FIOCLEX, EMPTY);
}

/** As {@linkcode System.isNonBlocking}. */
export function isNonBlocking(fd: number): boolean {
  const { F_GETFL, O_NONBLOCK } = table.constants;
  return (symbols.fcntl(fd, F_GETFL) & O_NONBLOCK) !== 0;
}

/** As {@linkcode System.getInheritable}. */
export function getInheritable(fd: number): number {
  const { F_GETFD, FD_CLOEXEC } = table.constants;
  const flags = symbols.fcntl(fd, F_GETFD);
  return flags < 0 ? flags : flags & FD_CLOEXEC ? 0 : 1;
}

/** As {@linkcode System.duplicate}. */
export function duplicate(fd: number): number {
  return symbols.fcntl_int!(fd, table.constants.F_DUPFD_CLOEXEC, 0);
}

/** As {@linkcode System.wakeCall}: `send`. */
export function wakeCall(fd: number): PlainCall {
  return {
    library,
    name: "send",
    parameters: ["i32", "buffer", "usize", "i32"],
    result: "isize",
    args: [fd, new Uint8Array(1), 1, 0],
  };
}

const SIGINT = 2;
const SIG_DFL = null;

/** As {@linkcode System.endCalls}: takes all handlers away and sends the signal. */
export function endCalls(): PlainCall[] {
  return [
    {
      library,
      name: "signal",
      parameters: ["i32", "pointer"],
      result: "pointer",
      args: [SIGINT, SIG_DFL],
    },
    {
      library,
      name: "kill",
      parameters: ["i32", "i32"],
      result: "i32",
      args: [Deno.pid, SIGINT],
    },
  ];
}
