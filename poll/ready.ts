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
  const { bytes, view } = pollfd();
  const { POLLIN, POLLOUT } = table.constants;
  view.setInt32(layout.pollfd.fd.at, fd, true); // the high half of a handle stays 0
  view.setInt16(
    layout.pollfd.events.at,
    { read: POLLIN, write: POLLOUT, error: 0 }[readiness],
    true,
  );
  view.setInt16(layout.pollfd.revents.at, 0, true);
  return libc.poll(bytes, 1, waitMilliseconds(seconds));
}

/** Whether a descriptor has an error, or a message in its error queue. Takes neither. */
export function hasError(fd: number): boolean {
  if (waitReady(fd, "error", 0) <= 0) return false;
  const revents = pollfd().view.getInt16(layout.pollfd.revents.at, true);
  return (revents & table.constants.POLLERR) !== 0;
}
