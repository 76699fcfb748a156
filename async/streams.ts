/** An awaiting socket as Web Streams. */

import { SHUT_RD, SHUT_WR, SO_LINGER, SOL_SOCKET } from "../constants/mod.ts";
import type { Bytes } from "../errors/arguments.ts";
import { OSError } from "../errors/errors.ts";
import type { WaitOptions } from "./driver.ts";
import { encodeLinger } from "../socket/structures/options.ts";

const CHUNK = 0x10000;

/** What the streams need of a socket. */
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

/** A socket's two streams, made when asked for; when both have ended, they close the socket. */
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
   * What the socket receives, as a byte stream: it receives when the reader asks, into the reader's
   * own buffer if it brings one. Cancelling ends receiving.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= readableOf(this.#socket, () => {
      this.#received = true;
      this.#end();
    });
  }

  /**
   * A stream whose chunks the socket sends: a write is done when the system has taken all of it.
   * Closing ends sending, so that the other end sees the end of the stream; aborting a connection
   * resets it, so that the other end does not take what it has for the whole.
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
      const count = await socket.recv_into(view, 0, 0, { signal });
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

/** Ends one direction. */
function shutDown(socket: StreamSocket, how: number): void {
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
