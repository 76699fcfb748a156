/** Waits for one descriptor, blocking the thread. */

import { table } from "../constants/table.ts";
import { layout } from "../ffi/layout/mod.ts";
import { libc } from "../ffi/libc.ts";
import { waitMilliseconds } from "./deadline.ts";
import { descriptorSet, listsHandles } from "./descriptor_set.ts";
import { interruptible, settle, sourceDescriptors } from "./interrupt.ts";

/** Structs `pollfd`. */
interface Pollfds {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}

// Made at first use: unsupported platforms have no pollfd layout.
let storage: Pollfds | undefined;

function pollfds(count: number): Pollfds {
  const length = count * layout.pollfd.size;
  if (storage === undefined || storage.bytes.length < length) {
    const bytes = new Uint8Array(length);
    storage = { bytes, view: new DataView(bytes.buffer) };
  }
  return storage;
}

function prepare(view: DataView, at: number, fd: number, events: number): void {
  view.setInt32(at + layout.pollfd.fd.at, fd, true); // the high half of a handle stays 0
  view.setInt16(at + layout.pollfd.events.at, events, true);
  view.setInt16(at + layout.pollfd.revents.at, 0, true);
}

/** How the descriptor of the last wait is ready. */
function readyEvents(): number {
  return storage!.view.getInt16(layout.pollfd.revents.at, true);
}

/** Calls `poll(2)` for one descriptor. */
function pollFor(fd: number, events: number, seconds: number | null): number {
  const { bytes, view } = pollfds(1);
  prepare(view, 0, fd, events);
  return libc.poll(bytes, 1, waitMilliseconds(seconds));
}

/** Calls `poll(2)` for one descriptor and for interrupts, after which it returns 0. */
function pollInterruptibly(
  fd: number,
  events: number,
  seconds: number | null,
): number {
  const { size, revents } = layout.pollfd;
  const descriptors = sourceDescriptors();
  const count = descriptors.length + 1;
  const { bytes, view } = pollfds(count);
  prepare(view, 0, fd, events);
  descriptors.forEach((source, i) => {
    prepare(view, (i + 1) * size, source, table.constants.POLLIN);
  });
  const ready = libc.poll(bytes, count, waitMilliseconds(seconds));
  if (ready <= 0) return ready; // nothing in between may change errno
  descriptors.forEach((source, i) => {
    if (view.getInt16((i + 1) * size + revents.at, true) !== 0) settle(source);
  });
  return readyEvents() === 0 ? 0 : 1;
}

/**
 * Waits until a descriptor is ready or has failed, the time has passed, or an interrupt comes.
 *
 * @param fd the descriptor
 * @param readiness what to wait for; `poll` reports a message in the error queue as a failure
 * @param seconds how long to wait; `null` for no limit
 * @returns 1 if it is ready or failed; 0 if the time has passed, or the wait ended early by an
 * interrupt; -1 if the call failed (see `errno`)
 */
export function waitReady(
  fd: number,
  readiness: "read" | "write" | "error" | "urgent",
  seconds: number | null,
): number {
  const { POLLIN, POLLOUT, POLLPRI } = table.constants;
  const events = { read: POLLIN, write: POLLOUT, error: 0, urgent: POLLPRI };
  return waitFor(fd, events[readiness], seconds);
}

/** Calls `poll(2)` for one descriptor, and for interrupts if the thread is interruptible. */
function waitFor(fd: number, events: number, seconds: number | null): number {
  return interruptible && seconds !== 0
    ? pollInterruptibly(fd, events, seconds)
    : pollFor(fd, events, seconds);
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
  const result = waitFor(fd, POLLPRI | POLLRDHUP, seconds);
  if (result <= 0) return result === 0 ? false : undefined;
  const found = readyEvents();
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
  return (readyEvents() & (POLLHUP | POLLRDHUP)) !== 0;
}

/** Whether a descriptor has an error, or a message in its error queue. Takes neither. */
export function hasError(fd: number): boolean {
  if (waitReady(fd, "error", 0) <= 0) return false;
  return (readyEvents() & table.constants.POLLERR) !== 0;
}
