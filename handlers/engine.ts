/** The engines, which tell of what happens on descriptors: the reactor's poller. */

import type { Handle } from "../socket/operations/handle.ts";
import type { Listener, ListenerEvents } from "./listener.ts";
import { PolledListener } from "./polled_listener.ts";
import { PolledStream } from "./polled_stream.ts";
import type { MakeStream } from "./stream.ts";

/** The names of the engines. */
export type EngineName = "poller";

/** What serves sockets. */
export interface Engine {
  /** Its name. */
  readonly name: EngineName;
  /** Makes the channel of a stream. */
  readonly makeStream: MakeStream;
  /** Makes what accepts connections. */
  makeListener(handle: Handle, events: ListenerEvents): Listener;
}

const poller: Engine = {
  name: "poller",
  makeStream: (handle, socket, handlers) =>
    new PolledStream(handle, socket, handlers),
  makeListener: (handle, events) => new PolledListener(handle, events),
};

/**
 * Returns an engine.
 *
 * @param name the program's choice; the best engine of the running system if left out
 * @throws {TypeError} if there is no engine of this name
 */
export function engineOf(name: unknown): Engine {
  if (name === undefined || name === "poller") return poller;
  throw new TypeError(`engine must be "poller", not ${JSON.stringify(name)}`);
}
