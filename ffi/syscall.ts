/**
 * Linux's `send` and `recv` by their numbers. glibc's are points where a thread may be cancelled, and
 * in a process with more than one thread, as every one of Deno's is, each call announces that and takes
 * it back: of a short message to a socket at hand that is a twentieth of the time.
 */

import type { PlatformName } from "../constants/platform.ts";
import { buf, int, size_t, ssize_t } from "./c.ts";

/** `syscall(2)` with the arguments of `sendto` and `recvfrom`. */
export const syscall = {
  syscall: {
    parameters: [
      int, /* number */
      int, /* fd */
      buf, /* buf */
      size_t, /* n */
      int, /* flags */
      "pointer", /* addr */
      "pointer", /* addr_len: a length there and an address here, nothing in either case */
    ],
    result: ssize_t,
  },
  // The same for memory whose address is known.
  syscall_at: {
    name: "syscall",
    parameters: [int, int, "pointer", size_t, int, "pointer", "pointer"],
    result: ssize_t,
  },
} as const satisfies Deno.ForeignLibraryInterface;

type Syscall = Deno.StaticForeignLibraryInterface<typeof syscall>;
type Transfer<B> = (fd: number, buf: B, n: number, flags: number) => number;

/** The calls that go by number, named as in the C library's table. */
interface Direct {
  send: Transfer<AllowSharedBufferSource | null>;
  send_at: Transfer<Deno.PointerValue>;
  recv: Transfer<AllowSharedBufferSource | null>;
  recv_at: Transfer<Deno.PointerValue>;
}

/** The numbers, from each processor's `<sys/syscall.h>`. */
export const numbers: Readonly<
  Partial<Record<PlatformName, { sendto: number; recvfrom: number }>>
> = {
  linux_x86_64: { sendto: 44, recvfrom: 45 },
  linux_aarch64: { sendto: 206, recvfrom: 207 },
};

/**
 * The calls, for a platform that has their numbers; else nothing.
 *
 * @param open opens the C library for `syscall`
 */
export function direct(
  platform: PlatformName,
  open: () => Syscall,
): Direct | undefined {
  const known = numbers[platform];
  if (known === undefined) return undefined;
  const { sendto, recvfrom } = known;
  const { syscall, syscall_at } = open();
  return {
    send: (fd, buf, n, flags) => syscall(sendto, fd, buf, n, flags, null, null),
    send_at: (fd, buf, n, flags) =>
      syscall_at(sendto, fd, buf, n, flags, null, null),
    recv: (fd, buf, n, flags) =>
      syscall(recvfrom, fd, buf, n, flags, null, null),
    recv_at: (fd, buf, n, flags) =>
      syscall_at(recvfrom, fd, buf, n, flags, null, null),
  };
}
