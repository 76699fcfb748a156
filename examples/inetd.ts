/**
 * A service for inetd, or for a systemd unit with `StandardInput=socket`: standard input is the
 * connection. It answers each line in capitals. If standard input is a listener (inetd's `wait`),
 * it first accepts one connection.
 *
 *     7000 stream tcp nowait nobody /usr/bin/deno deno run --allow-ffi /srv/examples/inetd.ts
 */

import { OSError, SO_ACCEPTCONN, Socket, SOL_SOCKET } from "@libc/socket";

const STDIN_FILENO = 0;

using inherited = new Socket(null, null, null, STDIN_FILENO);
const listens = inherited.getsockopt(SOL_SOCKET, SO_ACCEPTCONN) !== 0;
using connection = listens ? inherited.accept()[0] : inherited;
try {
  using file = connection.makefile({ errors: "replace" });
  // A longer line comes in pieces: no stranger can fill our memory with it.
  for (let line; (line = file.readline(4096)) !== "";) {
    connection.sendall(new TextEncoder().encode(line.toUpperCase()));
  }
} catch (error) {
  if (!(error instanceof OSError)) throw error; // the client has left
}
