/** Waits for descriptors, blocking the thread; timeouts, deadlines and interrupts of such waits. */

import { KeyboardInterrupt } from "../errors/errors.ts";
import { PENDING } from "../ffi/ctrl_c.ts";
import { libc } from "../ffi/libc.ts";
import { table } from "../constants/table.ts";
import { layout } from "../ffi/layout/mod.ts";
import { descriptorSet, listsHandles } from "./descriptor_set.ts";

// Timeouts and deadlines, in the units of the system's waits.

/** The longest wait in milliseconds that the system and `setTimeout` accept: 31 bits. */
export const MAX_MS = 0x7fffffff;

/**
 * Converts seconds to the whole milliseconds of the system's waits, capped at {@linkcode MAX_MS}.
 * Rounds up, as a wait that ends early would only be repeated.
 *
 * @param seconds the seconds, `null` for no limit
 * @returns the milliseconds, -1 for no limit
 */
export function waitMilliseconds(seconds: number | null): number {
  return seconds === null ? -1 : Math.min(Math.ceil(seconds * 1000), MAX_MS);
}

/** The time at which a timeout runs out, or never. */
export class Deadline {
  /** In milliseconds, as of `performance.now()`; `null` for never. */
  readonly #at: number | null;

  /**
   * Starts the clock.
   *
   * @param timeout seconds from now, `null` for never
   */
  constructor(timeout: number | null) {
    this.#at = timeout === null ? null : performance.now() + timeout * 1000;
  }

  /** The seconds left, 0 once the time has passed; `null` for no limit. */
  get seconds(): number | null {
    return this.#at === null
      ? null
      : Math.max(0, this.#at - performance.now()) / 1000;
  }

  /** The milliseconds left, in the form of the system's waits; -1 for no limit. */
  get milliseconds(): number {
    return waitMilliseconds(this.seconds);
  }
}

// Interrupts: another thread ends what this one waits for. Each wait includes the descriptors of
// the sources, and each blocking call begins by looking at their flags: so an interrupt that comes
// between two calls ends the next one, even if that one would not wait.

/** Where interrupts of this thread come from. */
export interface InterruptSource {
  /** A non-blocking socket that becomes readable after each interrupt. */
  readonly fd: number;
  /** Shared with the thread that interrupts: {@linkcode PENDING} and others by their index. */
  readonly state: Int32Array<SharedArrayBuffer>;
  /** Is called with the error that is about to be thrown. */
  raised?(): void;
}

/** Whether there is any source. Blocking calls look at this first. */
export let interruptible = false;

const sources: InterruptSource[] = [];
/** Sources whose other end was closed: nothing but their flags is left. */
const silent = new WeakSet<InterruptSource>();

/** Has the blocking calls of this thread end by interrupts of a source. */
export function addSource(source: InterruptSource): void {
  sources.push(source);
  interruptible = true;
}

/** Ends {@linkcode addSource}. */
export function removeSource(source: InterruptSource): void {
  const at = sources.indexOf(source);
  if (at >= 0) sources.splice(at, 1);
  interruptible = sources.length > 0;
}

/** Whether an interrupt has come. */
export function isInterrupted(): boolean {
  return sources.some(({ state }) => Atomics.load(state, PENDING) !== 0);
}

/**
 * Takes an interrupt, if one has come, and throws it.
 *
 * @throws {KeyboardInterrupt}
 */
export function throwIfInterrupted(): void {
  for (const source of sources) {
    if (takePending(source)) {
      source.raised?.();
      throw new KeyboardInterrupt();
    }
  }
}

/** Whether an interrupt has come; if so, it counts as thrown. */
export function takePending(source: InterruptSource): boolean {
  if (Atomics.exchange(source.state, PENDING, 0) === 0) return false;
  drain(source);
  return true;
}

/** The descriptors to wait for. */
export function sourceDescriptors(): number[] {
  return sources.filter((source) => !silent.has(source)).map(({ fd }) => fd);
}

/**
 * Is called after a wait that found a source's descriptor readable. Without an interrupt, that is
 * the late byte of an earlier one, which the flag alone had announced, or the end.
 */
export function settle(descriptor: number): void {
  for (const source of sources) {
    if (source.fd === descriptor && Atomics.load(source.state, PENDING) === 0) {
      drain(source);
    }
  }
}

const byte = new Uint8Array(1);

function drain(source: InterruptSource): void {
  if (libc.recv(source.fd, byte, 1, 0) === 0) silent.add(source);
}

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

/** How long `select` waits for urgent data before the end of the connection is looked for. */
const SELECT_SECONDS = 0.02;

/**
 * As {@linkcode waitUrgent}, by the third list of `select`, as Winsock's `poll` does not know
 * urgent data. That list does not report an end.
 */
function selectUrgent(
  fd: number,
  seconds: number | null,
): Urgency | undefined {
  const urgent = descriptorSet();
  urgent.set(fd, true);
  const deadline = new Deadline(seconds);
  for (;;) {
    const left = deadline.seconds ?? Infinity;
    const timeout = timeval(Math.min(left, SELECT_SECONDS));
    const result = libc.select!(0, null, null, urgent.ask(), timeout);
    if (result < 0) return undefined;
    if (result > 0) return true;
    if (isHungUp(fd)) return "ended";
    if (left <= SELECT_SECONDS || isInterrupted()) return false;
  }
}

function timeval(seconds: number): Uint8Array<ArrayBuffer> {
  const { size, tv_sec, tv_usec } = layout.timeval;
  const view = new DataView(new ArrayBuffer(size));
  view.setInt32(tv_sec.at, Math.min(Math.floor(seconds), 0x7fffffff), true);
  view.setInt32(tv_usec.at, Math.floor((seconds % 1) * 1e6), true);
  return new Uint8Array(view.buffer);
}

/** Whether the descriptor that {@linkcode waitReady} last called ready is not open at all. */
export function wasNotOpen(): boolean {
  return (readyEvents() & table.constants.POLLNVAL) !== 0;
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
