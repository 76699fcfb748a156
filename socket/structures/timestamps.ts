/** The times at which packets were received or sent. */

import { type Bytes, bytes } from "../../errors/arguments.ts";
import { layout as running } from "../../ffi/layout/mod.ts";
import type { Layout } from "../../ffi/layout/types.ts";
import { reader, structOf } from "./fields.ts";

/** A point in time, as precise as the kernel reports it. */
export interface Timestamp {
  /** Whole seconds since 1970 (UTC), or on a hardware clock's own scale. */
  readonly seconds: number;
  /** Additional nanoseconds. */
  readonly nanoseconds: number;
}

/**
 * Decodes a `struct timeval`: the data of `SCM_TIMESTAMP`, which `SO_TIMESTAMP` enables.
 *
 * @param data the data of the control message, from `recvmsg()`
 * @returns the time
 * @throws {RangeError} if the data is too short
 */
export function decodeTimeval(data: Bytes): Timestamp {
  return timeval(data, running);
}

/** Like {@linkcode decodeTimeval}, for any platform. */
export function timeval(data: Bytes, layout: Layout): Timestamp {
  const { size, tv_sec, tv_usec } = structOf(layout, "timeval");
  const { signed } = reader(data, "timeval", size);
  return {
    seconds: Number(signed(tv_sec)),
    nanoseconds: Number(signed(tv_usec)) * 1000,
  };
}

/**
 * Decodes a `struct timespec`: the data of `SCM_TIMESTAMPNS`, which `SO_TIMESTAMPNS` enables.
 *
 * @param data the data of the control message, from `recvmsg()`
 * @returns the time
 * @throws {RangeError} if the data is too short, or the platform lacks the struct
 */
export function decodeTimespec(data: Bytes): Timestamp {
  return timespec(data, running);
}

/** Like {@linkcode decodeTimespec}, for any platform. */
export function timespec(data: Bytes, layout: Layout): Timestamp {
  const { size, tv_sec, tv_nsec } = structOf(layout, "timespec");
  const { signed } = reader(data, "timespec", size);
  return {
    seconds: Number(signed(tv_sec)),
    nanoseconds: Number(signed(tv_nsec)),
  };
}

/** The data of `SCM_TIMESTAMPING`; a timestamp that was not taken is `null`. */
export interface Timestamping {
  /** The timestamp taken in software. */
  readonly software: Timestamp | null;
  /** The hardware's timestamp in the system's time; kernels since Linux 3.17 leave it out. */
  readonly transformed: Timestamp | null;
  /** The timestamp taken in hardware, by its own clock. */
  readonly hardware: Timestamp | null;
}

/**
 * Decodes the data of `SCM_TIMESTAMPING` (`struct scm_timestamping`), which `SO_TIMESTAMPING`
 * enables. Linux.
 *
 * @param data the data of the control message, from `recvmsg()`
 * @returns the timestamps
 * @throws {RangeError} if the data is too short, or the platform lacks the struct
 */
export function decodeTimestamping(data: Bytes): Timestamping {
  return timestamping(data, running);
}

/** Like {@linkcode decodeTimestamping}, for any platform. */
export function timestamping(data: Bytes, layout: Layout): Timestamping {
  const { size } = structOf(layout, "timespec");
  reader(data, "scm_timestamping", 3 * size);
  const all = bytes("data", data);
  const [software, transformed, hardware] = [0, 1, 2].map((i) => {
    const time = timespec(all.subarray(i * size), layout);
    return time.seconds === 0 && time.nanoseconds === 0 ? null : time;
  });
  return { software, transformed, hardware };
}
