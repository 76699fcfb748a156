/** Waiting for many descriptors by `poll(2)`, which every system has. */

import { table } from "../constants/table.ts";
import { layout } from "../ffi/layout/mod.ts";
import { libc, load } from "../ffi/libc.ts";
import {
  checkWait,
  EDGE,
  ParkingPoller,
  READ,
  Records,
  WRITE,
} from "./base.ts";

const { POLLIN, POLLOUT } = table.constants;

/**
 * `poll` behind the pollers' interface. It knows no edges: what is registered with `EDGE` is looked
 * for until it was reported, and then not until `arm`.
 */
export class PollPoller extends ParkingPoller {
  readonly #struct = layout.pollfd;
  /** The descriptors without gaps; one that nothing is looked for stands there as a negative. */
  readonly #here: Records;
  /** What the parked wait was begun with. */
  #there = new Records(0, 0);
  /** Where a descriptor stands, and which of them are edge-triggered. */
  readonly #places = new Map<number, number>();
  readonly #edge = new Set<number>();

  /** Makes an empty array. */
  constructor() {
    super();
    load();
    this.#here = new Records(this.#struct.size, 16);
  }

  /** As {@linkcode LevelPoller.register}. */
  register(fd: number, interest: number = READ | WRITE | EDGE): void {
    if (!this.#places.has(fd)) {
      this.#here.reserve(this.#places.size + 1);
      this.#places.set(fd, this.#places.size);
    }
    this.modify(fd, interest);
  }

  /** As {@linkcode LevelPoller.modify}. */
  modify(fd: number, interest: number): void {
    if (interest & EDGE) this.#edge.add(fd);
    else this.#edge.delete(fd);
    this.#look(this.#places.get(fd)!, fd, interest);
    this.wake(); // a parked wait sees no changes
  }

  /** As {@linkcode Poller.arm}. */
  override arm(fd: number, interest: number): void {
    const place = this.#places.get(fd);
    if (place === undefined || !this.#edge.has(fd)) return;
    const already = this.#interestAt(place);
    if ((interest & ~already) === 0) return;
    this.#look(place, fd, already | interest);
    this.wake();
  }

  /** As {@linkcode LevelPoller.unregister}. */
  unregister(fd: number): void {
    const place = this.#places.get(fd);
    if (place === undefined) return;
    this.#places.delete(fd);
    this.#edge.delete(fd);
    // The last one takes its place.
    const { bytes, view, size } = this.#here;
    const last = this.#places.size * size;
    if (last !== place * size) {
      bytes.copyWithin(place * size, last, last + size);
      const moved = view.getInt32(place * size + this.#struct.fd.at, true);
      this.#places.set(moved < 0 ? ~moved : moved, place);
    }
    this.wake(); // while a parked wait holds it, closing it would end nothing
  }

  #interestAt(place: number): number {
    const { view, size } = this.#here;
    const events = view.getInt16(place * size + this.#struct.events.at, true);
    return (events & POLLIN ? READ : 0) | (events & POLLOUT ? WRITE : 0);
  }

  #look(place: number, fd: number, interest: number): void {
    const { view, size } = this.#here;
    const events = (interest & READ ? POLLIN : 0) |
      (interest & WRITE ? POLLOUT : 0);
    // An error would be reported even if nothing is looked for, but not of a negative descriptor.
    view.setInt32(
      place * size + this.#struct.fd.at,
      events === 0 ? ~fd : fd,
      true,
    );
    view.setInt16(place * size + this.#struct.events.at, events, true);
  }

  /** Calls `poll(2)`. */
  protected waitNow(timeoutMs: number): number {
    return checkWait(
      libc.poll(this.#here.bytes, this.#places.size, timeoutMs),
      "poll",
    );
  }

  /** Calls `poll(2)` on another thread. */
  protected waitLater(timeoutMs: number): Promise<number> {
    const { size, bytes } = this.#here;
    const count = this.#places.size;
    this.#there = new Records(size, count);
    this.#there.bytes.set(bytes.subarray(0, size * count));
    return libc.poll_later!(this.#there.bytes, count, timeoutMs);
  }

  /** Reports the descriptors that have something to report. */
  protected collect(count: number, parked: boolean): void {
    const { view, size } = parked ? this.#there : this.#here;
    const revents = this.#struct.revents.at;
    for (let at = 0, left = count; left > 0; at += size) {
      const events = view.getInt16(at + revents, true);
      if (events === 0) continue;
      left--;
      const fd = view.getInt32(at + this.#struct.fd.at, true);
      const place = this.#places.get(fd);
      if (place === undefined) continue; // unregistered while the wait was parked
      const flags = (events & ~POLLOUT ? READ : 0) |
        (events & ~POLLIN ? WRITE : 0);
      this.report(fd, flags);
      if (this.#edge.has(fd)) {
        this.#look(place, fd, this.#interestAt(place) & ~flags);
      }
    }
  }
}
