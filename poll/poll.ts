/** The poller on `poll(2)`, which every system has. */

import { table } from "../constants/table.ts";
import { layout } from "../ffi/layout/mod.ts";
import { libc, load } from "../ffi/libc.ts";
import {
  checkWait,
  EDGE,
  ParkingPoller,
  READ,
  StructArray,
  WRITE,
} from "./base.ts";

const { POLLIN, POLLOUT } = table.constants;

/**
 * A poller that uses `poll`, which cannot report edges: a readiness registered with `EDGE` is
 * polled for until it is reported, and then not again before `arm`.
 */
export class PollPoller extends ParkingPoller {
  readonly #struct = layout.pollfd;
  /** The descriptors to poll, without gaps. */
  readonly #events: StructArray;
  /** The copy of the array that the parked wait uses. */
  #parkedEvents = new StructArray(0, 0);
  /** The index in the array of each descriptor to poll. */
  readonly #places = new Map<number, number>();
  /** The registered descriptors, and whether each is edge-triggered. */
  readonly #edge = new Map<number, boolean>();

  /** Makes an empty array. */
  constructor() {
    super();
    load();
    this.#events = new StructArray(this.#struct.size, 16);
  }

  /** As {@linkcode LevelPoller.register}. */
  register(fd: number, interest: number = READ | WRITE | EDGE): void {
    this.modify(fd, interest);
  }

  /** As {@linkcode LevelPoller.modify}. */
  modify(fd: number, interest: number): void {
    this.#edge.set(fd, (interest & EDGE) !== 0);
    this.#look(fd, interest);
    this.wake(); // a parked wait does not see the change
  }

  /** As {@linkcode Poller.arm}. */
  override arm(fd: number, interest: number): void {
    if (!this.#edge.get(fd)) return;
    const already = this.#interestIn(fd);
    const lacking = interest & (READ | WRITE) & ~already;
    if (lacking === 0) return;
    this.#look(fd, already | lacking);
    this.wake();
  }

  /** As {@linkcode LevelPoller.unregister}. */
  unregister(fd: number): boolean {
    if (!this.#edge.delete(fd)) return true;
    this.#look(fd, 0);
    this.wake(); // while a parked wait holds it, closing it would not end the connection
    return true;
  }

  #interestIn(fd: number): number {
    const place = this.#places.get(fd);
    if (place === undefined) return 0;
    const { view, size } = this.#events;
    const events = view.getInt16(place * size + this.#struct.events.at, true);
    return (events & POLLIN ? READ : 0) | (events & POLLOUT ? WRITE : 0);
  }

  // A descriptor of no interest is not in the array: poll would report its errors anyway.
  #look(fd: number, interest: number): void {
    const events = (interest & READ ? POLLIN : 0) |
      (interest & WRITE ? POLLOUT : 0);
    if (events === 0) return this.#removePlace(fd);
    const place = this.#placeOf(fd);
    const { view, size } = this.#events;
    view.setInt16(place * size + this.#struct.events.at, events, true);
  }

  #placeOf(fd: number): number {
    const known = this.#places.get(fd);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#events.reserve(place + 1);
    this.#places.set(fd, place);
    const { view, size } = this.#events;
    view.setInt32(place * size + this.#struct.fd.at, fd, true); // the high half of a handle stays 0
    return place;
  }

  /** Removes a descriptor from the array; the last one takes its place. */
  #removePlace(fd: number): void {
    const place = this.#places.get(fd);
    if (place === undefined) return;
    this.#places.delete(fd);
    const { bytes, view, size } = this.#events;
    const last = this.#places.size;
    if (place === last) return;
    bytes.copyWithin(place * size, last * size, (last + 1) * size);
    const moved = view.getInt32(place * size + this.#struct.fd.at, true);
    this.#places.set(moved, place);
  }

  /** Calls `poll(2)`. */
  protected waitSync(timeoutMs: number): number {
    return checkWait(
      libc.poll(this.#events.bytes, this.#places.size, timeoutMs),
      "poll",
    );
  }

  /** Calls `poll(2)` on another thread. */
  protected waitAsync(timeoutMs: number): Promise<number> {
    const { size, bytes } = this.#events;
    const count = this.#places.size;
    this.#parkedEvents = new StructArray(size, count);
    this.#parkedEvents.bytes.set(bytes.subarray(0, size * count));
    return libc.poll_async!(this.#parkedEvents.bytes, count, timeoutMs);
  }

  /** Reports the ready descriptors. */
  protected collect(count: number, parked: boolean): void {
    const { view, size } = parked ? this.#parkedEvents : this.#events;
    const revents = this.#struct.revents.at;
    for (let at = 0, left = count; left > 0; at += size) {
      const events = view.getInt16(at + revents, true);
      if (events === 0) continue;
      left--;
      const fd = view.getInt32(at + this.#struct.fd.at, true);
      if (!this.#edge.has(fd)) continue; // unregistered while the wait was parked
      const flags = (events & ~POLLOUT ? READ : 0) |
        (events & ~POLLIN ? WRITE : 0);
      this.report(fd, flags);
    }
    for (let i = 0; i < this.count; i++) {
      const fd = this.fdAt(i);
      if (!this.#edge.get(fd)) continue;
      this.#look(fd, this.#interestIn(fd) & ~this.flagsAt(i));
    }
  }
}
