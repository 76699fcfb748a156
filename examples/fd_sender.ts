/**
 * Accepts connections, but has another process serve them, to which it passes their descriptors. It
 * runs until Ctrl-C. Start fd_receiver.ts first.
 *
 *     deno run --allow-ffi examples/fd_sender.ts path [host] [port]
 *
 * The path is that of fd_receiver.ts. Host and port default to `localhost` and 50009; with port 0
 * the system chooses one, which is printed on standard error.
 */

import {
  AF_UNIX,
  create_server,
  send_fds,
  SOCK_DGRAM,
  Socket,
} from "@libc/socket";

const [path, host = "localhost", port = "50009"] = Deno.args;
if (path === undefined) {
  console.error("usage: fd_sender.ts path [host] [port]");
  Deno.exit(2);
}

using receiver = new Socket(AF_UNIX, SOCK_DGRAM);
receiver.connect(path);
using listener = create_server([host, Number(port)]);
console.error("Listening on", listener.getsockname());

for (;;) {
  const [connection, address] = listener.accept();
  using _ = connection; // the message holds a duplicate, so this one can be closed
  send_fds(receiver, [new Uint8Array(1)], [connection.fileno()]);
  console.log(`passed ${address.join(":")}`);
}
