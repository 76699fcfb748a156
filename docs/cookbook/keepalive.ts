/**
 * Noticing that a peer is gone. A machine that loses power says no goodbye: without these options
 * `recv` waits for ever, and `send` succeeds for a quarter of an hour. Linux.
 *
 *     deno run --allow-ffi docs/cookbook/keepalive.ts
 */

import * as socket from "@libc/socket";

/** Lets a silent peer be noticed after a minute and a half. */
function keepAlive(connection: socket.SocketBase<socket.Address>): void {
  const set = (level: number, option: number, value: number) =>
    connection.setsockopt(level, option, value);
  set(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1);
  set(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60); // seconds of silence before the first probe
  set(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10); // seconds between probes
  set(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3); // probes without an answer
  // Probes are sent only if nothing else is. This bounds how long sent data may stay unconfirmed,
  // in milliseconds.
  set(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 90_000);
}

// The system's default is two hours of silence.
using listener = socket.create_server(["127.0.0.1", 0]);
using client = socket.create_connection(listener.getsockname());
keepAlive(client);

for (const name of ["TCP_KEEPIDLE", "TCP_USER_TIMEOUT"] as const) {
  console.log(name, client.getsockopt(socket.IPPROTO_TCP, socket[name]));
}
