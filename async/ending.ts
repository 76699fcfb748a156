/** The ends of a connection: in order, and by a reset. */

import { SHUT_WR, SO_LINGER, SOL_SOCKET } from "../constants/mod.ts";
import type { Bytes } from "../errors/arguments.ts";
import { ENOTCONN, OSError } from "../errors/errors.ts";
import { encodeLinger } from "../socket/structures/options.ts";

/** Ends what a socket sends. If the connection is gone, receiving from it reports why. */
export function endSending(socket: { shutdown(how: number): void }): void {
  try {
    socket.shutdown(SHUT_WR);
  } catch (error) {
    if (!(error instanceof OSError) || error.errno !== ENOTCONN) throw error;
  }
}

/** Closes a socket so that its peer sees a failure. Drops what the peer has not received yet. */
export function reset(
  socket: {
    setsockopt(level: number, optname: number, value: Bytes): void;
    close(): void;
  },
): void {
  tolerate(() =>
    socket.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0))
  );
  socket.close();
}

/** Does something that fails, harmlessly, if the connection is already gone. */
export function tolerate(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
  }
}
