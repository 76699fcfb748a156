/** When a packet came or went. */

import { layout as running } from "../../ffi/layout/mod.ts";
import type { Layout } from "../../ffi/layout/types.ts";
import { type Bytes, bytes } from "../../errors/arguments.ts";
import { reader, structOf } from "./fields.ts";

/** A moment, as exact as the kernel tells it. */
export interface Timestamp {
  /** Whole seconds since 1970. */
  readonly seconds: number;
  /** Nanoseconds beyond them. */
  readonly nanoseconds: number;
}

/**
 * Reads a `struct timeval`: the data of `SCM_TIMESTAMP`, for which `SO_TIMESTAMP` asks.
 *
 * @param data what `recvmsg()` gave
 * @throws {RangeError} if it is too short
 */
export function decodeTimeval(data: Bytes): Timestamp {
  return timeval(data, running);
}

/** The same for any platform. */
export function timeval(data: Bytes, layout: Layout): Timestamp {
  const { size, tv_sec, tv_usec } = structOf(layout, "timeval");
  const { signed } = reader(data, "timeval", size);
  return {
    seconds: Number(signed(tv_sec)),
    nanoseconds: Number(signed(tv_usec)) * 1000,
  };
}

/**
 * Reads a `struct timespec`: the data of `SCM_TIMESTAMPNS`, for which `SO_TIMESTAMPNS` asks.
 *
 * @param data what `recvmsg()` gave
 * @throws {RangeError} if it is too short
 */
export function decodeTimespec(data: Bytes): Timestamp {
  const { size, tv_sec, tv_nsec } = structOf(running, "timespec");
  const { signed } = reader(data, "timespec", size);
  return {
    seconds: Number(signed(tv_sec)),
    nanoseconds: Number(signed(tv_nsec)),
  };
}

/** The data of `SCM_TIMESTAMPING`; a time that was not taken is `null`. */
export interface Timestamping {
  /** The time that software took. */
  readonly software: Timestamp | null;
  /** The time that the hardware took, by its own clock. */
  readonly hardware: Timestamp | null;
}

/**
 * Reads the data of `SCM_TIMESTAMPING` (`struct scm_timestamping`), for which `SO_TIMESTAMPING` asks.
 * Linux.
 *
 * @param data what `recvmsg()` gave
 * @throws {RangeError} if it is too short
 */
export function decodeTimestamping(data: Bytes): Timestamping {
  const { size } = structOf(running, "timespec");
  reader(data, "scm_timestamping", 3 * size);
  const all = bytes("data", data);
  // The second of the three is no longer filled.
  const [software, , hardware] = [0, 1, 2].map((i) => {
    const time = decodeTimespec(all.subarray(i * size));
    return time.seconds === 0 && time.nanoseconds === 0 ? null : time;
  });
  return { software, hardware };
}
