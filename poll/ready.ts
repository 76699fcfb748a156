/** Waits for one descriptor, blocking the thread. */

import { table } from "../constants/table.ts";
import { layout } from "../ffi/layout/mod.ts";
import { libc } from "../ffi/libc.ts";
import { waitMilliseconds } from "./deadline.ts";
import { descriptorSet, listsHandles } from "./descriptor_set.ts";

// Made at first use: unsupported platforms have no pollfd layout.
let storage: { bytes: Uint8Array<ArrayBuffer>; view: DataView } | undefined;

function pollfd(): { bytes: Uint8Array<ArrayBuffer>; view: DataView } {
  if (storage === undefined) {
    const bytes = new Uint8Array(layout.pollfd.size);
    storage = { bytes, view: new DataView(bytes.buffer) };
  }
  return storage;
}

/** Calls `poll(2)` for one descriptor. */
function pollFor(fd: number, events: number, seconds: number | null): number {
  const { bytes, view } = pollfd();
  view.setInt32(layout.pollfd.fd.at, fd, true); // the high half of a handle stays 0
  view.setInt16(layout.pollfd.events.at, events, true);
  view.setInt16(layout.pollfd.revents.at, 0, true);
  return libc.poll(bytes, 1, waitMilliseconds(seconds));
}

/**
 * Waits until a descriptor is ready or has failed, or the time has passed.
 *
 * @param fd the descriptor
 * @param readiness what to wait for; `poll` reports a message in the error queue as a failure
 * @param seconds how long to wait; `null` for no limit
 * @returns 1 if it is ready or failed, 0 if the time has passed, -1 if the call failed (see
 * `errno`)
 */
export function waitReady(
  fd: number,
  readiness: "read" | "write" | "error" | "urgent",
  seconds: number | null,
): number {
  const { POLLIN, POLLOUT, POLLPRI } = table.constants;
  const events = { read: POLLIN, write: POLLOUT, error: 0, urgent: POLLPRI };
  return pollFor(fd, events[readiness], seconds);
}

/** Whether a connection has urgent data; `"ended"` if it has none, and nothing more will arrive. */
export type Urgency = boolean | "ended";

/**
 * Waits until a connection has urgent data, or has ended or failed, or the time has passed.
 *
 * @param fd the descriptor
 * @param seconds how long to wait; `null` for no limit
 * @returns whether there is urgent data; `undefined` if the call failed (see `errno`)
 */
export function waitUrgent(
  fd: number,
  seconds: number | null,
): Urgency | undefined {
  if (listsHandles) return selectUrgent(fd, seconds);
  const { POLLPRI, POLLHUP, POLLERR, POLLNVAL, POLLRDHUP = 0 } =
    table.constants;
  const result = pollFor(fd, POLLPRI | POLLRDHUP, seconds);
  if (result <= 0) return result === 0 ? false : undefined;
  const found = pollfd().view.getInt16(layout.pollfd.revents.at, true);
  if ((found & POLLPRI) !== 0) return true;
  const ends = POLLHUP | POLLERR | POLLNVAL | POLLRDHUP;
  return (found & ends) !== 0 ? "ended" : false;
}

/** As {@linkcode waitUrgent}, by the third list of `select`: Winsock's `poll` does not know it. */
function selectUrgent(
  fd: number,
  seconds: number | null,
): Urgency | undefined {
  const urgent = descriptorSet();
  urgent.set(fd, true);
  const timeout = seconds === null ? null : timeval(seconds);
  const result = libc.select!(0, null, null, urgent.ask(), timeout);
  if (result < 0) return undefined;
  if (result > 0) return true;
  return isHungUp(fd) ? "ended" : false;
}

function timeval(seconds: number): Uint8Array<ArrayBuffer> {
  const { size, tv_sec, tv_usec } = layout.timeval;
  const view = new DataView(new ArrayBuffer(size));
  view.setInt32(tv_sec.at, Math.min(Math.floor(seconds), 0x7fffffff), true);
  view.setInt32(tv_usec.at, Math.floor((seconds % 1) * 1e6), true);
  return new Uint8Array(view.buffer);
}

/** Returns whether nothing more will arrive at a descriptor than what has arrived. */
export function isHungUp(fd: number): boolean {
  const { POLLIN, POLLHUP, POLLRDHUP = 0 } = table.constants;
  if (pollFor(fd, POLLIN | POLLRDHUP, 0) <= 0) return false;
  const found = pollfd().view.getInt16(layout.pollfd.revents.at, true);
  return (found & (POLLHUP | POLLRDHUP)) !== 0;
}

/** Whether a descriptor has an error, or a message in its error queue. Takes neither. */
export function hasError(fd: number): boolean {
  if (waitReady(fd, "error", 0) <= 0) return false;
  const revents = pollfd().view.getInt16(layout.pollfd.revents.at, true);
  return (revents & table.constants.POLLERR) !== 0;
}
