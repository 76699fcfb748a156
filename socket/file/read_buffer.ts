/** Bytes received and not yet read. It does no I/O: what receives fills it, awaiting or not. */

const LINE_FEED = 0x0a;

/**
 * A buffer between a receiver and a reader. An operation takes its bytes out once all of them are
 * there: if receiving fails half-way, nothing is lost.
 */
export class ReadBuffer {
  /** How many bytes one receive asks for, beyond what an operation needs. */
  readonly size: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;
  /** Up to where there is no line feed. */
  #scanned = 0;

  constructor(size: number) {
    this.size = size;
    this.#bytes = new Uint8Array(size);
  }

  /** How many bytes are there. */
  get length(): number {
    return this.#end - this.#start;
  }

  /**
   * The space to receive into next; then {@linkcode received} tells how much of it was used.
   *
   * @param goal how many bytes the operation needs in all: space grows towards that as bytes come
   */
  room(goal = 0): Uint8Array<ArrayBuffer> {
    const { length, size } = this;
    const missing = Math.min(goal - length, Math.max(length, 0x10000));
    const room = Math.max(size, missing);
    if (this.#end + room > this.#bytes.length) this.#rearrange(length + room);
    return this.#bytes.subarray(this.#end, this.#end + room);
  }

  /** Moves the bytes to the start, of larger storage if they need that. */
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

  /** Adds the bytes that were put at the start of the room. */
  received(count: number): void {
    this.#end += count;
  }

  /** Takes bytes out: as many as asked for, or all. */
  take(max = Infinity): Uint8Array<ArrayBuffer> {
    const end = this.#start + Math.min(max, this.length);
    const taken = this.#bytes.slice(this.#start, end);
    this.#drop(end);
    return taken;
  }

  /** Takes bytes out into a buffer, as many as it holds, and gives their number. */
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
    // A long line or a large read is over: give its memory back.
    if (this.#bytes.length > 2 * this.size) {
      this.#bytes = new Uint8Array(this.size);
    }
  }

  /** A copy of the bytes, which stay. */
  peek(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(this.#start, this.#end);
  }

  /**
   * Takes a line out.
   *
   * @param size how many bytes of it at most; -1 for all
   * @returns the line with its line feed, or as much as allowed; `undefined` if more bytes are needed
   */
  line(size: number): Uint8Array<ArrayBuffer> | undefined {
    const limit = size < 0 ? Infinity : size;
    const end = this.#start + Math.min(limit, this.length);
    const bytes = this.#bytes;
    // Faster than indexOf, which knows no end and would look at what is left of former lines.
    let at = this.#scanned;
    while (at < end && bytes[at] !== LINE_FEED) at++;
    if (at < end) return this.take(at + 1 - this.#start);
    this.#scanned = end;
    return this.length >= limit ? this.take(limit) : undefined;
  }
}
