/** `ioctl(2)`: Python's `fcntl.ioctl`. */

import { table, unavailable } from "../constants/table.ts";
import { rangeError } from "../constants/stack.ts";
import {
  type Bytes,
  bytes,
  descriptor,
  type FileDescriptor,
  integer,
  isBytes,
} from "../errors/arguments.ts";
import { check } from "../errors/errors.ts";
import { features } from "../ffi/features.ts";
import { holdsPointer, requestShape } from "../ffi/ioctl.ts";
import { load } from "../ffi/libc.ts";

/**
 * How much memory the kernel gets for a structure, whatever the caller passed: numbers older than
 * the `_IO` macros do not say the size, and some others have a false one. The largest known
 * structure of such a request is HDIO_DRIVE_CMD's, with 130,564 bytes.
 */
const ROOM = 0x40000;

/** How many bytes behind the caller's read as zeros. */
const ZEROS = 4096;

/** The lowest number that can be an address: systems keep the first page empty. */
const FIRST_ADDRESS = 4096;

let room: Uint8Array<ArrayBuffer> | undefined;

/**
 * Controls a device or a socket by a request with an integer, or without an argument. `ioctl(2)`,
 * Python's `fcntl.ioctl`; not on Windows.
 *
 * @param fd a descriptor, or an object with a `fileno()` method, such as a socket
 * @param request the request's number, such as `TUNSETPERSIST`
 * @param argument the integer; 0 if left out
 * @returns what the system returned: 0 for most requests
 * @throws {OSError} if the system rejects the request
 * @throws {RangeError} if the request needs bytes, or the platform has no `ioctl(2)`
 * @category Options
 */
export function ioctl(
  fd: FileDescriptor,
  request: number,
  argument?: number | bigint | boolean,
): number;
/**
 * Controls a device or a socket by a request with a structure, which the system may read and
 * change. `ioctl(2)`, Python's `fcntl.ioctl`; not on Windows.
 *
 * The system gets a copy of the bytes, with zeros after it, and what it writes is copied back as
 * far as there is room: it cannot write beyond the buffer. So the structure may be shorter than the
 * system's, unless the request's number says the size. Requests that are known to take a structure
 * with a pointer are refused: `getifaddrs()` serves instead of `SIOCGIFCONF`, netlink instead of
 * most others.
 *
 * @param fd a descriptor, or an object with a `fileno()` method, such as a socket
 * @param request the request's number, such as `SIOCGIFMTU`
 * @param argument the structure; with what the system writes, unless it fails
 * @param mutate_flag true, or left out: `argument` changes
 * @returns what the system returned: 0 for most requests
 * @throws {OSError} if the system rejects the request
 * @throws {RangeError} if the structure is shorter than the request says, or has a pointer, or the
 * platform has no `ioctl(2)`
 *
 * @example The MTU of an interface: `struct ifreq` has its name, then an int
 * ```ts ignore
 * import { ioctl, SIOCGIFMTU, Socket } from "@libc/socket";
 *
 * using socket = new Socket();
 * const ifreq = new Uint8Array(40);
 * new TextEncoder().encodeInto("lo", ifreq);
 * ioctl(socket, SIOCGIFMTU, ifreq);
 * console.log(new DataView(ifreq.buffer).getInt32(16, true)); // 65536
 * ```
 */
export function ioctl(
  fd: FileDescriptor,
  request: number,
  argument: Bytes,
  mutate_flag?: true,
): number;
/**
 * Controls a device or a socket by a request with a structure, and returns what the system makes of
 * it. See the form above.
 *
 * @param fd a descriptor, or an object with a `fileno()` method
 * @param request the request's number
 * @param argument the structure, which stays as it is
 * @param mutate_flag false
 * @returns the structure with what the system wrote
 * @throws {OSError} if the system rejects the request
 * @throws {RangeError} as above
 */
export function ioctl(
  fd: FileDescriptor,
  request: number,
  argument: Bytes,
  mutate_flag: false,
): Uint8Array<ArrayBuffer>;
export function ioctl(
  fd: FileDescriptor,
  request: number,
  argument: number | bigint | boolean | Bytes = 0,
  mutate_flag = true,
): number | Uint8Array<ArrayBuffer> {
  const { ioctlMacros } = features;
  if (ioctlMacros === null) throw unavailable("ioctl");
  const file = descriptor("fd", fd);
  const number = integer("request", request, -0x80000000, 0xffffffff) >>> 0;
  const { size, written } = requestShape(number, ioctlMacros);
  if (!isBytes(argument)) {
    // Beyond these an integer may be an address, where the kernel would write.
    const max = written ? FIRST_ADDRESS - 1 : 0xffffffff;
    if (written && size > 0) {
      throw rangeError(
        `argument must be bytes for ${shown(number)}, which returns ${size}`,
      );
    }
    const value = integer("argument", argument, -0x80000000, max);
    return check(load().ioctl_int!(file, number, BigInt(value)), "ioctl");
  }
  const structure = bytes("argument", argument);
  if (structure.length < size) {
    throw rangeError(
      `argument must have at least ${size} bytes for ${
        shown(number)
      }, not ${structure.length}`,
    );
  }
  if (hasPointer(number, ioctlMacros)) {
    throw rangeError(
      `${shown(number)} takes a structure that holds a pointer`,
    );
  }
  const space = spaceFor(structure);
  const result = check(load().ioctl(file, number, space), "ioctl");
  if (!mutate_flag) return space.slice(0, structure.length);
  structure.set(space.subarray(0, structure.length));
  return result;
}

const shown = (request: number): string => `request 0x${request.toString(16)}`;

/** Copies a structure to where the kernel has more room than it needs. */
function spaceFor(structure: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = structure;
  room ??= new Uint8Array(ROOM);
  const space = length + ZEROS > ROOM ? new Uint8Array(length + ROOM) : room;
  space.set(structure);
  return space.fill(0, length, length + ZEROS);
}

function hasPointer(
  request: number,
  macros: NonNullable<typeof features.ioctlMacros>,
): boolean {
  return request === table.constants.SIOCGIFCONF ||
    holdsPointer(request, macros);
}
