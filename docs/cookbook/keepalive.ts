/**
 * Noticing that a peer is gone. A machine that loses power says no goodbye: without these options
 * `recv` waits for ever, and `send` succeeds for a quarter of an hour.
 *
 *     deno run --allow-ffi docs/cookbook/keepalive.ts
 */

import * as socket from "@libc/socket";

/** Lets a silent peer be noticed after a minute and a half. */
function keepAlive(connection: socket.SocketBase<socket.Address>): void {
  // A probe after 60 seconds of silence, then every 10; three without an answer are the end.
  socket.setKeepalive(connection, { idle: 60, interval: 10, count: 3 });
  // Probes are sent only if nothing else is. This bounds how long sent data may stay unconfirmed.
  socket.setUserTimeout(connection, 90);
}

// The system's default is two hours of silence.
using listener = socket.create_server(["127.0.0.1", 0]);
using client = socket.create_connection(listener.getsockname());
keepAlive(client);

console.log(socket.getKeepalive(client));
console.log(`${socket.getUserTimeout(client)} s unconfirmed`);
