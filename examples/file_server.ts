/**
 * A file server: sends one file to everyone who connects, by the kernel's `sendfile`, until Ctrl-C.
 * The sockets await, so it serves any number of clients at once: one that does not read keeps
 * nobody waiting, and is dropped after a minute.
 *
 *     deno run --allow-ffi --allow-read examples/file_server.ts file [host] [port]
 *
 * Host and port default to `localhost` and 50008; with port 0 the system chooses one and this
 * prints it on standard error. The client is file_client.ts; a line with the file's length comes
 * first.
 */

import {
  type AsyncSocket,
  create_server,
  type HandlerContext,
  type InetAddress,
  OSError,
  serve,
} from "@libc/socket/async";

const [file, host = "localhost", port = "50008"] = Deno.args;
if (file === undefined || !Deno.statSync(file).isFile) {
  console.error("usage: file_server.ts file [host] [port]");
  Deno.exit(2);
}

/** How many bytes a client must take within {@linkcode PATIENCE} seconds. */
const PART = 1 << 20;
const PATIENCE = 60;

async function send(
  connection: AsyncSocket,
  { address }: HandlerContext<InetAddress>,
): Promise<void> {
  connection.settimeout(PATIENCE); // for each call
  try {
    const { size } = await Deno.stat(file);
    await connection.sendall(new TextEncoder().encode(`${size}\n`));
    let sent = 0;
    while (sent < size) {
      const part = Math.min(size - sent, PART);
      const count = await connection.sendfile(file, sent, part);
      if (count === 0) break; // the file has become shorter
      sent += count;
    }
    console.log(`sent ${sent} bytes to ${address.join(":")}`);
  } catch (error) {
    // A client that leaves early is no reason to leave the others.
    if (!(error instanceof OSError)) throw error;
    console.log(`${address.join(":")} left: ${error.strerror}`);
  }
}

const listener = await create_server([host, Number(port)]);
console.error("Listening on", listener.getsockname());
await serve(listener, send, { limit: 1000 });
