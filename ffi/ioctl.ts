/** `<sys/ioctl.h>`: what the number of a request of `ioctl(2)` says. */

import type { Features } from "./features.ts";

/** What the number of a request says about its argument. */
export interface RequestShape {
  /** The size of the structure that the argument points to; 0 if the number does not say it. */
  readonly size: number;
  /** Whether the kernel may write to that structure. */
  readonly written: boolean;
}

/**
 * Reads the number of a request: direction and size, which the `_IO` macros put into its upper
 * half.
 *
 * @param request the number, unsigned
 * @param macros whose macros made it
 */
export function requestShape(
  request: number,
  macros: NonNullable<Features["ioctlMacros"]>,
): RequestShape {
  const size = (request >>> 16) & (macros === "linux" ? 0x3fff : 0x1fff);
  if (macros === "bsd") {
    const IOC_VOID = 0x20000000;
    const IOC_OUT = 0x40000000;
    // The kernel copies exactly this size, either way. `_IOWINT` has the size of an int that is
    // passed by value.
    return (request & IOC_VOID) !== 0
      ? { size: 0, written: size === 0 }
      : { size, written: (request & IOC_OUT) !== 0 };
  }
  const direction = request >>> 30;
  const IOC_READ = 2;
  // Numbers older than the macros have no direction, and may do anything.
  return { size, written: direction === 0 || (direction & IOC_READ) !== 0 };
}

/**
 * Linux's socket requests whose `struct ifreq`, or other structure, points to memory: of
 * `<linux/sockios.h>` and `<linux/wireless.h>`, as ranges.
 */
const withPointer = [
  [0x890b, 0x890c], // SIOCADDRT, SIOCDELRT: the device's name
  [0x8940, 0x8941], // SIOCGIFBR, SIOCSIFBR
  [0x8946, 0x8946], // SIOCETHTOOL
  [0x894a, 0x894a], // SIOCWANDEV
  [0x8993, 0x8994], // SIOCBONDSLAVEINFOQUERY, SIOCBONDINFOQUERY
  [0x89b0, 0x89b1], // SIOCSHWTSTAMP, SIOCGHWTSTAMP
  [0x89e0, 0x89ff], // SIOCPROTOPRIVATE, SIOCDEVPRIVATE
  [0x8b00, 0x8bff], // SIOCSIWCOMMIT and its kin
] as const;

/**
 * Returns whether a request is known to take a structure that points to memory, to which the kernel
 * would write.
 *
 * @param request the number, unsigned
 * @param macros whose macros made it
 */
export function holdsPointer(
  request: number,
  macros: NonNullable<Features["ioctlMacros"]>,
): boolean {
  return macros === "linux" &&
    withPointer.some(([first, last]) => request >= first && request <= last);
}
