/** Files over sockets, like Python's `socket.makefile()`. */

import { rangeError } from "../../constants/stack.ts";
import { integer } from "../../errors/arguments.ts";
import { DEFAULT_BUFFER_SIZE } from "./base.ts";
import { BufferedRWPair } from "./buffered_pair.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { errorHandler } from "./error_handler.ts";
import { type FileMode, optionalString, parseMode } from "./mode.ts";
import { newlineArgument } from "./newline.ts";
import { type FileSocket, SocketIO } from "./raw.ts";
import { TextIOWrapper, type TextOptions } from "./text.ts";

/**
 * The class that `makefile()` returns for a mode and a buffer size: {@linkcode TextIOWrapper} for
 * text, {@linkcode SocketIO} for unbuffered bytes, and for buffered bytes {@linkcode
 * BufferedReader}, {@linkcode BufferedWriter} or {@linkcode BufferedRWPair}.
 *
 * @typeParam Mode the mode
 * @typeParam Buffering the buffer size; a type that is not a literal includes 0
 */
export type SocketFile<
  Mode extends FileMode = FileMode,
  Buffering extends number | null = number | null,
> = Mode extends `${string}b${string}` ?
    | (0 extends Buffering ? SocketIO : never)
    | ([Buffering] extends [0] ? never
      : Mode extends "b" | "rb" | "br" ? BufferedReader
      : Mode extends "wb" | "bw" ? BufferedWriter
      : BufferedRWPair)
  : TextIOWrapper;

/**
 * Makes a file over a socket.
 *
 * @param socket the socket
 * @param mode what the file is for
 * @param buffering the buffer size in bytes; 0 for no buffer, `null` or negative for the default
 * @param options encoding, errors, newline; ignored for bytes
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RangeError} if an argument is invalid; the socket stays as it was
 */
export function makefile(
  socket: FileSocket,
  mode: string,
  buffering: number | null,
  options: TextOptions,
): SocketFile {
  const { reading, writing, binary } = parseMode(mode);
  const size = bufferSize(buffering);
  if (!binary) {
    if (size === 0) {
      throw rangeError("buffering: unbuffered streams must be binary");
    }
    optionalString("encoding", options.encoding);
    errorHandler(options.errors);
    newlineArgument(options.newline);
  }
  const raw = new SocketIO(socket, mode);
  if (size === 0) return raw;
  try {
    const buffer = reading && writing
      ? new BufferedRWPair(raw, size)
      : reading
      ? new BufferedReader(raw, size)
      : new BufferedWriter(raw, size);
    return binary ? buffer : new TextIOWrapper(buffer, options, mode);
  } catch (error) {
    raw.close(); // an unknown encoding
    throw error;
  }
}

function bufferSize(buffering: unknown): number {
  if (buffering === null) return DEFAULT_BUFFER_SIZE;
  const size = integer("buffering", buffering);
  return size < 0 ? DEFAULT_BUFFER_SIZE : size;
}
