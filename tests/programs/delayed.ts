/** A Worker that acts on the other end of a socket after the main thread has blocked. */

import * as socket from "../../mod.ts";
import { utf8 } from "../support/bytes.ts";
import type { Task } from "./interrupted.ts";

// Long enough for dozens of signals to interrupt the call that waits for this thread.
const LATER_MS = 60;
const never = new Int32Array(new SharedArrayBuffer(4));

// The names of a Worker, which the project's types lack.
const worker = globalThis as unknown as {
  onmessage: (event: MessageEvent<Task>) => void;
  postMessage(message: string): void;
};

worker.onmessage = ({ data }): void => {
  Atomics.wait(never, 0, 0, LATER_MS);
  if (data.what === "connect") {
    using client = new socket.Socket();
    client.connect(data.address!);
    return;
  }
  using own = new socket.Socket<socket.Address>(
    null,
    null,
    null,
    socket.dup(data.fd),
  );
  if (data.what === "send") own.sendall(utf8("late"));
  else if (data.what === "accept") own.accept()[0].close();
  else for (let left = 1 << 22; left > 0;) left -= own.recv(0x10000).length;
};
worker.postMessage("ready");
