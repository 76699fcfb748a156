/**
 * A Worker that blocks in a call for each task, and posts how it ended: the name of the error, and
 * whether `finally` ran.
 */

import {
  type Address,
  getaddrinfo,
  type InterrupterHandle,
  interruptible,
  Socket,
  wait_readable,
} from "../../mod.ts";
import { DefaultSelector, EVENT_READ } from "../../selectors.ts";

/** What the Worker does with a socket. */
export interface Task {
  readonly call: "accept" | "recv" | "select" | "wait";
  readonly fd: number;
  readonly handle: InterrupterHandle;
}

// The names of a Worker, which the project's types lack.
const worker = globalThis as unknown as {
  onmessage: (event: MessageEvent<Task>) => void;
  postMessage(message: unknown): void;
};

const calls: Record<Task["call"], (socket: Socket<Address>) => unknown> = {
  accept: (socket) => socket.accept(),
  recv: (socket) => socket.recv(1),
  select(socket) {
    using selector = new DefaultSelector();
    selector.register(socket, EVENT_READ);
    return selector.select();
  },
  wait: (socket) => wait_readable(socket.fileno()),
};

worker.onmessage = ({ data: { call, fd, handle } }): void => {
  let cleaned = false;
  let name = "";
  try {
    using _ = interruptible(handle);
    using socket = new Socket<Address>(null, null, null, fd);
    getaddrinfo("127.0.0.1", 0);
    worker.postMessage("ready");
    try {
      calls[call](socket);
    } finally {
      cleaned = true;
    }
  } catch (error) {
    name = (error as Error).name;
  }
  worker.postMessage([name, cleaned]);
};
worker.postMessage("started");
