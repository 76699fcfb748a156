/**
 * A service of inetd, or of a systemd unit with `StandardInput=socket`: standard input is the
 * connection. It answers each line in capitals. If standard input is a listener (inetd's `wait`), it
 * accepts one connection first.
 *
 *     7000 stream tcp nowait nobody /usr/bin/deno deno run --allow-ffi /srv/examples/inetd.ts
 */

import { type Address, SO_ACCEPTCONN, Socket, SOL_SOCKET } from "../mod.ts";

const STDIN_FILENO = 0;

using inherited = new Socket<Address>(null, null, null, STDIN_FILENO);
const listens = inherited.getsockopt(SOL_SOCKET, SO_ACCEPTCONN) !== 0;
using connection = listens ? inherited.accept()[0] : inherited;
using file = connection.makefile("rw", null, { errors: "replace" });
for (const line of file) {
  file.write(line.toUpperCase());
  file.flush();
}
