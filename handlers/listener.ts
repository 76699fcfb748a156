/** What accepts connections, whatever the engine. */

import type { Handle } from "../socket/operations/attempt.ts";

/** What a listener tells its server. */
export interface ListenerEvents {
  /** Is called with the handle of each connection. */
  accepted(handle: Handle): void;
  /** Is called with each error after which accepting goes on. */
  failed(error: unknown): void;
  /** Is called if accepting fails, and would fail again. */
  ended(error: unknown): void;
}

/** Accepts connections until it is closed. */
export interface Listener {
  /**
   * Begins to accept.
   *
   * @throws {OSError} if the system can watch no more descriptors
   */
  start(): void;
  /** Stops or continues to accept. */
  pause(paused: boolean): void;
  /** Sets whether this keeps the process alive. */
  setRef(ref: boolean): void;
  /** Stops to accept. The descriptor stays open. */
  stop(): void;
}
