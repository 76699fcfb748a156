/**
 * Sockets in Workers. All Workers share the process's descriptors, so a number is enough to hand
 * one over, and a Worker may block without stopping the others.
 *
 *     deno run --allow-ffi --allow-read docs/cookbook/workers.ts
 *
 * This file is the program of the Worker too. `--allow-read` is what Deno asks for a Worker's
 * module.
 */

import * as socket from "@libc/socket/async";

/** The Worker: echoes over blocking sockets, one connection after the other. */
function work(): void {
  self.addEventListener("message", (event) => {
    const fd = (event as MessageEvent<number>).data;
    using connection = new socket.Socket(null, null, null, fd);
    connection.settimeout(10); // a silent client would hold the Worker for ever
    try {
      for (;;) {
        const data = connection.recv(4096);
        if (data.length === 0) break;
        connection.sendall(data);
      }
    } catch (error) {
      if (!(error instanceof socket.OSError)) throw error;
    }
  });
}

async function main(): Promise<void> {
  const worker = new Worker(import.meta.url, { type: "module", name: "echo" });
  await using listener = await socket.create_server(["127.0.0.1", 0]);
  for (const text of ["one", "two"]) {
    using client = await socket.create_connection(listener.getsockname());
    const [connection] = await listener.accept();
    // detach() releases the descriptor without closing it: only the Worker owns it now.
    worker.postMessage(connection.detach());
    await client.sendall(new TextEncoder().encode(text));
    console.log(new TextDecoder().decode(await client.recv(100)));
  }
  worker.terminate();
}

// The name that the Worker was made with; in the main program it is empty.
if (self.name === "echo") work();
else await main();
