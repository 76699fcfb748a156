/** The C library of Linux, macOS and FreeBSD, and the {@linkcode System} functions on top of it. */

import {
  platform,
  type PlatformName,
  unsupported,
} from "../constants/platform.ts";
import { fromCaller } from "../constants/stack.ts";
import {
  binders,
  lazily,
  libcAdvice,
  libcNames,
  type Makers,
  openFirst,
  type Symbols,
} from "./loader.ts";
import { declarations, type syscall, type variadic } from "./declarations.ts";
import { table } from "../constants/table.ts";
import type { Libc, PlainCall } from "./system.ts";

type Functions = Symbols<typeof declarations>;

let symbols: Functions;
/** The name by which the C library was opened. */
let library: string;
let errnoCell: Int32Array<ArrayBuffer>;
let copyErrno: (() => void) | undefined;

/** As {@linkcode System.open}. */
export function open(): Libc {
  if (unsupported !== undefined) throw fromCaller(new Error(unsupported));
  return symbols = openFirst(libcNames(platform), openAs, libcAdvice);
}

/** Opens the C library by one of its names. */
function openAs(name: string): Functions {
  const opened = symbolsOf(name, false);
  library = name;
  try {
    bindErrno(opened);
    return opened;
  } catch {
    // Perhaps this Deno's functions do not outlive their handles.
    const kept = symbolsOf(name, true);
    bindErrno(kept);
    return kept;
  }
}

// Bound at once: whatever becomes of permissions, a socket that was made can be closed.
const first = ["socket", "close"] as const;

/** The functions of the C library by one of its names. */
function symbolsOf(name: string, keepsHandles: boolean): Functions {
  const symbols: Functions = lazily<Functions>({
    ...binders(name, declarations, { first, keepsHandles }),
    ...direct(platform, () => symbols),
    ...unwrapped(() => symbols),
  });
  return symbols;
}

/** Finds `errno`, by a function that is not among those bound at once. */
function bindErrno(symbols: Functions): void {
  const address = (symbols.__errno_location ?? symbols.__error)!();
  try {
    const pointer = Deno.UnsafePointer.create(address)!;
    errnoCell = new Int32Array(
      Deno.UnsafePointerView.getArrayBuffer(pointer, 4),
    );
  } catch {
    // Permission for the library's path alone does not cover reading memory: libc copies it, by a
    // function that is bound now, as binding may set errno.
    const { memcpy_from } = symbols;
    errnoCell = new Int32Array(1);
    copyErrno = () => memcpy_from(errnoCell, address, 4);
  }
}

/** The variadic functions of Apple's arm64, with the same parameters as elsewhere. */
function unwrapped(
  symbols: () => Functions,
): Makers<Pick<Functions, keyof typeof variadic>> | undefined {
  if (platform !== "darwin" || Deno.build.arch !== "aarch64") return undefined;
  return {
    ioctl() {
      const { ioctl_on_stack } = symbols();
      return (fd, request, arg) =>
        ioctl_on_stack(fd, request, 0n, 0n, 0n, 0n, 0n, 0n, arg);
    },
    ioctl_int() {
      const { ioctl_int_on_stack } = symbols();
      return (fd, request, arg) =>
        ioctl_int_on_stack!(fd, request, 0n, 0n, 0n, 0n, 0n, 0n, arg);
    },
    fcntl_int() {
      const { fcntl_int_on_stack } = symbols();
      return (fd, cmd, arg) =>
        fcntl_int_on_stack!(fd, cmd, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(arg));
    },
  };
}

/** As {@linkcode System.errno}: `errno`. */
export function errno(): number {
  copyErrno?.();
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

// Linux's `send` and `recv` by system call number. glibc's functions are cancellation points: in a
// multi-threaded process, such as Deno, each call enables and disables cancellation around the
// system call, about 5 % of a short transfer between local sockets.

type Syscall = Symbols<typeof syscall>;
/** What the FFI takes for a buffer: in Deno before 2.8.3, no shared memory. */
type Buffer = Parameters<Syscall["syscall"]>[2];
type Transfer<B> = (fd: number, buf: B, n: number, flags: number) => number;

/** The calls made by number, under the C library's names. */
interface Direct {
  send: Transfer<Buffer>;
  send_at: Transfer<Deno.PointerValue>;
  recv: Transfer<Buffer>;
  recv_at: Transfer<Deno.PointerValue>;
}

/** The system call numbers of each architecture, from `<sys/syscall.h>`. */
export const numbers: Readonly<
  Partial<Record<PlatformName, { sendto: number; recvfrom: number }>>
> = {
  linux_x86_64: { sendto: 44, recvfrom: 45 },
  linux_aarch64: { sendto: 206, recvfrom: 207 },
};

/**
 * Returns how the calls are made on a platform whose numbers are known; `undefined` for another.
 *
 * @param symbols returns the C library's functions
 */
export function direct(
  platform: PlatformName,
  symbols: () => Syscall,
): Makers<Direct> | undefined {
  const known = numbers[platform];
  if (known === undefined) return undefined;
  const { sendto, recvfrom } = known;
  return {
    send() {
      const { syscall } = symbols();
      return (fd, buf, n, flags) =>
        syscall(sendto, fd, buf, n, flags, null, null);
    },
    send_at() {
      const { syscall_at } = symbols();
      return (fd, buf, n, flags) =>
        syscall_at(sendto, fd, buf, n, flags, null, null);
    },
    recv() {
      const { syscall } = symbols();
      return (fd, buf, n, flags) =>
        syscall(recvfrom, fd, buf, n, flags, null, null);
    },
    recv_at() {
      const { syscall_at } = symbols();
      return (fd, buf, n, flags) =>
        syscall_at(recvfrom, fd, buf, n, flags, null, null);
    },
  };
}
