/** `fd_set`s: the descriptors to poll, and those that `select` returned. */

import { table } from "../constants/table.ts";
import { layout } from "../ffi/layout/mod.ts";

/** A reusable `fd_set`: the system's answer does not overwrite the descriptors to poll. */
export interface DescriptorSet {
  /** Adds a descriptor, or removes it. */
  set(fd: number, wanted: boolean): void;
  /** Returns the set for the system, which overwrites it with its answer. */
  ask(): Uint8Array<ArrayBuffer>;
  /** Whether a descriptor is in the system's answer. */
  has(fd: number): boolean;
}

/** A set with a bit for each descriptor. */
class BitSet implements DescriptorSet {
  readonly #asked = new Uint8Array(table.constants.FD_SETSIZE / 8);
  readonly #answered = new Uint8Array(this.#asked.length);

  set(fd: number, wanted: boolean): void {
    const bit = 1 << (fd & 7);
    if (wanted) this.#asked[fd >> 3] |= bit;
    else this.#asked[fd >> 3] &= ~bit;
  }

  ask(): Uint8Array<ArrayBuffer> {
    this.#answered.set(this.#asked);
    return this.#answered;
  }

  has(fd: number): boolean {
    return (this.#answered[fd >> 3] & (1 << (fd & 7))) !== 0;
  }
}

/** A list of handles (Winsock), of any length: the system does not check for `FD_SETSIZE`. */
class HandleSet implements DescriptorSet {
  readonly #asked = new Set<number>();
  #list = new DataView(new ArrayBuffer(0));
  #answered: ReadonlySet<number> | undefined;

  set(fd: number, wanted: boolean): void {
    if (wanted) this.#asked.add(fd);
    else this.#asked.delete(fd);
  }

  ask(): Uint8Array<ArrayBuffer> {
    const { fd_count, fd_array } = layout.fd_set;
    const size = fd_array.at + this.#asked.size * layout.types.SOCKET;
    this.#list = new DataView(new ArrayBuffer(size));
    this.#list.setUint32(fd_count.at, this.#asked.size, true);
    let at = fd_array.at;
    for (const fd of this.#asked) {
      this.#list.setInt32(at, fd, true); // the high half of a handle stays 0
      at += layout.types.SOCKET;
    }
    this.#answered = undefined;
    return new Uint8Array(this.#list.buffer);
  }

  has(fd: number): boolean {
    return (this.#answered ??= this.#read()).has(fd);
  }

  #read(): ReadonlySet<number> {
    const { fd_count, fd_array } = layout.fd_set;
    const length = this.#list.getUint32(fd_count.at, true);
    return new Set(
      Array.from(
        { length },
        (_, i) =>
          this.#list.getInt32(fd_array.at + i * layout.types.SOCKET, true),
      ),
    );
  }
}

/** Whether this platform's sets are lists of handles (Winsock), with failures in a separate set. */
export const listsHandles: boolean = layout.fd_set?.fd_count !== undefined;

/** Makes an empty set. */
export function descriptorSet(): DescriptorSet {
  return listsHandles ? new HandleSet() : new BitSet();
}
