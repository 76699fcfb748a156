/** Files over sockets, Python's `socket.makefile`. */

import { integer } from "../../errors/arguments.ts";
import { DEFAULT_BUFFER_SIZE } from "./base.ts";
import { BufferedRWPair } from "./buffered_pair.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { errorHandler } from "./codec.ts";
import { type FileMode, optionalString, parseMode } from "./mode.ts";
import { newlineArgument } from "./newline.ts";
import { type FileSocket, SocketIO } from "./raw.ts";
import { TextIOWrapper, type TextOptions } from "./text.ts";

/**
 * The class that `makefile()` gives for a mode and a buffer's size: {@linkcode TextIOWrapper} for
 * text; {@linkcode SocketIO} for bytes without a buffer, else {@linkcode BufferedReader},
 * {@linkcode BufferedWriter} or {@linkcode BufferedRWPair}.
 *
 * @typeParam Mode the mode
 * @typeParam Buffering the buffer's size: if it is not a literal, it may be 0
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
 * Makes a file over a socket. All arguments are checked before.
 *
 * @param socket the socket
 * @param mode what the file is for
 * @param buffering the buffer's size
 * @param options encoding, errors, newline
 */
export function makefile(
  socket: FileSocket,
  mode: string,
  buffering: number | null,
  options: TextOptions,
): SocketFile {
  const { reading, writing, binary } = parseMode(mode);
  const size = bufferSize(buffering);
  if (binary) refuseTextOptions(options);
  else {
    if (size === 0) {
      throw new RangeError("buffering: unbuffered streams must be binary");
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

function refuseTextOptions(options: TextOptions): void {
  for (const name of ["encoding", "errors", "newline"] as const) {
    if (options[name] !== undefined && options[name] !== null) {
      throw new RangeError(`${name}: binary mode doesn't take it`);
    }
  }
}
