/** Files over sockets, like Python's `socket.makefile()`. */

import { rangeError } from "../../constants/stack.ts";
import { integer, optionsOf, passedOnce } from "../../errors/arguments.ts";
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
 * @typeParam Mode the mode; `undefined` is in it if it is left out
 * @typeParam Buffering the buffer size, `undefined` is in it if it is left out; a type that is not
 * a literal includes 0
 */
export type SocketFile<
  Mode extends FileMode | undefined = FileMode,
  Buffering extends number | null | undefined = number | null,
> = undefined extends Mode ? TextIOWrapper
  : Mode extends `${string}b${string}` ?
      | (undefined extends Buffering ? never
        : 0 extends Buffering ? SocketIO
        : never)
      | ([Buffering] extends [0] ? never
        : Mode extends "b" | "rb" | "br" ? BufferedReader
        : Mode extends "wb" | "bw" ? BufferedWriter
        : BufferedRWPair)
  : TextIOWrapper;

/** Options of `makefile()`. */
export interface MakefileOptions<
  Buffering extends number | null | undefined = number | null,
> extends TextOptions {
  /** The parameter `buffering`, if these options stand in its place. */
  readonly buffering?: Buffering | undefined;
}

/**
 * Makes a file over a socket.
 *
 * @param socket the socket
 * @param mode what the file is for; `r` if left out
 * @param buffering the buffer size in bytes; 0 for no buffer; `null`, negative or left out for the
 * default
 * @param given encoding, errors, newline; ignored for bytes
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RangeError} if an argument is invalid; the socket stays as it was
 */
export function makefile(
  socket: FileSocket,
  mode: string = "r",
  buffering: number | null | undefined,
  given: MakefileOptions | undefined,
): SocketFile {
  const options = optionsOf(given);
  const { reading, writing, binary } = parseMode(mode);
  const size = bufferSize(
    passedOnce("buffering", buffering, options.buffering),
  );
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
  if (buffering === null || buffering === undefined) return DEFAULT_BUFFER_SIZE;
  const size = integer("buffering", buffering);
  return size < 0 ? DEFAULT_BUFFER_SIZE : size;
}
