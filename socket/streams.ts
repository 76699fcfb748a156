/** An awaiting socket as Web Streams. */

import { SHUT_RD, SHUT_WR, SO_LINGER, SOL_SOCKET } from "../constants/mod.ts";
import type { Address } from "./address/types.ts";
import type { AsyncSocket } from "./async_socket.ts";
import { OSError } from "./errors.ts";

const CHUNK = 0x10000;

/**
 * What a socket receives, as a byte stream: it receives when the reader asks, into the reader's own
 * buffer if it brings one. Cancelling ends receiving.
 */
export function readableOf(
  socket: AsyncSocket<Address>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const cancelled = new AbortController();
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK,
    async pull(controller) {
      const request = controller.byobRequest!;
      const count = await socket.recv_into(
        request.view! as Uint8Array<ArrayBuffer>,
        0,
        0,
        {
          signal: cancelled.signal,
        },
      );
      if (count === 0) controller.close();
      request.respond(count);
    },
    cancel(reason) {
      cancelled.abort(reason);
      shutDown(socket, SHUT_RD);
    },
  });
}

/**
 * A stream whose chunks a socket sends: a write is done when the system has taken all of it. Closing
 * ends sending, so that the other end sees the end of the stream; aborting a connection resets it,
 * so that the other end does not take what it has for the whole.
 */
export function writableOf(
  socket: AsyncSocket<Address>,
): WritableStream<Uint8Array> {
  return new WritableStream({
    write(chunk, { signal }) {
      return socket.sendall(chunk, 0, { signal });
    },
    close() {
      shutDown(socket, SHUT_WR);
    },
    abort() {
      try {
        socket.setsockopt(SOL_SOCKET, SO_LINGER, new Int32Array([1, 0]));
      } catch (error) {
        if (!(error instanceof OSError)) throw error; // closed already, or nothing to linger
      }
      socket.close();
    },
  });
}

/** Ends one direction; a connection that is gone already needs no end. */
function shutDown(socket: AsyncSocket<Address>, how: number): void {
  try {
    socket.shutdown(how);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
  }
}
