/** The poller on `select(2)`, the oldest call: for few descriptors with low numbers. */

import { table, unavailable } from "../constants/table.ts";
import { rangeError } from "../constants/stack.ts";
import { layout } from "../ffi/layout/mod.ts";
import { libc, load } from "../ffi/libc.ts";
import { checkWait, type LevelPoller, READ, ReadyList, WRITE } from "./base.ts";
import { descriptorSet, listsHandles } from "./descriptor_set.ts";

/** A poller that uses `select`. It has neither edges nor a parked wait. */
export class SelectPoller extends ReadyList implements LevelPoller {
  /** As {@linkcode LevelPoller.fd}: there is none. */
  readonly fd = -1;
  readonly #readers = descriptorSet();
  readonly #writers = descriptorSet();
  // Winsock reports a failed connection as an exception, not as writable.
  readonly #failed = listsHandles ? descriptorSet() : undefined;
  readonly #fds = new Set<number>();
  readonly #timeout = new Uint8Array(layout.timeval.size);

  /** Makes empty sets. */
  constructor() {
    super();
    if (!load().select) throw unavailable("select");
  }

  /**
   * As {@linkcode LevelPoller.register}.
   *
   * @throws {RangeError} if the descriptor has no bit in a `fd_set`
   */
  register(fd: number, interest: number): void {
    if (!listsHandles && fd >= table.constants.FD_SETSIZE) {
      throw rangeError("filedescriptor out of range in select()");
    }
    this.#fds.add(fd);
    this.modify(fd, interest);
  }

  /** As {@linkcode LevelPoller.modify}. */
  modify(fd: number, interest: number): void {
    this.#readers.set(fd, (interest & READ) !== 0);
    this.#writers.set(fd, (interest & WRITE) !== 0);
    this.#failed?.set(fd, (interest & WRITE) !== 0);
  }

  /** As {@linkcode LevelPoller.unregister}. */
  unregister(fd: number): boolean {
    this.#fds.delete(fd);
    this.modify(fd, 0);
    return true;
  }

  /** As {@linkcode LevelPoller.wait}. */
  wait(timeoutMs: number): number {
    const count = checkWait(
      libc.select!(
        table.constants.FD_SETSIZE,
        this.#readers.ask(),
        this.#writers.ask(),
        this.#failed?.ask() ?? null,
        this.#timeval(timeoutMs),
      ),
      "select",
    );
    this.clear();
    if (count > 0) {
      for (const fd of this.#fds) {
        const flags = (this.#readers.has(fd) ? READ : 0) |
          (this.#writers.has(fd) || this.#failed?.has(fd) ? WRITE : 0);
        if (flags !== 0) this.report(fd, flags);
      }
    }
    return this.count;
  }

  // Written for each call: Linux overwrites it with the time left.
  #timeval(ms: number): Uint8Array<ArrayBuffer> | null {
    if (ms < 0) return null;
    const { tv_sec, tv_usec } = layout.timeval;
    const view = new DataView(this.#timeout.fill(0).buffer);
    view.setUint32(tv_sec.at, Math.floor(ms / 1000), true);
    view.setUint32(tv_usec.at, (ms % 1000) * 1000, true);
    return this.#timeout;
  }

  /** As {@linkcode LevelPoller.close}: there is nothing to free. */
  close(): void {}
}
