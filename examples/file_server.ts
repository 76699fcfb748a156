/**
 * A file server: sends one file to whoever connects, by the kernel's `sendfile`, until Ctrl-C.
 *
 *     deno run --allow-ffi --allow-read examples/file_server.ts file [host] [port]
 *
 * Host and port are `localhost` and 50008 if left out; with port 0 the system chooses one, and it is
 * told on standard error. The client is file_client.ts: the length of the file goes ahead as a line.
 */

import { create_server, OSError } from "../mod.ts";
import { integerIn, usage } from "./support/arguments.ts";

const fail = (): never =>
  usage("file_server.ts file [host] [port]", "--allow-ffi --allow-read");
const [file = fail(), host = "localhost", port = "50008", ...rest] = Deno.args;
if (rest.length > 0) fail();
if (!Deno.statSync(file).isFile) fail();

using listener = create_server([host, integerIn(port, 0, 65535) ?? fail()]);
console.error("Listening on", listener.getsockname());

for (;;) {
  const [connection, address] = listener.accept();
  using _ = connection;
  try {
    const { size } = Deno.statSync(file);
    connection.sendall(new TextEncoder().encode(`${size}\n`));
    const sent = connection.sendfile(file);
    console.log(`sent ${sent} bytes to ${address.join(":")}`);
  } catch (error) {
    // A client that leaves early is no reason to leave the others.
    if (!(error instanceof OSError)) throw error;
    console.log(`${address.join(":")} left: ${error.strerror}`);
  }
}
