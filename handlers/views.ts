/** Views of a buffer from its start. */

/** Makes views of parts of a buffer, and returns the last one again if it is asked for. */
export class Views {
  readonly #whole: Uint8Array<ArrayBuffer>;
  #last: Uint8Array<ArrayBuffer>;

  /** Makes views of `whole`. */
  constructor(whole: Uint8Array<ArrayBuffer>) {
    this.#whole = this.#last = whole;
  }

  /** Returns a view of the first `length` bytes. Making one would cost a tenth of a request. */
  first(length: number): Uint8Array<ArrayBuffer> {
    return this.#last.length === length
      ? this.#last
      : this.#last = this.#whole.subarray(0, length);
  }
}
