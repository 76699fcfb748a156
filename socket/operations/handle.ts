/** The handle that a socket object owns: its descriptor, and the state that goes with it. */

import { table } from "../../constants/table.ts";
import { ECONNRESET } from "../../errors/errno.ts";
import { osError } from "../../errors/errors.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { atUnload } from "../../ffi/unload.ts";
import type { AddressCodec, CodecSocket } from "../address/codec.ts";
import { codecOf } from "../address/registry.ts";

const MSG_DONTWAIT: number = table.constants.MSG_DONTWAIT ?? 0;

/** Owns a descriptor and closes it exactly once, at the end of this isolate at the latest. */
export class Handle implements CodecSocket {
  /** The descriptor, -1 once it is closed or detached. */
  fd: number;
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  /** The codec of the socket's addresses. */
  readonly codec: AddressCodec;
  /** Whether the socket was closed; files made from it may still keep the descriptor open. */
  closed = false;
  /** Whether a connection was started whose outcome no operation has seen yet. */
  connecting = false;
  /** `MSG_DONTWAIT` if {@linkcode nonBlocking}, else 0: a flag of every transfer. */
  dontWait = 0;
  #nonBlocking = false;
  #files = 0;
  /** The handle that owned the same descriptor before, and still does. */
  #twin: Handle | undefined;

  constructor(fd: number, family: number, type: number, proto: number) {
    this.fd = fd;
    this.family = family;
    this.type = type;
    this.proto = proto;
    this.codec = codecOf(family);
  }

  /**
   * Whether no call may block the thread, as the socket has a timeout or awaits. The mode that the
   * system knows may differ: it belongs to the open file description, and whoever has a duplicate
   * may change it.
   */
  get nonBlocking(): boolean {
    return this.#nonBlocking;
  }

  set nonBlocking(nonBlocking: boolean) {
    this.#nonBlocking = nonBlocking;
    this.dontWait = nonBlocking ? MSG_DONTWAIT : 0;
  }

  /** Marks this handle as closed and returns its descriptor, which stays open. */
  detach(): number {
    const { fd } = this;
    this.closed = true;
    this.fd = -1; // before anything can fail: by a second close, the number may be in use elsewhere
    finalizer.unregister(this);
    if (fd >= 0) {
      this.#disown(fd);
      notifyClosing(fd);
    }
    return fd;
  }

  #disown(fd: number): void {
    let owner = owners[fd];
    if (owner === this) owners[fd] = this.#twin;
    for (; owner !== undefined; owner = owner.#twin) {
      if (owner.#twin === this) owner.#twin = this.#twin;
    }
    this.#twin = undefined;
  }

  /** Counts a file made from the socket, which keeps the descriptor open. */
  retain(): void {
    this.#files++;
  }

  /** Uncounts a closed file; after the last one, closes the descriptor of a closed socket. */
  releaseFile(): void {
    this.#files--;
    if (this.closed) this.close();
  }

  /**
   * Closes the descriptor unless a file made from the socket is open; closing again does nothing.
   *
   * @throws {OSError} if the system reports an error of the socket (which is closed anyway)
   */
  close(): void {
    this.closed = true;
    if (this.#files === 0) this.closeNow();
  }

  /** Closes the descriptor even if files are open. */
  closeNow(): void {
    const fd = this.detach();
    // ECONNRESET reports the peer's reset: the descriptor is closed anyway.
    if (fd >= 0 && libc.close(fd) < 0 && errno() !== ECONNRESET) {
      throw osError(errno(), "close");
    }
  }

  /** Closes the descriptor when `owner` is collected, or this isolate ends. */
  closeWhenCollected(owner: object): void {
    finalizer.register(owner, this, this);
    this.#twin = owners[this.fd];
    owners[this.fd] = this;
    if (!closesAtUnload) {
      closesAtUnload = true;
      atUnload(closeOwned);
    }
  }

  /** Marks this handle and its twins as closed: their descriptor is no longer theirs. */
  lose(): void {
    this.closed = true;
    this.fd = -1;
    finalizer.unregister(this);
    this.#twin?.lose();
    this.#twin = undefined;
  }
}

/**
 * The handles that own a descriptor, by its number. They do not hold the socket objects, which can
 * be collected.
 */
const owners: (Handle | undefined)[] = [];
let closesAtUnload = false;

function closeOwned(): void {
  owners.forEach((handle, fd) => {
    if (handle === undefined) return;
    handle.lose(); // a later listener of `unload` may close the socket too
    libc.close(fd);
  });
  owners.length = 0;
}

/**
 * Makes the handle of a descriptor that the system has just opened. If another handle has that
 * number, or something waits for it, that descriptor was closed behind the library's back: neither
 * must get what is meant for the new one, and the handle must not close it.
 */
export function newHandle(
  fd: number,
  family: number,
  type: number,
  proto: number,
): Handle {
  loseOwners(fd);
  return new Handle(fd, family, type, proto);
}

/** Marks all handles of a descriptor as closed, and ends what waits for it. */
export function loseOwners(fd: number): void {
  if (owners[fd] !== undefined) {
    owners[fd].lose();
    owners[fd] = undefined;
  }
  notifyClosing(fd);
}

/** Returns the handle of a socket object. */
export let handleOf: (socket: object) => Handle;

/** Sets {@linkcode handleOf}: only the socket class can read its private handle. */
export function setHandleAccess(access: (socket: object) => Handle): void {
  handleOf = access;
}

let closingListener: ((fd: number) => void) | undefined;

/** Reports that a descriptor is about to be closed or detached. */
export function notifyClosing(fd: number): void {
  closingListener?.(fd);
}

/** Sets the function to call with each descriptor that is about to be closed or detached. */
export function setClosingListener(listener: (fd: number) => void): void {
  closingListener = listener;
}

const finalizer = new FinalizationRegistry<Handle>((handle) => {
  if (handle.fd >= 0) handle.closeNow(); // its files hold the socket: they are collected too
});
