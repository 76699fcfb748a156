/**
 * An echo server whose sockets call handlers: any number of clients, and as little work for each
 * piece of data as can be. Runs until Ctrl-C.
 *
 *     deno run --allow-ffi examples/echo_handlers.ts [host] [port]
 *
 * Host and port default to `localhost` and 50007; with port 0 the system chooses one, which is
 * printed on standard error.
 */

import { serve } from "@libc/socket/handlers";

const [host = "localhost", port = "50007"] = Deno.args;

const server = await serve<Uint8Array>([host, Number(port)], {
  data(socket, data) {
    const taken = socket.write(data);
    if (taken === data.length) return;
    // The client does not read. Keep what is left, and receive no more until it is gone.
    socket.data = data.slice(taken);
    socket.pause();
  },
  drain(socket) {
    socket.data = socket.data.subarray(socket.write(socket.data));
    if (socket.data.length === 0) socket.resume();
  },
  // A client that resets its connection is no reason to end.
  error: (_, error) => console.error(String(error)),
}, { idleTimeout: 60 });

console.error("Listening on", server.getsockname());
