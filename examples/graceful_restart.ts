/**
 * An echo server that is replaced by a new process without refusing a connection: started again
 * with the same control path, it asks the running one for its listener. That one then accepts
 * nothing more, serves its clients for up to ten seconds and ends; connections that wait in the
 * listener's queue stay there. Ctrl-C drains in the same way, without a successor. POSIX.
 *
 *     deno run --allow-ffi examples/graceful_restart.ts control [host] [port]
 *
 * The control path is that of a Unix socket. Its file lets only this user connect, as whoever does
 * gets the listener. Host and port default to `localhost` and 50012; with port 0 the system chooses
 * one, which is printed on standard error.
 */

import {
  AF_UNIX,
  AsyncSocket,
  ConnectionRefusedError,
  create_server,
  createUnixListener,
  FileNotFoundError,
  OSError,
  recv_fds,
  send_fds,
  serve,
} from "@libc/socket/async";

const [control, host = "localhost", port = "50012"] = Deno.args;
if (control === undefined) {
  console.error("usage: graceful_restart.ts control [host] [port]");
  Deno.exit(2);
}

const BYTE = Uint8Array.of(1);

/** Asks the server that runs now for its listener; `undefined` if none runs. */
async function takeOver(): Promise<AsyncSocket | undefined> {
  using old = new AsyncSocket(AF_UNIX);
  try {
    await old.connect(control);
  } catch (error) {
    if (
      error instanceof FileNotFoundError ||
      error instanceof ConnectionRefusedError // it was killed, and its file is left
    ) return undefined;
    throw error;
  }
  const [, [fd]] = await recv_fds(old, 1, 1);
  if (fd === undefined) return undefined;
  await old.send(BYTE); // from here on we can accept, so the old server may stop
  await old.recv(1); // until it has given up the control path
  return new AsyncSocket(null, null, null, fd);
}

/** Waits for a successor that has taken over. */
async function handOver(
  listener: AsyncSocket,
  signal: AbortSignal,
): Promise<void> {
  using waiting = createUnixListener(control, { mode: 0o600 });
  signal.addEventListener("abort", () => waiting.close());
  for await (const [successor] of waiting) {
    using _successor = successor;
    try {
      await send_fds(successor, [BYTE], [listener.fileno()]);
      if ((await successor.recv(1)).length === 0) continue; // it ended too soon: we go on
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      continue;
    }
    waiting.close();
  }
}

async function echo(connection: AsyncSocket): Promise<void> {
  for (let data; (data = await connection.recv(4096)).length > 0;) {
    await connection.sendall(data);
  }
}

const stopping = new AbortController();
const { signal } = stopping;
const listener = await takeOver() ??
  await create_server([host, Number(port)]);
const handing = handOver(listener, signal).then(() => stopping.abort());
Deno.addSignalListener("SIGINT", () => stopping.abort());
console.error("Listening on", listener.getsockname());
await serve(listener, echo, { signal, limit: 1000, grace: 10 });
await handing;
console.error("Drained");
Deno.exit(0);
