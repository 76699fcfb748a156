/** The buffered file for reading and writing bytes. */

import { nameClasses } from "../../constants/class_names.ts";
import type { Bytes } from "../../errors/arguments.ts";
import { type BytesWriter, DEFAULT_BUFFER_SIZE } from "./base.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import type { SocketIO } from "./raw.ts";

/**
 * Reads bytes from a socket through one buffer and writes them through another, like Python's
 * `io.BufferedRWPair`. `makefile("rwb")` returns it. Reading does not flush written data.
 */
export class BufferedRWPair extends BufferedReader implements BytesWriter {
  readonly #writer: BufferedWriter;

  /**
   * Makes a buffered file on top of an unbuffered one.
   *
   * @param raw the unbuffered file
   * @param buffer_size the size of each buffer in bytes
   * @throws {RangeError} if the size is less than 1
   */
  constructor(raw: SocketIO, buffer_size: number = DEFAULT_BUFFER_SIZE) {
    super(raw, buffer_size);
    this.#writer = new BufferedWriter(raw, buffer_size);
  }

  /**
   * Returns whether the file can be written.
   *
   * @throws {RangeError} if it is closed
   */
  override writable(): boolean {
    return this.#writer.writable();
  }

  /**
   * Writes bytes, like {@linkcode BufferedWriter.write}: a full buffer or a flush sends them.
   *
   * @param data the bytes
   * @returns their number
   * @throws as {@linkcode BufferedWriter.write}
   */
  write(data: Bytes): number {
    return this.#writer.write(data);
  }

  /**
   * Writes several pieces, with nothing between them.
   *
   * @param lines the pieces
   * @throws as {@linkcode BufferedWriter.write}
   */
  writelines(lines: Iterable<Bytes>): void {
    this.#writer.writelines(lines);
  }

  /**
   * Sends the written data that is still in the buffer.
   *
   * @throws as {@linkcode BufferedWriter.flush}
   */
  override flush(): void {
    this.#writer.flush();
  }

  /**
   * Flushes and closes the file, like {@linkcode BufferedWriter.close}.
   *
   * @throws {OSError} if flushing fails
   */
  override close(): void {
    this.#writer.close();
  }
}

nameClasses({ BufferedRWPair });
