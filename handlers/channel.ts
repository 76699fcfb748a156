/**
 * A channel: a descriptor whose events call handlers. This is what all engines share: the order of
 * the handlers, what happens when one throws, and the ends of a connection.
 */

import { E_BAD_SOCKET, osError, timedOut } from "../errors/errors.ts";
import { type Handle, newHandle } from "../socket/operations/attempt.ts";
import { type Idler, idleSweeper } from "./idle.ts";

/**
 * The handlers that sockets of every kind have; `S` is the socket's class.
 * @category Handlers
 */
export interface Handlers<S> {
  /** Is called first: a stream is connected then, and nothing was received. */
  open?(socket: S): void;
  /**
   * Is called when {@linkcode StreamSocket.write} or {@linkcode DatagramSocket.send} has taken less
   * than it was given, and now takes more.
   */
  drain?(socket: S): void;
  /**
   * Is called once, last of all, when the socket is closed, whoever closed it.
   *
   * @param error why, unless the program closed it or both streams have ended
   */
  close?(socket: S, error?: unknown): void;
  /**
   * Is called with an error of the connection, or what a handler threw. Of a connection, `close`
   * follows. Without this handler, what a handler throws is reported as an uncaught error.
   */
  error?(socket: S, error: unknown): void;
}

/** The channels that belong together, such as the connections of a server. */
export interface Owner {
  /** Is called when a channel has closed, or was taken. */
  left(channel: unknown): void;
}

/** A descriptor and the handlers that its events call. */
export abstract class Channel<S, H extends Handlers<S> = Handlers<S>>
  implements Idler {
  /** The handle of the descriptor. */
  handle: Handle;
  /** What the handlers get. */
  readonly socket: S;
  /** The program's handlers. */
  readonly handlers: H;
  /** Whether no handler but `close` is called any more. */
  closed = false;
  /** Whether receiving is paused. */
  paused = false;
  /** Whether a handler waits for room to write. */
  wantsDrain = false;
  /** Whether the channel keeps the process alive. */
  ref = true;
  /** As {@linkcode Idler.activeAt}. */
  activeAt = 0;
  /** As {@linkcode Idler.idleMs}. */
  idleMs = Infinity;
  /** What it belongs to. */
  owner: Owner | undefined;
  #error: unknown;

  /** Makes the channel of a socket object, which must own the handle from now on. */
  constructor(handle: Handle, socket: S & object, handlers: H) {
    handle.nonBlocking = true;
    handle.closeWhenCollected(socket);
    this.handle = handle;
    this.socket = socket;
    this.handlers = handlers;
  }

  /** Calls `open`, then begins to receive. */
  begin(): void {
    try {
      this.handlers.open?.(this.socket);
    } catch (error) {
      return this.thrown(error);
    }
    if (this.closed) return;
    try {
      this.start();
    } catch (error) { // the system can watch no more descriptors
      this.broke(error);
    }
  }

  /**
   * Begins to receive.
   *
   * @throws {OSError} if the system can watch no more descriptors
   */
  abstract start(): void;
  /** Stops or continues receiving, after {@linkcode paused} has changed. */
  protected abstract pauseChanged(): void;
  /** Applies {@linkcode ref}. */
  protected abstract refChanged(): void;
  /**
   * Closes the descriptor; with a reset, what was not delivered is dropped.
   *
   * @returns false if something must be sent first: {@linkcode lingered} is called in the end
   */
  protected abstract closeDescriptor(reset: boolean): boolean;
  /** Drops what must be sent before the descriptor is closed. */
  protected abandon(): void {}
  /** Ends receiving, and leaves the descriptor open. */
  protected abstract quit(): void | Promise<void>;

  /** Stops receiving. */
  pause(): void {
    if (this.paused || this.closed) return;
    this.paused = true;
    this.pauseChanged();
  }

  /** Continues receiving. */
  resume(): void {
    if (!this.paused || this.closed) return;
    this.paused = false;
    this.pauseChanged();
  }

  /** Sets whether the channel keeps the process alive. */
  setRef(ref: boolean): void {
    if (this.ref === ref) return;
    this.ref = ref;
    if (!this.closed) this.refChanged();
  }

  /** Sets how long the channel may be idle: seconds, `null` for no limit. */
  setIdleTimeout(seconds: number | null): void {
    idleSweeper.delete(this);
    this.idleMs = seconds === null ? Infinity : seconds * 1000;
    if (seconds !== null && !this.closed) idleSweeper.add(this);
  }

  /** As {@linkcode Idler.idledOut}. */
  idledOut(): void {
    this.broke(timedOut(), false);
  }

  /** Closes the channel, on the program's request. */
  close(reset = false): void {
    if (!this.closed) this.#end(reset, undefined, true);
    else if (reset) this.abandon();
  }

  /** Closes the channel after an error of the connection. */
  broke(error: unknown, reset = true): void {
    if (this.closed) return;
    this.report(error);
    this.finish(error, reset);
  }

  /** Closes the channel, for another reason than the program's request. */
  finish(error: unknown, reset = false): void {
    if (this.closed) return; // by the handler `error`
    this.#end(reset, error, false);
  }

  #end(reset: boolean, error: unknown, requested: boolean): void {
    this.closed = true;
    this.#error = error;
    idleSweeper.delete(this);
    if (!this.closeDescriptor(reset)) return;
    // The caller may be a handler, which has not returned yet.
    if (requested) this.lingered();
    else this.#closed();
  }

  /** Calls `close`, soon, as the descriptor is closed now. */
  lingered(): void {
    queueMicrotask(() => this.#closed());
  }

  #closed(): void {
    this.owner?.left(this);
    try {
      this.handlers.close?.(this.socket, this.#error);
    } catch (thrown) {
      this.#report(thrown);
    }
  }

  /** Tells the handlers of an error. Without a handler, `close` gets it. */
  report(error: unknown): void {
    try {
      this.handlers.error?.(this.socket, error);
    } catch (thrown) {
      reportError(thrown);
    }
  }

  #report(thrown: unknown): void {
    if (this.handlers.error === undefined) reportError(thrown);
    else this.report(thrown);
  }

  /** Ends the connection after a handler threw. */
  thrown(error: unknown): void {
    this.#report(error);
    this.finish(error, true);
  }

  /** Calls the handler `drain`. */
  drained(): void {
    this.wantsDrain = false;
    this.activeAt = idleSweeper.now;
    try {
      this.handlers.drain?.(this.socket);
    } catch (error) {
      this.thrown(error);
    }
  }

  /**
   * Takes the descriptor out of the channel, which then counts as closed; no handler is called.
   *
   * @returns a handle of its own
   * @throws {OSError} if the channel is closed (`EBADF`)
   */
  async take(): Promise<Handle> {
    if (this.closed) throw osError(E_BAD_SOCKET, "take");
    idleSweeper.delete(this);
    const quitting = this.quit();
    if (quitting !== undefined) await quitting;
    // A handler may have closed it, with the bytes that came last.
    if (this.closed) throw osError(E_BAD_SOCKET, "take");
    this.closed = true;
    this.owner?.left(this);
    return moved(this.handle);
  }
}

/** Makes a new handle of a handle's descriptor; the old one counts as closed. */
export function moved(handle: Handle): Handle {
  if (handle.fd < 0) throw osError(E_BAD_SOCKET);
  const { family, type, proto } = handle;
  return newHandle(handle.detach(), family, type, proto);
}
