/** Lines of a Node stream. */

import { once } from "node:events";
import type { Duplex } from "node:stream";

/** The longest line, so that no stranger can fill our memory. */
const MAX_LINE = 4096;

/**
 * Reads lines, and no more of the stream than has come by then: what follows can be read by others.
 */
export class LineReader {
  readonly #stream: Duplex;
  #text = "";

  /** Makes a reader of a stream that nobody else reads. */
  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  /** Whether bytes have come that were not returned as a line. */
  get hasMore(): boolean {
    return this.#text !== "" || this.#stream.readableLength > 0;
  }

  /** The next line, without its end; `undefined` at the end of the stream. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line.replace(/\r$/, "");
      }
      if (this.#text.length > MAX_LINE) throw new Error("the line is too long");
      const chunk = this.#stream.read();
      if (chunk !== null) this.#text += chunk.toString("latin1");
      else if (!this.#stream.readable) return undefined;
      else {await Promise.race([
          once(this.#stream, "readable"),
          closed(this.#stream),
        ]);}
    }
  }
}

/** Resolves when a stream is closed. */
function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => stream.once("close", () => resolve()));
}
