/** The Web Streams of an awaiting socket. */

import { MSG_PEEK, SHUT_RD, SHUT_WR } from "../constants/mod.ts";
import { capture, seenFrom } from "../constants/stack.ts";
import type { Bytes } from "../errors/arguments.ts";
import { ConnectionResetError, OSError } from "../errors/errors.ts";
import { isHungUp } from "../poll/ready.ts";
import { hasEnded } from "../socket/operations/end.ts";
import { handleOf } from "../socket/operations/attempt.ts";
import { recv_into } from "../socket/operations/transfer.ts";
import type { WaitOptions } from "./driver.ts";
import { reset, tolerate } from "./ending.ts";

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
  fileno(): number;
  shutdown(how: number): void;
  close(): void;
}

/**
 * A socket's two streams, made at first use. Once both have ended, by whatever cause, the socket is
 * closed.
 *
 * A stream that fails looks whether the connection has ended for the other one too. Nobody may use
 * that any more: after an error of one, Node's `Duplex` leaves the other.
 */
export class Streams {
  readonly #socket: StreamSocket;
  /** Where the program asked for a stream: who reads one later, nothing here can see. */
  readonly #made = capture(Streams);
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #reading: ReadableByteStreamController | undefined;
  #writable: WritableStream<Uint8Array> | undefined;
  #writing: WritableStreamDefaultController | undefined;
  #received = false;
  #sent = false;
  /** Whether a write failed, so that the peer has a part of what it was to have. */
  #failed = false;
  /** The reset that a write reported: receiving then shows the end, as if the peer had ended. */
  #resetSeen: ConnectionResetError | undefined;
  /** The error of receiving that ended the connection: a write that waits has the same. */
  #ending: unknown;

  /** Makes the streams of a socket. */
  constructor(socket: StreamSocket) {
    this.#socket = socket;
  }

  /**
   * The bytes that the socket receives, as a byte stream. It receives only when the reader asks,
   * into the reader's buffer if the reader has one. Cancelling ends receiving.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= this.#makeReadable();
  }

  /**
   * A stream whose chunks the socket sends. A write is done when the system has accepted all of it.
   * Closing ends sending, so that the peer sees the end of the stream. Aborting with a reason
   * resets the connection, so that the peer does not mistake a part for the whole.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= this.#makeWritable();
  }

  /** Records that nothing more will be sent. */
  endSending(): void {
    this.#sent = true;
    this.#closeIfEnded();
  }

  #endReceiving(): void {
    this.#received = true;
    this.#closeIfEnded();
  }

  #closeIfEnded(): void {
    if (!this.#received || !this.#sent) return;
    if (this.#failed) reset(this.#socket);
    else this.#socket.close();
  }

  #makeReadable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const socket = this.#socket;
    const cancelled = new AbortController();
    const { signal } = cancelled;
    return new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: CHUNK,
      start: (controller) => {
        this.#reading = controller;
      },
      pull: async (controller) => {
        const request = controller.byobRequest!;
        const view = request.view as Uint8Array<ArrayBuffer>;
        let count: number;
        try {
          do {
            count = await socket.recv_into(view, 0, 0, { signal });
            // An empty message is no chunk.
          } while (count === 0 && !this.#hasEnded());
        } catch (error) {
          if (!signal.aborted) this.#failWritable(error);
          this.#endReceiving();
          throw seenFrom(error, this.#made);
        }
        if (count === 0) {
          controller.close();
          this.#endReceiving();
        }
        request.respond(count);
      },
      cancel: (reason) => {
        cancelled.abort(reason);
        shutDown(socket, SHUT_RD);
        this.#endReceiving();
      },
    });
  }

  #makeWritable(): WritableStream<Uint8Array> {
    const socket = this.#socket;
    return new WritableStream({
      start: (controller) => {
        this.#writing = controller;
      },
      write: async (chunk, { signal }) => {
        try {
          await socket.sendall(chunk, 0, { signal });
        } catch (reason) {
          // If receiving has failed in the meantime, the socket was closed for that.
          const error = this.#ending ?? reason;
          // After an abort, abort() follows.
          if (!signal.aborted) {
            this.#failed = true;
            if (error instanceof ConnectionResetError) this.#resetSeen = error;
            this.#endReadable();
            this.endSending();
          }
          throw seenFrom(error, this.#made);
        }
      },
      close: () => {
        shutDown(socket, SHUT_WR);
        this.endSending();
      },
      abort: (reason) => {
        // Without a reason, as Node's destroy() aborts, what was written is to arrive.
        if (reason === undefined || reason === null) socket.close();
        else reset(socket);
      },
    });
  }

  /** Whether receiving no bytes was the end. Throws if it was a reset. */
  #hasEnded(): boolean {
    if (this.#resetSeen !== undefined) throw this.#resetSeen;
    return hasEnded(handleOf(this.#socket));
  }

  /** Fails the writable stream with an error of receiving, if that ended the connection. */
  #failWritable(error: unknown): void {
    // A timeout of the socket has no number, and ends nothing.
    const ended = error instanceof OSError && error.errno !== null &&
      isHungUp(this.#socket.fileno());
    if (this.#writing === undefined || !ended) return;
    this.#ending = error;
    this.#writing.error(error);
    this.#sent = true;
  }

  /** Ends the readable stream if all has been received. */
  #endReadable(): void {
    if (this.#reading === undefined || this.#received) return;
    // Who reads learns of the end by reading.
    if (this.#reading.byobRequest !== null) return;
    try {
      const byte = new Uint8Array(1);
      const count = recv_into(handleOf(this.#socket), byte, 0, MSG_PEEK);
      if (count !== 0 || !this.#hasEnded()) return;
      this.#reading.close();
    } catch (error) {
      this.#reading.error(error);
    }
    this.#received = true;
  }
}

/** Ends one direction of a connection, if it still exists. */
function shutDown(socket: StreamSocket, how: number): void {
  tolerate(() => socket.shutdown(how));
}
