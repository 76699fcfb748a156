/** What a socket object owns: one descriptor, and what is known of the socket behind it. */

import { ECONNRESET } from "./numbers.ts";
import { codecOf } from "./address/registry.ts";
import type { AddressCodec, CodecSocket } from "./address/codec.ts";
import { errno, libc } from "../ffi/libc.ts";
import { osError } from "./errors.ts";

/** A descriptor that is to be closed exactly once. */
export class Handle implements CodecSocket {
  /** The descriptor, -1 once it is closed or given away. */
  fd: number;
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  /** How the socket's addresses are written and read. */
  readonly codec: AddressCodec;

  constructor(fd: number, family: number, type: number, proto: number) {
    this.fd = fd;
    this.family = family;
    this.type = type;
    this.proto = proto;
    this.codec = codecOf(family);
  }

  /** Gives the descriptor away: this handle is closed then, but the descriptor is not. */
  release(): number {
    const { fd } = this;
    this.fd = -1; // before anything can fail: a number closed twice may be somebody else's by then
    forgotten.unregister(this);
    return fd;
  }

  /**
   * Closes the descriptor; closing again does nothing.
   *
   * @throws {OSError} if the system reports an error of the socket (it is closed all the same)
   */
  close(): void {
    const fd = this.release();
    // The peer's reset is no failure to close.
    if (fd >= 0 && libc.close(fd) < 0 && errno() !== ECONNRESET) {
      throw osError(errno(), "close");
    }
  }

  /** Closes the descriptor when `owner` is collected. */
  guard(owner: object): void {
    forgotten.register(owner, this, this);
  }
}

const forgotten = new FinalizationRegistry<Handle>((handle) => {
  if (handle.fd >= 0) libc.close(handle.fd);
});
