/**
 * A `kqueue` made of Linux's `epoll`. It lets the kqueue poller run here, with the structs and the
 * constants of the systems that have kqueue.
 */

import type { KnownPlatform } from "../../constants/platform.ts";
import { table } from "../../constants/table.ts";
import { tables } from "../../constants/tables.ts";
import { layouts } from "../../ffi/layout/all.ts";
import { type Layout, layout } from "../../ffi/layout/mod.ts";
import { errno, libc, load } from "../../ffi/libc.ts";
import type { KqueueSystem } from "../../poll/kqueue.ts";

type Bytes = Uint8Array<ArrayBuffer> | null;

const view = (bytes: Uint8Array<ArrayBuffer>): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** One `kqueue` of another system. */
export class EmulatedKqueue implements KqueueSystem {
  readonly layout: Layout;
  readonly constants: Readonly<Record<string, number>>;
  /** An epoll instance for each filter, and one that contains both. */
  readonly #filters = new Map<number, number>();
  #both = -1;
  readonly #edges = new Set<string>();

  constructor(platform: KnownPlatform) {
    load();
    this.layout = layouts[platform];
    this.constants = tables[platform].constants;
  }

  readonly kqueue = (): number => {
    const { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLIN } = table.constants;
    this.#both = libc.epoll_create1!(EPOLL_CLOEXEC);
    for (const name of ["EVFILT_READ", "EVFILT_WRITE"]) {
      const epoll = libc.epoll_create1!(EPOLL_CLOEXEC);
      this.#filters.set(this.constants[name], epoll);
      libc.epoll_ctl!(
        this.#both,
        EPOLL_CTL_ADD,
        epoll,
        epollEvent(EPOLLIN, epoll),
      );
    }
    return this.#both;
  };

  readonly close = (fd: number): number => {
    for (const epoll of this.#filters.values()) libc.close(epoll);
    return libc.close(fd);
  };

  readonly kevent = (
    _kq: number,
    changes: Bytes,
    changeCount: number,
    events: Bytes,
    eventCount: number,
    timeout: Bytes,
  ): number => {
    if (changeCount > 0) return this.#change(changes!, changeCount, events!);
    const found = new Uint8Array(64);
    const count = libc.epoll_wait!(this.#both, found, 2, this.#ms(timeout));
    return count > 0 ? this.#take(events!, eventCount) : count;
  };

  readonly kevent_async = async (
    _kq: number,
    _changes: Bytes,
    _changeCount: number,
    events: Bytes,
    eventCount: number,
    timeout: Bytes,
  ): Promise<number> => {
    const found = new Uint8Array(64);
    const ms = this.#ms(timeout);
    const count = await libc.epoll_wait_async!(this.#both, found, 2, ms);
    return count > 0 ? this.#take(events!, eventCount) : count;
  };

  #ms(timeout: Bytes): number {
    if (timeout === null) return -1;
    const { tv_sec, tv_nsec } = this.layout.timespec;
    const fields = view(timeout);
    return Number(fields.getBigInt64(tv_sec.at, true)) * 1000 +
      Number(fields.getBigInt64(tv_nsec.at, true)) / 1e6;
  }

  #change(changes: Uint8Array<ArrayBuffer>, count: number, to: Uint8Array) {
    const { size, ident, filter, flags, data } = this.layout.kevent;
    const { EV_ERROR, EV_RECEIPT } = this.constants;
    const fields = view(changes);
    for (let at = 0; at < count * size; at += size) {
      if (!(fields.getUint16(at + flags.at, true) & EV_RECEIPT)) {
        throw new Error("a change without EV_RECEIPT");
      }
      const error = this.#apply(
        Number(fields.getBigUint64(at + ident.at, true)),
        fields.getInt16(at + filter.at, true),
        fields.getUint16(at + flags.at, true),
      );
      to.set(changes.subarray(at, at + size), at);
      const receipt = view(to as Uint8Array<ArrayBuffer>);
      receipt.setUint16(at + flags.at, EV_ERROR, true);
      receipt.setBigInt64(at + data.at, BigInt(error), true);
    }
    return count;
  }

  #apply(fd: number, filter: number, flags: number): number {
    const { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL } = table.constants;
    const { EPOLLET, EPOLLIN, EPOLLOUT, EPOLLRDHUP } = table.constants;
    const { EV_DELETE, EV_CLEAR, EVFILT_READ } = this.constants;
    const epoll = this.#filters.get(filter)!;
    const name = `${filter} ${fd}`;
    let bits = filter === EVFILT_READ ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
    this.#edges.delete(name);
    if (flags & EV_CLEAR) {
      bits |= EPOLLET;
      this.#edges.add(name);
    }
    const event = epollEvent(bits, fd);
    const operations = flags & EV_DELETE
      ? [EPOLL_CTL_DEL]
      : [EPOLL_CTL_ADD, EPOLL_CTL_MOD];
    for (const operation of operations) {
      if (libc.epoll_ctl!(epoll, operation, fd, event) === 0) return 0;
    }
    return errno();
  }

  #take(to: Uint8Array<ArrayBuffer>, room: number): number {
    const { size, ident, filter, flags } = this.layout.kevent;
    const { EV_ADD, EV_CLEAR, EV_EOF } = this.constants;
    const { EPOLLERR, EPOLLHUP, EPOLLRDHUP } = table.constants;
    const from = new Uint8Array(layout.epoll_event.size * room);
    let taken = 0;
    for (const [kind, epoll] of this.#filters) {
      const count = libc.epoll_wait!(epoll, from, room - taken, 0);
      for (let i = 0; i < count; i++, taken++) {
        const at = i * layout.epoll_event.size;
        const bits = view(from).getUint32(
          at + layout.epoll_event.events.at,
          true,
        );
        const fd = view(from).getInt32(
          at + layout.epoll_event["data.fd"].at,
          true,
        );
        const event = view(to.subarray(taken * size, taken * size + size));
        event.setBigInt64(ident.at, BigInt(fd), true);
        event.setInt16(filter.at, kind, true);
        const ended = bits & (EPOLLERR | EPOLLHUP | EPOLLRDHUP);
        event.setUint16(
          flags.at,
          EV_ADD | (this.#edges.has(`${kind} ${fd}`) ? EV_CLEAR : 0) |
            (ended ? EV_EOF : 0),
          true,
        );
      }
      if (taken === room) break;
    }
    return taken;
  }
}

function epollEvent(events: number, fd: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(layout.epoll_event.size);
  view(bytes).setInt32(layout.epoll_event.events.at, events, true);
  view(bytes).setInt32(layout.epoll_event["data.fd"].at, fd, true);
  return bytes;
}
