/** The kernel's `sendfile`, whose parameters each system chose for itself. */

import { errno as E } from "../constants/errno.ts";
import { errno, type Libc, libc } from "./libc.ts";
import { type Features, features } from "./features.ts";

/**
 * Sends a part of a file over a socket.
 *
 * @param socket the socket's descriptor
 * @param file the file's descriptor, whose position stays as it is
 * @param offset where the part starts
 * @param count how many bytes at most, from 1 to 2^31 - 1
 * @returns how many bytes were sent, 0 at the end of the file, or -1 if that fails, as `errno` says
 */
export type Sendfile = (
  socket: number,
  file: number,
  offset: number,
  count: number,
) => number;

/** The functions of the C library that may be `sendfile`. */
export type SendfileSymbols = Pick<
  Libc,
  "sendfile_linux" | "sendfile_darwin" | "sendfile_freebsd"
>;

const none = new Uint8Array(0);

/**
 * The `sendfile` of a system.
 *
 * @param system whose it is
 * @param symbols the C library's functions
 * @param error tells `errno`
 * @returns the function, `null` where there is none
 */
export function sendfileOf(
  system: Features["sendfile"],
  symbols: SendfileSymbols,
  error: () => number,
): Sendfile | null {
  const { sendfile_linux, sendfile_darwin, sendfile_freebsd } = symbols;
  const cell = new BigInt64Array(1);
  // The BSDs tell apart what was sent and how it ended: with some sent, an interruption is no failure.
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

/** The running system's `sendfile`, once the C library is loaded; `null` if it has none. */
export function kernelSendfile(): Sendfile | null {
  return cached ??= sendfileOf(features.sendfile, libc, errno);
}
