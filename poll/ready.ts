/** Waits for one descriptor, blocking the thread. */

import { table } from "../constants/table.ts";
import { layout } from "../ffi/layout/mod.ts";
import { libc } from "../ffi/libc.ts";
import { waitMilliseconds } from "./deadline.ts";

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
  readiness: "read" | "write" | "error",
  seconds: number | null,
): number {
  const { POLLIN, POLLOUT } = table.constants;
  const events = { read: POLLIN, write: POLLOUT, error: 0 }[readiness];
  return pollFor(fd, events, seconds);
}

/** Whether the descriptor that {@linkcode waitReady} last called ready is not open at all. */
export function wasNotOpen(): boolean {
  const revents = pollfd().view.getInt16(layout.pollfd.revents.at, true);
  return (revents & table.constants.POLLNVAL) !== 0;
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
