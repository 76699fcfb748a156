/** The Web Streams of an awaiting socket. */

import { SHUT_RD, SHUT_WR, SO_LINGER, SOL_SOCKET } from "../constants/mod.ts";
import type { Bytes } from "../errors/arguments.ts";
import { OSError } from "../errors/errors.ts";
import { hasEnded } from "../socket/operations/end.ts";
import { handleOf } from "../socket/operations/handle.ts";
import { encodeLinger } from "../socket/structures/options.ts";
import type { WaitOptions } from "./driver.ts";

const CHUNK = 0x10000;

/** The part of a socket that the streams use. */
interface StreamSocket {
  recv_into(
    buffer: Bytes,
    nbytes: number,
    flags: number,
    options: WaitOptions,
  ): Promise<number>;
  sendall(data: Bytes, flags: number, options: WaitOptions): Promise<void>;
  setsockopt(level: number, optname: number, value: Bytes): void;
  shutdown(how: number): void;
  close(): void;
}

/** A socket's two streams, made at first use. When both have ended, they close the socket. */
export class Streams {
  readonly #socket: StreamSocket;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;
  #received = false;
  #sent = false;

  /** Makes the streams of a socket. */
  constructor(socket: StreamSocket) {
    this.#socket = socket;
  }

  /**
   * The bytes that the socket receives, as a byte stream. It receives only when the reader asks,
   * into the reader's buffer if the reader has one. Cancelling ends receiving.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= readableOf(this.#socket, () => {
      this.#received = true;
      this.#end();
    });
  }

  /**
   * A stream whose chunks the socket sends. A write is done when the system has accepted all of it.
   * Closing ends sending, so that the peer sees the end of the stream. Aborting resets the
   * connection, so that the peer does not mistake a part for the whole.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= writableOf(this.#socket, () => {
      this.#sent = true;
      this.#end();
    });
  }

  #end(): void {
    if (this.#received && this.#sent) this.#socket.close();
  }
}

function readableOf(
  socket: StreamSocket,
  end: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const cancelled = new AbortController();
  const { signal } = cancelled;
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK,
    async pull(controller) {
      const request = controller.byobRequest!;
      const view = request.view as Uint8Array<ArrayBuffer>;
      let count: number;
      do {
        count = await socket.recv_into(view, 0, 0, { signal });
      } while (count === 0 && !hasEnded(handleOf(socket))); // an empty message is no chunk
      if (count === 0) {
        controller.close();
        end();
      }
      request.respond(count);
    },
    cancel(reason) {
      cancelled.abort(reason);
      shutDown(socket, SHUT_RD);
      end();
    },
  });
}

function writableOf(
  socket: StreamSocket,
  end: () => void,
): WritableStream<Uint8Array> {
  return new WritableStream({
    write(chunk, { signal }) {
      return socket.sendall(chunk, 0, { signal });
    },
    close() {
      shutDown(socket, SHUT_WR);
      end();
    },
    abort() {
      tolerate(() =>
        socket.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0))
      );
      socket.close();
    },
  });
}

/** Ends one direction of a connection, if it still exists. */
function shutDown(socket: StreamSocket, how: number): void {
  tolerate(() => socket.shutdown(how));
}

/** Does something that fails, harmlessly, if the connection is already gone. */
function tolerate(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
  }
}
