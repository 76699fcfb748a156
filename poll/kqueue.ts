/** The poller on `kqueue`, of macOS and the BSDs. */

import { errno } from "../constants/lookup.ts";
import { table, unavailable } from "../constants/table.ts";
import { check, osError } from "../errors/errors.ts";
import { setInheritable } from "../ffi/descriptor.ts";
import { type Layout, layout } from "../ffi/layout/mod.ts";
import { load } from "../ffi/libc.ts";
import {
  checkWait,
  EDGE,
  ParkingPoller,
  READ,
  StructArray,
  WRITE,
} from "./base.ts";

type Structs = Uint8Array<ArrayBuffer> | null;
type Kevent<Result> = (
  kq: number,
  changes: Structs,
  changeCount: number,
  events: Structs,
  eventCount: number,
  timeout: Structs,
) => Result;

/** The calls and the data that the poller uses. A test can pass another platform's. */
export interface KqueueSystem {
  /** `kqueue(2)`, closed on `exec`. */
  readonly kqueue: () => number;
  /** `kevent(2)`. */
  readonly kevent: Kevent<number>;
  /** `kevent(2)` on another thread. */
  readonly kevent_async: Kevent<Promise<number>>;
  /** `close(2)`. */
  readonly close: (fd: number) => number;
  /** Where the fields of `struct kevent` and `struct timespec` lie. */
  readonly layout: Layout;
  /** The `EV_` and `EVFILT_` values. */
  readonly constants: Readonly<Record<string, number>>;
}

/** Returns the running platform's calls and data. */
function system(): KqueueSystem {
  const { kqueue, kevent, kevent_async, close } = load();
  if (!kqueue || !kevent || !kevent_async) throw unavailable("kqueue");
  return {
    kqueue: () => {
      const fd = kqueue();
      if (fd >= 0) setInheritable(fd, false);
      return fd;
    },
    kevent,
    kevent_async,
    close,
    layout,
    constants: table.constants,
  };
}

/** The buffers of a wait: events and timeout. The two kinds of wait each have their own. */
class Call {
  readonly events: StructArray;
  readonly #timeout: StructArray;
  readonly #layout: Layout;

  constructor(layout: Layout, capacity: number) {
    this.#layout = layout;
    this.events = new StructArray(layout.kevent.size, capacity);
    this.#timeout = new StructArray(layout.timespec.size, 1);
  }

  /** Returns the timeout as a `timespec`, `null` for no limit. */
  timeout(ms: number): Structs {
    if (ms < 0) return null;
    const { tv_sec, tv_nsec } = this.#layout.timespec;
    const { bytes, view } = this.#timeout;
    view.setUint32(tv_sec.at, Math.floor(ms / 1000), true);
    view.setUint32(tv_nsec.at, (ms % 1000) * 1e6, true);
    return bytes;
  }
}

/** A poller that uses `kqueue`. */
export class KqueuePoller extends ParkingPoller {
  readonly #system: KqueueSystem;
  readonly #changes: StructArray;
  readonly #receipts: StructArray;
  readonly #events: Call;
  readonly #parkedEvents: Call;
  #registered = 0;
  /** Whether the last change deleted a filter. */
  #deleted = false;

  /** Opens a queue. */
  constructor(using: KqueueSystem = system()) {
    super();
    this.#system = using;
    this.#changes = new StructArray(using.layout.kevent.size, 2);
    this.#receipts = new StructArray(using.layout.kevent.size, 2);
    this.#events = new Call(using.layout, 64);
    this.#parkedEvents = new Call(using.layout, 64);
    this.adopt(check(using.kqueue(), "kqueue"));
  }

  /** As {@linkcode LevelPoller.register}. */
  register(fd: number, interest: number = READ | WRITE | EDGE): void {
    const error = this.#apply(fd, interest);
    if (error !== 0) {
      this.#apply(fd, 0); // one of the two filters may have been added
      throw osError(error, "kevent");
    }
    this.#registered++;
  }

  /** As {@linkcode LevelPoller.modify}. */
  modify(fd: number, interest: number): void {
    const error = this.#apply(fd, interest);
    if (error !== 0) throw osError(error, "kevent");
  }

  /** As {@linkcode LevelPoller.unregister}. */
  unregister(fd: number): boolean {
    this.#registered--;
    this.#apply(fd, 0);
    return this.#deleted;
  }

  /** Adds the filters of the interest and deletes the others. Returns the first error, or 0. */
  #apply(fd: number, interest: number): number {
    const { constants, layout, kevent } = this.#system;
    const { EVFILT_READ, EVFILT_WRITE, EV_RECEIPT, EV_ADD, EV_CLEAR } =
      constants;
    const add = EV_ADD | (interest & EDGE ? EV_CLEAR : 0);
    const change = (at: number, filter: number, wanted: boolean): void => {
      const { ident, filter: kind, flags } = layout.kevent;
      const { view } = this.#changes;
      view.setBigInt64(at + ident.at, BigInt(fd), true);
      view.setInt16(at + kind.at, filter, true);
      const action = wanted ? add : constants.EV_DELETE;
      view.setUint16(at + flags.at, action | EV_RECEIPT, true);
    };
    change(0, EVFILT_READ, (interest & READ) !== 0);
    change(layout.kevent.size, EVFILT_WRITE, (interest & WRITE) !== 0);
    // With EV_RECEIPT the kernel answers each change in order, and returns no other events.
    const answers = check(
      kevent(this.fd, this.#changes.bytes, 2, this.#receipts.bytes, 2, null),
      "kevent",
    );
    return this.#firstError(answers);
  }

  #firstError(answers: number): number {
    this.#deleted = false;
    const { EV_ERROR, EV_DELETE } = this.#system.constants;
    const { size, flags, data } = this.#system.layout.kevent;
    for (let at = 0; at < answers * size; at += size) {
      const { view } = this.#receipts;
      if ((view.getUint16(at + flags.at, true) & EV_ERROR) === 0) continue;
      const error = view.getInt32(at + data.at, true);
      const asked = this.#changes.view.getUint16(at + flags.at, true);
      // Deleting a filter that does not exist is no error.
      if (error === errno.ENOENT && asked & EV_DELETE) continue;
      if (error === 0 && asked & EV_DELETE) this.#deleted = true;
      if (error !== 0) return error;
    }
    return 0;
  }

  /** Calls `kevent(2)`. */
  protected waitSync(timeoutMs: number): number {
    const { events } = this.#events;
    const timeout = this.#events.timeout(timeoutMs);
    events.reserve(this.#registered * 2);
    const { kevent } = this.#system;
    return checkWait(
      kevent(this.fd, null, 0, events.bytes, events.capacity, timeout),
      "kevent",
    );
  }

  /** Calls `kevent(2)` on another thread. */
  protected waitAsync(timeoutMs: number): Promise<number> {
    const { events } = this.#parkedEvents;
    const timeout = this.#parkedEvents.timeout(timeoutMs);
    events.reserve(this.#registered * 2);
    const { kevent_async } = this.#system;
    return kevent_async(
      this.fd,
      null,
      0,
      events.bytes,
      events.capacity,
      timeout,
    );
  }

  /** Reports the events in the kernel's array, which has separate ones for reading and writing. */
  protected collect(count: number, parked: boolean): void {
    const { view } = (parked ? this.#parkedEvents : this.#events).events;
    const { size, ident, filter, flags } = this.#system.layout.kevent;
    const { EVFILT_WRITE, EV_CLEAR, EV_EOF, EV_ERROR } = this.#system.constants;
    for (let at = 0; at < count * size; at += size) {
      const bits = view.getUint16(at + flags.at, true);
      const kind = view.getInt16(at + filter.at, true);
      // EV_EOF is the end of one direction only. With edges it is reported as both: attempting the
      // other direction in vain is harmless. With levels that attempt might block.
      const both = bits & EV_ERROR || (bits & EV_EOF && bits & EV_CLEAR);
      this.reportMore(
        view.getInt32(at + ident.at, true),
        both ? READ | WRITE : kind === EVFILT_WRITE ? WRITE : READ,
      );
    }
  }

  /** Closes the queue. */
  protected override release(fd: number): void {
    this.#system.close(fd);
  }
}
