/** The engines, which tell of what happens on descriptors. */

import { AF_UNIX } from "../constants/mod.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import { describe } from "../errors/arguments.ts";
import type { Handle } from "../socket/operations/attempt.ts";
import type { Listener, ListenerEvents } from "./listener.ts";
import type { MakeDatagrams } from "./datagram.ts";
import { PolledDatagrams } from "./polled_datagram.ts";
import { PolledListener } from "./polled_listener.ts";
import { PolledStream } from "./polled_stream.ts";
import { ringEngine } from "./ring_engine.ts";
import { RingDatagrams } from "./ring_datagram.ts";
import { RingListener } from "./ring_listener.ts";
import { RingStream } from "./ring_stream.ts";
import type { MakeStream } from "./stream.ts";

/**
 * The names of the engines: Linux's `io_uring`, or the system's poller (`epoll`, `kqueue` …), which
 * every system has.
 * @category Handlers
 */
export type EngineName = "io_uring" | "poller";

/** What serves sockets. */
export interface Engine {
  /** Its name. */
  readonly name: EngineName;
  /** Makes the channel of a stream. */
  readonly makeStream: MakeStream;
  /** Makes the channel of a socket of datagrams. */
  readonly makeDatagrams: MakeDatagrams;
  /** Makes what accepts connections. */
  makeListener(handle: Handle, events: ListenerEvents): Listener;
}

const poller: Engine = {
  name: "poller",
  makeStream: (handle, socket, handlers) =>
    new PolledStream(handle, socket, handlers),
  makeDatagrams: (handle, socket, handlers) =>
    new PolledDatagrams(handle, socket, handlers),
  makeListener: (handle, events) => new PolledListener(handle, events),
};

const uring: Engine = {
  name: "io_uring",
  makeStream: (handle, socket, handlers) => {
    const engine = ringEngine();
    return engine === undefined
      ? new PolledStream(handle, socket, handlers)
      : new RingStream(engine, handle, socket, handlers);
  },
  makeDatagrams: (handle, socket, handlers) => {
    const engine = ringEngine();
    // The queue of a Unix socket's receiver may be full, and nothing announces room in it.
    return engine === undefined || handle.family === AF_UNIX
      ? new PolledDatagrams(handle, socket, handlers)
      : new RingDatagrams(engine, handle, socket, handlers);
  },
  makeListener: (handle, events) => {
    const engine = ringEngine();
    return engine === undefined
      ? new PolledListener(handle, events)
      : new RingListener(engine, handle, events);
  },
};

/**
 * Returns an engine.
 *
 * @param name the program's choice; the best engine of the running system if left out
 * @throws {TypeError} if there is no engine of this name
 * @throws {RangeError} if the system has no such engine, or forbids it
 */
export function engineOf(name: unknown): Engine {
  if (name === "poller") return poller;
  if (name !== undefined && name !== "io_uring") {
    throw typeError(
      `engine must be "io_uring" or "poller", not ${
        typeof name === "string" ? JSON.stringify(name) : describe(name)
      }`,
    );
  }
  if (ringEngine() !== undefined) return uring;
  if (name === undefined) return poller;
  throw rangeError("engine: io_uring is not available on this system");
}
