/** The kernel's `sendfile` under one signature: Linux, macOS and FreeBSD each have their own. */

import { errno as E } from "../constants/errno.ts";
import { type Features, features } from "./features.ts";
import { errno, type Libc, libc } from "./libc.ts";

/**
 * Sends a part of a file over a socket.
 *
 * @param socket the socket's descriptor
 * @param file the file's descriptor, whose position does not change
 * @param offset where the part starts, in bytes
 * @param count the maximum number of bytes, from 1 to 2^31 - 1
 * @returns how many bytes were sent, 0 at the end of the file, -1 on failure, with `errno` set
 */
export type Sendfile = (
  socket: number,
  file: number,
  offset: number,
  count: number,
) => number;

/** The three declarations of `sendfile`. */
export type SendfileSymbols = Pick<
  Libc,
  "sendfile_linux" | "sendfile_darwin" | "sendfile_freebsd"
>;

const none = new Uint8Array(0);

/**
 * Adapts a system's `sendfile`.
 *
 * @param system which system's signature to use
 * @param symbols the C library's functions
 * @param error returns `errno`
 * @returns the function; `null` if there is none
 */
export function sendfileOf(
  system: Features["sendfile"],
  symbols: SendfileSymbols,
  error: () => number,
): Sendfile | null {
  const { sendfile_linux, sendfile_darwin, sendfile_freebsd } = symbols;
  const cell = new BigInt64Array(1);
  // The BSDs report the count separately: EAGAIN or EINTR after some bytes is not a failure.
  const outcome = (result: number): number => {
    const sent = Number(cell[0]);
    if (result === 0) return sent;
    const code = error();
    return sent > 0 && (code === E.EAGAIN || code === E.EINTR) ? sent : -1;
  };
  if (system === "linux" && sendfile_linux) {
    return (socket, file, offset, count) => {
      cell[0] = BigInt(offset);
      return sendfile_linux(socket, file, cell, count);
    };
  }
  if (system === "darwin" && sendfile_darwin) {
    return (socket, file, offset, count) => {
      cell[0] = BigInt(count);
      return outcome(
        sendfile_darwin(file, socket, BigInt(offset), cell, none, 0),
      );
    };
  }
  if (system === "freebsd" && sendfile_freebsd) {
    return (socket, file, offset, count) => {
      cell[0] = 0n;
      return outcome(
        sendfile_freebsd(file, socket, BigInt(offset), count, none, cell, 0),
      );
    };
  }
  return null;
}

let cached: Sendfile | null | undefined;

/** Returns the running system's `sendfile`; `null` if it has none. The C library must be loaded. */
export function kernelSendfile(): Sendfile | null {
  return cached ??= sendfileOf(features.sendfile, libc, errno);
}
