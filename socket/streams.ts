/** An awaiting socket as Web Streams. */

import { SHUT_RD, SHUT_WR, SO_LINGER, SOL_SOCKET } from "../constants/mod.ts";
import type { AsyncSocketBase } from "./async_base.ts";
import type { Address } from "./address/types.ts";
import { OSError } from "./errors.ts";
import { encodeLinger } from "./structures/options.ts";

const CHUNK = 0x10000;

/** Which directions of a socket's streams are over; with both, the socket is closed. */
export interface Ends {
  /** Nothing more is received. */
  read: boolean;
  /** Nothing more is sent. */
  write: boolean;
}

/**
 * What a socket receives, as a byte stream: it receives when the reader asks, into the reader's own
 * buffer if it brings one. Cancelling ends receiving.
 *
 * @param ends of this socket's streams
 */
export function readableOf(
  socket: AsyncSocketBase<Address>,
  ends: Ends,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const cancelled = new AbortController();
  const { signal } = cancelled;
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK,
    async pull(controller) {
      const request = controller.byobRequest!;
      const view = request.view as Uint8Array<ArrayBuffer>;
      const count = await socket.recv_into(view, 0, 0, { signal });
      if (count === 0) {
        controller.close();
        end(socket, ends, "read");
      }
      request.respond(count);
    },
    cancel(reason) {
      cancelled.abort(reason);
      shutDown(socket, SHUT_RD);
      end(socket, ends, "read");
    },
  });
}

/**
 * A stream whose chunks a socket sends: a write is done when the system has taken all of it. Closing
 * ends sending, so that the other end sees the end of the stream; aborting a connection resets it,
 * so that the other end does not take what it has for the whole.
 *
 * @param ends of this socket's streams
 */
export function writableOf(
  socket: AsyncSocketBase<Address>,
  ends: Ends,
): WritableStream<Uint8Array> {
  return new WritableStream({
    write(chunk, { signal }) {
      return socket.sendall(chunk, 0, { signal });
    },
    close() {
      shutDown(socket, SHUT_WR);
      end(socket, ends, "write");
    },
    abort() {
      tolerate(() =>
        socket.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0))
      );
      socket.close();
    },
  });
}

function end(
  socket: AsyncSocketBase<Address>,
  ends: Ends,
  direction: keyof Ends,
): void {
  ends[direction] = true;
  if (ends.read && ends.write) socket.close();
}

/** Ends one direction. */
function shutDown(socket: AsyncSocketBase<Address>, how: number): void {
  tolerate(() => socket.shutdown(how));
}

/** Does what a connection that is gone already need not have done. */
function tolerate(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
  }
}
