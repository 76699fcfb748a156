/** What a socket object owns: one descriptor, and what is known of the socket behind it. */

import { ECONNRESET } from "../../errors/errno.ts";
import { osError } from "../../errors/errors.ts";
import { errno, libc } from "../../ffi/libc.ts";
import type { AddressCodec, CodecSocket } from "../address/codec.ts";
import { codecOf } from "../address/registry.ts";

/** A descriptor that is to be closed exactly once. */
export class Handle implements CodecSocket {
  /** The descriptor, -1 once it is closed or given away. */
  fd: number;
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  /** How the socket's addresses are written and read. */
  readonly codec: AddressCodec;
  /** Whether the socket was closed: the descriptor waits for the files made of it. */
  closed = false;
  /** Whether a connection was begun that nobody has seen settled. */
  connecting = false;
  #files = 0;

  constructor(fd: number, family: number, type: number, proto: number) {
    this.fd = fd;
    this.family = family;
    this.type = type;
    this.proto = proto;
    this.codec = codecOf(family);
  }

  /** Gives the descriptor away: this handle is closed then, but the descriptor is not. */
  detach(): number {
    const { fd } = this;
    this.closed = true;
    this.fd = -1; // before anything can fail: a number closed twice may be somebody else's by then
    finalizer.unregister(this);
    if (fd >= 0) notifyClosing(fd);
    return fd;
  }

  /** Counts a file made of the socket. */
  retain(): void {
    this.#files++;
  }

  /** A file made of the socket is closed: the last one closes the descriptor of a closed socket. */
  releaseFile(): void {
    this.#files--;
    if (this.closed) this.close();
  }

  /**
   * Closes the descriptor, if no file made of the socket is open; closing again does nothing.
   *
   * @throws {OSError} if the system reports an error of the socket (it is closed all the same)
   */
  close(): void {
    this.closed = true;
    if (this.#files === 0) this.closeNow();
  }

  /** Closes the descriptor, whatever files are open. */
  closeNow(): void {
    const fd = this.detach();
    // The peer's reset is no failure to close.
    if (fd >= 0 && libc.close(fd) < 0 && errno() !== ECONNRESET) {
      throw osError(errno(), "close");
    }
  }

  /** Closes the descriptor when `owner` is collected. */
  closeWhenCollected(owner: object): void {
    finalizer.register(owner, this, this);
  }
}

/** The handle of a socket object. */
export let handleOf: (socket: object) => Handle;

/** Says how to get at a socket object's handle, which is private to its class. */
export function setHandleAccess(access: (socket: object) => Handle): void {
  handleOf = access;
}

let closingListener: ((fd: number) => void) | undefined;

/** Tells of a descriptor that is about to be closed or given away. */
export function notifyClosing(fd: number): void {
  closingListener?.(fd);
}

/** Has a function called with each descriptor that is about to be closed or given away. */
export function setClosingListener(listener: (fd: number) => void): void {
  closingListener = listener;
}

const finalizer = new FinalizationRegistry<Handle>((handle) => {
  if (handle.fd >= 0) handle.closeNow(); // with the socket, its files are forgotten too
});
