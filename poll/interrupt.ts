/**
 * Interrupts: another thread ends what this one waits for. Each wait includes the descriptors of
 * the sources, and each blocking call begins by looking at their flags: so an interrupt that comes
 * between two calls ends the next one, even if that one would not wait.
 */

import { KeyboardInterrupt } from "../errors/keyboard_interrupt.ts";
import { PENDING } from "../ffi/ctrl_c.ts";
import { libc } from "../ffi/libc.ts";

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
