/**
 * Linux's `send` and `recv` by system call number. glibc's functions are cancellation points: in a
 * multi-threaded process, such as Deno, each call enables and disables cancellation around the
 * system call, about 5 % of a short transfer between local sockets.
 */

import type { PlatformName } from "../constants/platform.ts";
import type { Makers, Symbols } from "./bind.ts";
import { buf, int, size_t, ssize_t } from "./c.ts";

/**
 * `syscall(2)` with the arguments of `sendto` and `recvfrom`. Their last parameters differ (a
 * length, and a pointer to one), but are null for both here.
 */
export const syscall = {
  syscall: {
    parameters: [
      /* number */ int,
      /* fd */ int,
      /* buf */ buf,
      /* n */ size_t,
      /* flags */ int,
      /* addr */ "pointer",
      /* addr_len */ "pointer",
    ],
    result: ssize_t,
  },
  // For memory whose address is known.
  syscall_at: {
    name: "syscall",
    parameters: [
      /* number */ int,
      /* fd */ int,
      /* buf */ "pointer",
      /* n */ size_t,
      /* flags */ int,
      /* addr */ "pointer",
      /* addr_len */ "pointer",
    ],
    result: ssize_t,
  },
} as const satisfies Deno.ForeignLibraryInterface;

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
