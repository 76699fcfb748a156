/** What options have for values besides integers: lingering, and the peer's credentials. */

import { layout as running } from "../../ffi/layout/mod.ts";
import type { Layout } from "../../ffi/layout/types.ts";
import {
  SIO_KEEPALIVE_VALS,
  SIO_LOOPBACK_FAST_PATH,
  SIO_RCVALL,
} from "../../constants/mod.ts";
import { type Bytes, describe, integer } from "../../errors/arguments.ts";
import { encodeStruct, reader, structOf } from "./fields.ts";

/** The value of `SO_LINGER`: whether closing waits for unsent data, and how long. */
export interface Linger {
  /** Whether it waits; if it does for 0 seconds, closing resets the connection. */
  readonly onoff: boolean;
  /** For how many seconds (on macOS in ticks, seconds with `SO_LINGER_SEC`). */
  readonly linger: number;
}

/**
 * Reads the value of `SO_LINGER`.
 *
 * @param data what `getsockopt(SOL_SOCKET, SO_LINGER, 8)` gave
 * @throws {RangeError} if it is too short
 *
 * @example Closing with a reset
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeLinger, encodeLinger, SO_LINGER, Socket, SOL_SOCKET } from "../../mod.ts";
 *
 * using socket = new Socket();
 * socket.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0));
 * const value = socket.getsockopt(SOL_SOCKET, SO_LINGER, 8);
 * assertEquals(decodeLinger(value), { onoff: true, linger: 0 });
 * ```
 */
export function decodeLinger(data: Bytes): Linger {
  return linger(data, running);
}

/** The same for any platform. */
export function linger(data: Bytes, layout: Layout): Linger {
  const { size, l_onoff, l_linger } = structOf(layout, "linger");
  const fields = reader(data, "linger", size);
  return {
    onoff: fields.unsigned(l_onoff) !== 0,
    linger: Number(fields.signed(l_linger)),
  };
}

/**
 * Makes a value for `SO_LINGER`.
 *
 * @param onoff whether closing waits for unsent data
 * @param linger for how many seconds (on macOS in ticks, seconds with `SO_LINGER_SEC`)
 * @throws {RangeError} if `linger` is negative, or too large
 */
export function encodeLinger(
  onoff: boolean,
  linger: number,
): Uint8Array<ArrayBuffer> {
  return lingerBytes(onoff, linger, running);
}

/** The same for any platform. */
export function lingerBytes(
  onoff: boolean,
  linger: number,
  layout: Layout,
): Uint8Array<ArrayBuffer> {
  const struct = structOf(layout, "linger");
  const most = 2 ** (8 * struct.l_linger.size - 1) - 1;
  return encodeStruct(struct, {
    l_onoff: onoff ? 1 : 0,
    l_linger: integer("linger", linger, 0, most),
  });
}

/** Who is at the other end, as the kernel says. */
export interface Credentials {
  /** The process; `null` on macOS, where `LOCAL_PEERPID` tells it. */
  readonly pid: number | null;
  /** The effective user. */
  readonly uid: number;
  /** The effective group; `null` if a BSD names none. */
  readonly gid: number | null;
}

/**
 * Reads credentials: the value of `SO_PEERCRED` and the data of `SCM_CREDENTIALS` on Linux
 * (`struct ucred`, 12 bytes), the value of `LOCAL_PEERCRED` on macOS and FreeBSD (`struct xucred`).
 *
 * @param data what `getsockopt()` or `recvmsg()` gave
 * @throws {RangeError} if it is too short
 */
export function decodeCredentials(data: Bytes): Credentials {
  return credentials(data, running);
}

/** The same for any platform. */
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
 * Makes the data of `SCM_CREDENTIALS`. Linux. The kernel checks it: only the privileged may send
 * other values than their own.
 *
 * @param pid the process
 * @param uid the user
 * @param gid the group
 * @throws {RangeError} if a number is out of bounds, or the platform has no such message
 */
export function encodeCredentials(
  pid: number,
  uid: number,
  gid: number,
): Uint8Array<ArrayBuffer> {
  return encodeStruct(structOf(running, "ucred"), {
    pid: integer("pid", pid),
    uid: integer("uid", uid, 0, 0xffffffff),
    gid: integer("gid", gid, 0, 0xffffffff),
  });
}

/** What goes with a command of `ioctl()`: a number, or of `SIO_KEEPALIVE_VALS` all three of its. */
export type IoctlOption =
  | number
  | readonly [onoff: number, time: number, interval: number];

/** The bytes of what goes with one of the commands that Python knows. */
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
      throw new TypeError(
        `option must be [onoff, time, interval], not ${describe(option)}`,
      );
    default:
      throw new RangeError(`invalid ioctl command ${control}`);
  }
}
