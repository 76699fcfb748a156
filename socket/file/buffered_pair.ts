/** The buffered file for reading and writing bytes. */

import type { Bytes } from "../../errors/arguments.ts";
import { type BytesWriter, DEFAULT_BUFFER_SIZE } from "./base.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import type { SocketIO } from "./raw.ts";

/**
 * Reads bytes from a socket through a buffer and writes them through another, as Python's
 * `io.BufferedRWPair`: what `makefile("rwb")` gives. Reading does not flush what was written.
 */
export class BufferedRWPair extends BufferedReader implements BytesWriter {
  readonly #writer: BufferedWriter;

  /**
   * Makes a buffered file of one that has no buffer.
   *
   * @param raw the file below
   * @param buffer_size the size of each buffer in bytes
   * @throws {RangeError} if the size is less than 1
   */
  constructor(raw: SocketIO, buffer_size: number = DEFAULT_BUFFER_SIZE) {
    super(raw, buffer_size);
    this.#writer = new BufferedWriter(raw, buffer_size);
  }

  /**
   * Whether the file can be written.
   *
   * @throws {RangeError} if it is closed
   */
  override writable(): boolean {
    return this.#writer.writable();
  }

  /**
   * Writes bytes, as {@linkcode BufferedWriter.write}.
   *
   * @param data the bytes
   * @returns how many there are
   * @throws as {@linkcode BufferedWriter.write}
   */
  write(data: Bytes): number {
    return this.#writer.write(data);
  }

  /**
   * Writes several pieces; nothing is put between them.
   *
   * @param lines the pieces
   * @throws as {@linkcode BufferedWriter.write}
   */
  writelines(lines: Iterable<Bytes>): void {
    this.#writer.writelines(lines);
  }

  /**
   * Sends what was written.
   *
   * @throws as {@linkcode BufferedWriter.flush}
   */
  override flush(): void {
    this.#writer.flush();
  }

  /**
   * Flushes and closes the file, as {@linkcode BufferedWriter.close}.
   *
   * @throws {OSError} if flushing fails
   */
  override close(): void {
    this.#writer.close();
  }
}
