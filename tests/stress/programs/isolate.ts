/** A Worker of `parts/isolates.ts`: it serves connections whose descriptors it is given. */

/// <reference lib="deno.worker" />
import * as async from "../../../async.ts";
import * as socket from "../../../mod.ts";
import type { Task } from "../parts/isolates.ts";

const chunk = 1000;

/** Echoes chunks. Returns whether the stream has ended. */
function echo(one: socket.Socket<socket.Address>, chunks: number): boolean {
  for (let i = 0; i < chunks; i++) {
    const data = one.recv(chunk, socket.MSG_WAITALL);
    if (data.length === 0) return true;
    one.sendall(data);
  }
  return false;
}

/** As {@linkcode echo}, by awaiting. */
async function asyncEcho(
  one: async.AsyncSocket<socket.Address>,
  chunks: number,
): Promise<boolean> {
  for (let i = 0; i < chunks; i++) {
    const data = await one.recv(chunk, socket.MSG_WAITALL);
    if (data.length === 0) return true;
    await one.sendall(data);
  }
  return false;
}

/** Serves a connection, and then closes it, or gives it on. */
async function serve({ id, fd, awaiting, chunks }: Task): Promise<void> {
  let one: socket.Socket<socket.Address> | async.AsyncSocket<socket.Address>;
  let ended: boolean;
  if (awaiting) {
    one = new async.AsyncSocket<socket.Address>(null, null, null, fd);
    ended = await asyncEcho(one, chunks);
  } else {
    one = new socket.Socket<socket.Address>(null, null, null, fd);
    one.settimeout(null);
    ended = echo(one, chunks);
  }
  if (ended) one.close();
  postMessage({ id, fd: ended ? -1 : one.detach() });
}

self.onmessage = async ({ data }: MessageEvent<Task | "end">) => {
  if (data === "end") {
    postMessage({ id: -1, fd: -1 });
    return self.close();
  }
  const { id, handle } = data;
  postMessage({ id, begun: true });
  if (handle === undefined) return serve(data);
  // Another thread interrupts it.
  try {
    using _ = socket.interruptible(handle);
    using one = new socket.Socket<socket.Address>(null, null, null, data.fd);
    echo(one, data.chunks);
  } catch (error) {
    if (!(error instanceof socket.KeyboardInterrupt)) throw error;
  }
  await Promise.resolve();
  postMessage({ id, fd: -1 });
};
