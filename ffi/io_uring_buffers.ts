/**
 * The memory of the bytes that `io_uring` sends and receives: room to copy what is sent to, and two
 * groups of buffers, which the kernel chooses from when it receives.
 */

// Where the bytes lie in their block. Handlers see all of it as the `buffer` of their data.

/** Where bytes to send are copied to. */
export const SCRATCH_AT = 0;
/** How much room there is for them. */
export const SCRATCH_SIZE = 0x40000;

/** The size of a buffer to receive parts of a stream into, in bytes. */
export const SMALL_SIZE = 0x1000;
// Of a datagram, with its header and address.
const LARGE_SIZE = 0x10000 + 256;
// Buffers at multiples of a page would compete for the same lines of the processor's cache.
const GAP = 64;

/** Buffers of one size. */
interface Group {
  /** Where they begin in the block. */
  readonly at: number;
  readonly size: number;
  /** How many there are: a power of two. */
  readonly count: number;
}

const small: Group = {
  at: SCRATCH_AT + SCRATCH_SIZE,
  size: SMALL_SIZE,
  count: 1024,
};
const large: Group = { at: endOf(small), size: LARGE_SIZE, count: 128 };

/** The groups, by their numbers {@linkcode SMALL} and {@linkcode LARGE}. */
export const groups: readonly Group[] = [small, large];
/** The number of the group for streams. */
export const SMALL = 0;
/** The number of the group for datagrams. */
export const LARGE = 1;
/** How many pages of a `WebAssembly.Memory` the block takes. */
export const BYTES_PAGES = Math.ceil(endOf(large) / 0x10000);

function endOf({ at, size, count }: Group): number {
  return at + count * (size + GAP);
}

/** Buffers of one size, which the kernel takes in the order in which they are provided. */
export class Buffers {
  readonly #group: Group;
  readonly #half: Uint16Array;
  readonly #words: Uint32Array;
  readonly #ringAt: number;
  #base = 0;
  #tail = 0;

  /** Makes the buffers of a group, whose ring of entries lies in `rings`. */
  constructor(group: Group, rings: ArrayBuffer, ringAt: number) {
    this.#group = group;
    this.#half = new Uint16Array(rings);
    this.#words = new Uint32Array(rings);
    this.#ringAt = ringAt;
  }

  /**
   * Provides all of them. The entries keep their lengths.
   *
   * @param base the address of the block
   */
  fill(base: number): void {
    this.#base = base;
    const { size, count } = this.#group;
    for (let i = 0; i < count; i++) {
      this.#words[(this.#ringAt + i * 16) / 4 + 2] = size;
      this.provide(i);
    }
    this.publish();
  }

  /** Where a buffer begins in the block. */
  at(buffer: number): number {
    const { at, size } = this.#group;
    return at + buffer * (size + GAP);
  }

  /** Gives a buffer back to the kernel, at the next {@linkcode publish}. */
  provide(buffer: number): void {
    const index = this.#tail & (this.#group.count - 1);
    const entry = (this.#ringAt + index * 16) / 4;
    setAddress(this.#words, entry, this.#base + this.at(buffer));
    this.#half[entry * 2 + 6] = buffer;
    this.#tail = (this.#tail + 1) & 0xffff;
  }

  /** Lets the kernel use what was provided. */
  publish(): void {
    // The tail of the ring lies in the reserved part of its first entry.
    this.#half[this.#ringAt / 2 + 7] = this.#tail;
  }
}

/** Writes an address as two words. */
export function setAddress(
  words: Uint32Array | Int32Array,
  at: number,
  address: number,
): void {
  words[at] = address;
  words[at + 1] = address / 2 ** 32;
}
