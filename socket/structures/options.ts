/** Option values that are not plain integers: `SO_LINGER`, credentials, and those of `ioctl()`. */

import {
  SIO_KEEPALIVE_VALS,
  SIO_LOOPBACK_FAST_PATH,
  SIO_RCVALL,
} from "../../constants/mod.ts";
import { rangeError, typeError } from "../../constants/stack.ts";
import { type Bytes, describe, integer } from "../../errors/arguments.ts";
import { type Layout, layout as running } from "../../ffi/layout/mod.ts";
import { encodeStruct, isFields, reader, structOf } from "./fields.ts";

/**
 * The value of `SO_LINGER`: whether closing waits for unsent data, and for how long.
 * @category Options
 */
export interface Linger {
  /** Whether closing waits; with a `linger` of 0, closing resets the connection instead. */
  readonly onoff: boolean;
  /** How long closing waits, in seconds (macOS: in ticks; in seconds with `SO_LINGER_SEC`). */
  readonly linger: number;
}

/**
 * Decodes the value of `SO_LINGER`.
 *
 * @param data what `getsockopt(SOL_SOCKET, SO_LINGER, 8)` returned
 * @returns the value
 * @throws {RangeError} if it is too short
 *
 * @example Closing with a reset
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeLinger, encodeLinger, SO_LINGER, Socket, SOL_SOCKET } from "@libc/socket";
 *
 * using socket = new Socket();
 * socket.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0));
 * const value = socket.getsockopt(SOL_SOCKET, SO_LINGER, 8);
 * assertEquals(decodeLinger(value), { onoff: true, linger: 0 });
 * ```
 * @see `socket(7)`
 * @category Options
 */
export function decodeLinger(data: Bytes): Linger {
  return linger(data, running);
}

/** Like {@linkcode decodeLinger}, for any platform. */
export function linger(data: Bytes, layout: Layout): Linger {
  const { size, l_onoff, l_linger } = structOf(layout, "linger");
  const fields = reader(data, "linger", size);
  return {
    onoff: fields.unsigned(l_onoff) !== 0,
    linger: Number(fields.signed(l_linger)),
  };
}

/**
 * Encodes a value for `SO_LINGER`.
 *
 * @param onoff whether closing waits for unsent data
 * @param linger how long, in seconds (macOS: in ticks; in seconds with `SO_LINGER_SEC`)
 * @returns the bytes for `setsockopt()`
 * @throws {RangeError} if `linger` is negative or too large
 * @see `socket(7)`
 * @category Options
 */
export function encodeLinger(
  onoff: boolean,
  linger: number,
): Uint8Array<ArrayBuffer>;
/**
 * Encodes a value for `SO_LINGER`, as {@linkcode decodeLinger} returns it.
 *
 * @param value the value
 * @returns the bytes for `setsockopt()`
 * @throws {RangeError} if its `linger` is negative or too large
 */
export function encodeLinger(value: Linger): Uint8Array<ArrayBuffer>;
export function encodeLinger(
  value: boolean | Linger,
  linger?: number,
): Uint8Array<ArrayBuffer> {
  return isFields(value)
    ? lingerBytes(value.onoff, value.linger, running)
    : lingerBytes(value, linger, running);
}

/** Like {@linkcode encodeLinger}, for any platform. */
export function lingerBytes(
  onoff: boolean,
  linger: unknown,
  layout: Layout,
): Uint8Array<ArrayBuffer> {
  const struct = structOf(layout, "linger");
  const most = 2 ** (8 * struct.l_linger.size - 1) - 1;
  return encodeStruct(struct, {
    l_onoff: onoff ? 1 : 0,
    l_linger: integer("linger", linger, 0, most),
  });
}

/**
 * The peer's process, user and group, as the kernel reports them.
 * @category Options
 */
export interface Credentials {
  /** The process id; `null` on macOS, where `LOCAL_PEERPID` returns it. */
  readonly pid: number | null;
  /** The effective user id. */
  readonly uid: number;
  /** The effective group id; `null` if macOS or FreeBSD reports no group. */
  readonly gid: number | null;
}

/**
 * Decodes credentials: on Linux the value of `SO_PEERCRED` and the data of `SCM_CREDENTIALS`
 * (`struct ucred`, 12 bytes), on macOS and FreeBSD the value of `LOCAL_PEERCRED` (`struct xucred`).
 *
 * @param data what `getsockopt()` or `recvmsg()` returned
 * @returns the credentials
 * @throws {RangeError} if the data is too short, or the platform has neither struct
 * @see `unix(7)`
 * @category Options
 */
export function decodeCredentials(data: Bytes): Credentials {
  return credentials(data, running);
}

/** Like {@linkcode decodeCredentials}, for any platform. */
export function credentials(data: Bytes, layout: Layout): Credentials {
  if ("ucred" in layout) {
    const { size, pid, uid, gid } = layout.ucred;
    const fields = reader(data, "ucred", size);
    return {
      pid: Number(fields.signed(pid)),
      uid: fields.unsigned(uid),
      gid: fields.unsigned(gid),
    };
  }
  const { size, cr_uid, cr_ngroups, cr_groups, cr_pid } = structOf(
    layout,
    "xucred",
  );
  const fields = reader(data, "xucred", size);
  return {
    pid: cr_pid === undefined ? null : Number(fields.signed(cr_pid)),
    uid: fields.unsigned(cr_uid),
    // The effective group is the first of the groups.
    gid: fields.signed(cr_ngroups) > 0
      ? fields.unsigned({ at: cr_groups.at, size: 4 })
      : null,
  };
}

/**
 * Encodes the data of `SCM_CREDENTIALS`. Linux. The kernel checks it: only a privileged process may
 * send values other than its own.
 *
 * @param pid the process id
 * @param uid the user id
 * @param gid the group id
 * @returns the data for `sendmsg()`
 * @throws {RangeError} if a number is out of bounds, or the platform lacks the struct
 * @see `unix(7)`
 * @category Options
 */
export function encodeCredentials(
  pid: number,
  uid: number,
  gid: number,
): Uint8Array<ArrayBuffer>;
/**
 * Encodes the data of `SCM_CREDENTIALS`, as {@linkcode decodeCredentials} returns it. Linux.
 *
 * @param credentials the credentials
 * @returns the data for `sendmsg()`
 * @throws {TypeError} if a part is `null`
 * @throws {RangeError} if a number is out of bounds, or the platform lacks the struct
 */
export function encodeCredentials(
  credentials: Credentials,
): Uint8Array<ArrayBuffer>;
export function encodeCredentials(
  first: number | Credentials,
  ...rest: number[]
): Uint8Array<ArrayBuffer> {
  const [pid, uid, gid] = isFields(first)
    ? [first.pid, first.uid, first.gid]
    : [first, ...rest];
  return encodeStruct(structOf(running, "ucred"), {
    pid: integer("pid", pid),
    uid: integer("uid", uid, 0, 0xffffffff),
    gid: integer("gid", gid, 0, 0xffffffff),
  });
}

/**
 * The argument of a command of `ioctl()`: a number, or for `SIO_KEEPALIVE_VALS` three of them (both
 * times in milliseconds).
 * @category Options
 */
export type IoctlOption =
  | number
  | boolean
  | readonly [onoff: number | boolean, time: number, interval: number];

/**
 * Encodes the argument of one of the `ioctl()` commands that Python supports.
 *
 * @throws {TypeError} if the argument does not suit the command
 * @throws {RangeError} if a number is out of bounds, or for any other command
 */
export function ioctlValue(
  control: number,
  option: unknown,
): Uint32Array<ArrayBuffer> {
  const word = (name: string, value: unknown): number =>
    integer(name, value, 0, 0xffffffff);
  switch (control) {
    case SIO_RCVALL:
    case SIO_LOOPBACK_FAST_PATH:
      return Uint32Array.of(word("option", option));
    case SIO_KEEPALIVE_VALS:
      if (Array.isArray(option) && option.length === 3) {
        return Uint32Array.from(option, (v, i) => word(`option[${i}]`, v));
      }
      throw typeError(
        `option must be [onoff, time, interval], not ${describe(option)}`,
      );
    default:
      throw rangeError(`invalid ioctl command ${control}`);
  }
}
