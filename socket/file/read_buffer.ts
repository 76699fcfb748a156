/** The buffer of bytes received but not yet read. It does no I/O: its caller fills it. */

const LINE_FEED = 0x0a;

/**
 * A buffer between receiving and reading. A read removes its bytes only once all of them have
 * arrived, so nothing is lost if receiving fails halfway.
 */
export class ReadBuffer {
  /** The least number of bytes that a receive asks for, even if the read needs fewer. */
  readonly size: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;
  /** The offset before which the unread bytes contain no line feed. */
  #scanned = 0;

  constructor(size: number) {
    this.size = size;
    this.#bytes = new Uint8Array(size);
  }

  /** The number of unread bytes. */
  get length(): number {
    return this.#end - this.#start;
  }

  /**
   * Returns the space to receive into next. Report the bytes received to {@linkcode received}.
   *
   * @param goal how many bytes the read needs in total; the space grows towards it as bytes arrive
   */
  room(goal = 0): Uint8Array<ArrayBuffer> {
    const { length, size } = this;
    const missing = Math.min(goal - length, Math.max(length, 0x10000));
    const room = Math.max(size, missing);
    if (this.#end + room > this.#bytes.length) this.#rearrange(length + room);
    return this.#bytes.subarray(this.#end, this.#end + room);
  }

  /** Moves the bytes to the start of the storage, enlarging it if `capacity` requires it. */
  #rearrange(capacity: number): void {
    const old = this.#bytes;
    if (capacity > old.length) {
      this.#bytes = new Uint8Array(Math.max(capacity, 2 * old.length));
    }
    this.#bytes.set(old.subarray(this.#start, this.#end));
    this.#scanned -= this.#start;
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** Adds `count` bytes, which were received at the start of the space that `room()` returned. */
  received(count: number): void {
    this.#end += count;
  }

  /** Removes and returns at most `max` bytes, or all. */
  take(max = Infinity): Uint8Array<ArrayBuffer> {
    const end = this.#start + Math.min(max, this.length);
    const taken = this.#bytes.slice(this.#start, end);
    this.#drop(end);
    return taken;
  }

  /** Moves as many bytes as fit into another buffer, and returns their number. */
  takeInto(target: Uint8Array): number {
    const end = this.#start + Math.min(target.length, this.length);
    const count = end - this.#start;
    target.set(this.#bytes.subarray(this.#start, end));
    this.#drop(end);
    return count;
  }

  #drop(end: number): void {
    this.#start = end;
    if (end < this.#end) {
      if (this.#scanned < end) this.#scanned = end;
      return;
    }
    this.#start = this.#end = this.#scanned = 0;
    // A long line or large read has been taken: release its memory.
    if (this.#bytes.length > 2 * this.size) {
      this.#bytes = new Uint8Array(this.size);
    }
  }

  /** Returns a copy of the bytes without removing them. */
  peek(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(this.#start, this.#end);
  }

  /**
   * Removes and returns a line.
   *
   * @param size the maximum number of bytes; -1 for the whole line
   * @returns the line with its line feed, or its first `size` bytes; `undefined` if more bytes are
   * needed
   */
  line(size: number): Uint8Array<ArrayBuffer> | undefined {
    const limit = size < 0 ? Infinity : size;
    const end = this.#start + Math.min(limit, this.length);
    const bytes = this.#bytes;
    // Faster than indexOf, which takes no end and would also search stale bytes of earlier lines.
    let at = this.#scanned;
    while (at < end && bytes[at] !== LINE_FEED) at++;
    if (at < end) return this.take(at + 1 - this.#start);
    this.#scanned = end;
    return this.length >= limit ? this.take(limit) : undefined;
  }
}
