/** The poller on Linux's `epoll`. */

import { table, unavailable } from "../constants/table.ts";
import { check, ENOSYS } from "../errors/errors.ts";
import { layout } from "../ffi/layout/mod.ts";
import { errno, libc, load } from "../ffi/libc.ts";
import {
  checkWait,
  EDGE,
  ParkingPoller,
  READ,
  StructArray,
  URGENT,
  WRITE,
} from "./base.ts";

const {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLET,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
} = table.constants;

// Bits that mean readable only, or writable only; any other bit (error, hang-up) means both.
const READ_ONLY = EPOLLIN | EPOLLRDHUP | EPOLLPRI;
const WRITE_ONLY = EPOLLOUT;

/** The `timespec` of the brief wait: seconds and nanoseconds. */
const BRIEF_TIMEOUT = new BigInt64Array([0n, 50_000n]);

// How long to wait for the woken call on the other thread. It usually takes a tenth of the first
// millisecond; if all threads for such calls are busy, it has not even begun.
const PARKED_CALL_MS = 20;
const NOTHING = new Uint8Array(0);

/** A poller that uses `epoll`. */
export class EpollPoller extends ParkingPoller {
  readonly #struct = layout.epoll_event;
  readonly #change: StructArray;
  readonly #events: StructArray;
  readonly #parkedEvents: StructArray;
  #registered = 0;
  /** The descriptors whose urgent data is reported. */
  readonly #urgent = new Set<number>();
  // Where libc or the kernel lacks epoll_pwait2, the shortest wait is a millisecond.
  #hasBriefWait = true;

  /** Opens an epoll instance. */
  constructor() {
    super();
    if (!load().epoll_create1) throw unavailable("epoll");
    const { size } = this.#struct;
    this.#change = new StructArray(size, 1);
    this.#events = new StructArray(size, 64);
    this.#parkedEvents = new StructArray(size, 64);
    this.adopt(check(libc.epoll_create1!(EPOLL_CLOEXEC), "epoll_create1"));
  }

  /** As {@linkcode LevelPoller.register}. */
  register(fd: number, interest: number = READ | WRITE | EDGE): void {
    this.#control(EPOLL_CTL_ADD, fd, interest);
    this.#registered++;
  }

  /** As {@linkcode LevelPoller.modify}. */
  modify(fd: number, interest: number): void {
    this.#control(EPOLL_CTL_MOD, fd, interest);
  }

  /**
   * As {@linkcode Poller.arm}: the kernel reports edges, but of urgent data only if asked to. Asked
   * again, it reports what is there already.
   */
  override arm(fd: number, interest: number): void {
    if ((interest & URGENT) === 0 || this.#urgent.has(fd)) return;
    this.modify(fd, READ | WRITE | EDGE | URGENT);
    this.#urgent.add(fd);
  }

  /** As {@linkcode LevelPoller.unregister}. */
  unregister(fd: number): boolean {
    this.#urgent.delete(fd);
    this.#registered--;
    const { bytes } = this.#change;
    return libc.epoll_ctl!(this.fd, EPOLL_CTL_DEL, fd, bytes) === 0;
  }

  #control(operation: number, fd: number, interest: number): void {
    const { bytes, view } = this.#change;
    let events = 0;
    if (interest & READ) events |= EPOLLIN;
    if (interest & WRITE) events |= EPOLLOUT;
    if (interest & URGENT) events |= EPOLLPRI;
    if (interest & EDGE) events |= EPOLLET | EPOLLRDHUP;
    view.setInt32(this.#struct.events.at, events, true);
    view.setInt32(this.#struct["data.fd"].at, fd, true);
    check(libc.epoll_ctl!(this.fd, operation, fd, bytes), "epoll_ctl");
  }

  /** Calls `epoll_wait(2)`. */
  protected waitSync(timeoutMs: number): number {
    const here = this.#events;
    here.reserve(this.#registered);
    return checkWait(
      libc.epoll_wait!(this.fd, here.bytes, here.capacity, timeoutMs),
      "epoll_wait",
    );
  }

  /** Calls `epoll_pwait2(2)`, whose timeout is in nanoseconds. */
  protected override waitSyncBriefly(): number {
    const { epoll_pwait2 } = libc;
    if (!epoll_pwait2 || !this.#hasBriefWait) return this.waitSync(0);
    const here = this.#events;
    here.reserve(this.#registered);
    const { fd } = this;
    const result = epoll_pwait2(
      fd,
      here.bytes,
      here.capacity,
      BRIEF_TIMEOUT,
      null,
      0,
    );
    if (result < 0 && errno() === ENOSYS) {
      this.#hasBriefWait = false;
      return 0;
    }
    return checkWait(result, "epoll_pwait2");
  }

  /** Calls `epoll_wait(2)` on another thread. */
  protected waitAsync(timeoutMs: number): Promise<number> {
    const there = this.#parkedEvents;
    there.reserve(this.#registered);
    there.view.setInt32(this.#struct.events.at, 0, true);
    return libc.epoll_wait_async!(
      this.fd,
      there.bytes,
      there.capacity,
      timeoutMs,
    );
  }

  /** Waits until the kernel has written an event, the waker's or another, for the other thread. */
  protected override parkedCallReturned(): boolean {
    const { view } = this.#parkedEvents;
    const { at } = this.#struct.events;
    for (let ms = 0; view.getInt32(at, true) === 0; ms++) {
      if (ms === PARKED_CALL_MS) return false;
      libc.poll(NOTHING, 0, 1);
    }
    return true;
  }

  /** Reports the events in the kernel's array. */
  protected collect(count: number, parked: boolean): void {
    const { view } = parked ? this.#parkedEvents : this.#events;
    const { size } = this.#struct;
    const fdAt = this.#struct["data.fd"].at;
    const eventsAt = this.#struct.events.at;
    for (let at = 0; at < count * size; at += size) {
      const events = view.getInt32(at + eventsAt, true);
      this.report(
        view.getInt32(at + fdAt, true),
        (events & ~WRITE_ONLY ? READ : 0) | (events & ~READ_ONLY ? WRITE : 0),
      );
    }
  }
}
