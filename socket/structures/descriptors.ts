/** Received descriptors with an owner: what no one takes is closed. */

import { nameClasses } from "../../constants/table.ts";
import { rangeError } from "../../constants/stack.ts";
import { describe, integer } from "../../errors/arguments.ts";
import { disown, libc, own } from "../../ffi/libc.ts";

/** The owners' lists, so that collecting an owner can close what it had. */
const finalizer = new FinalizationRegistry<number[]>(closeAll);

function closeAll(fds: number[]): void {
  disown(...fds);
  for (const fd of fds.splice(0)) libc.close(fd);
}

let create: (fds: number[]) => ReceivedDescriptors;

/**
 * Descriptors that came with a message (`SCM_RIGHTS`, `SCM_PIDFD`), and their owner. {@linkcode
 * take} gives one to the caller. The others are closed at the end of a `using` block, or at the
 * latest when this object is collected or the program ends. Not constructible directly.
 * @category Messages
 */
export class ReceivedDescriptors implements Iterable<number>, Disposable {
  readonly #fds: number[];

  static {
    create = (fds) => new ReceivedDescriptors(fds);
  }

  /** Becomes the owner of descriptors. */
  private constructor(fds: number[]) {
    this.#fds = fds;
    own(...fds);
    finalizer.register(this, fds, this);
  }

  /** How many are left. */
  get length(): number {
    return this.#fds.length;
  }

  /** The descriptors that are left; they stay this object's. */
  [Symbol.iterator](): ArrayIterator<number> {
    return [...this.#fds].values();
  }

  /**
   * Takes a descriptor: the caller is its owner now and must close it, by `close()` or by a socket
   * made of it.
   *
   * @param index which of those that are left; the first if left out
   * @returns the descriptor
   * @throws {RangeError} if there is no such descriptor
   */
  take(index = 0): number {
    if (this.#fds.length === 0) throw rangeError("no descriptor is left");
    const at = integer("index", index, 0, this.#fds.length - 1);
    const [fd] = this.#fds.splice(at, 1);
    disown(fd);
    return fd;
  }

  /**
   * Takes all descriptors that are left, which the caller must close.
   *
   * @returns the descriptors
   */
  takeAll(): number[] {
    const fds = this.#fds.splice(0);
    disown(...fds);
    return fds;
  }

  /** Closes the descriptors that were not taken; closing again does nothing. */
  close(): void {
    closeAll(this.#fds);
  }

  /** Closes the descriptors that were not taken, at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What `console.log` shows: the descriptors that are left. */
  [Symbol.for("Deno.customInspect")](): string {
    if (!(#fds in this)) return `${describe(this)} {}`; // the prototype
    return `ReceivedDescriptors [ ${this.#fds.join(", ")} ]`;
  }
}

nameClasses({ ReceivedDescriptors });

/** The size of a descriptor in a control message: a C int. */
const INT = 4;

/**
 * Moves the descriptors in the data of a control message to an owner: their place in the bytes
 * becomes -1, so that they have one owner only, however often the bytes are decoded.
 */
export function moveDescriptors(data: Uint8Array): ReceivedDescriptors {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const fds: number[] = [];
  for (let at = 0; at + INT <= data.byteLength; at += INT) {
    const fd = view.getInt32(at, true);
    if (fd < 0) continue; // without a pidfd, this is a negative error number
    fds.push(fd);
    view.setInt32(at, -1, true);
  }
  return create(fds);
}
