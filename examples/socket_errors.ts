/**
 * Fetches a page by hand and says which step failed: making the socket, finding the host,
 * connecting, sending or receiving.
 *
 *     deno run --allow-ffi examples/socket_errors.ts --host=name --port=80 --file=/index.html
 */

import { parseArgs } from "node:util";
import { AF_INET, gaierror, OSError, SOCK_STREAM, Socket } from "@libc/socket";

function usage(): never {
  console.error(
    "usage: socket_errors.ts --host=name --port=80 --file=/index.html",
  );
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: {
      host: { type: "string" },
      port: { type: "string" },
      file: { type: "string" },
    },
  });
} catch {
  usage();
}
const { host = usage(), port = usage(), file = usage() } = args.values;

/** Takes one step; if it fails, says which one, and ends the program. */
function step<T>(action: () => T, failure: (error: OSError) => string): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log(`${failure(error)}: ${error.message}`);
    Deno.exit(1);
  }
}

const address = [host, Number(port)] as const;
using socket = step(
  () => new Socket(AF_INET, SOCK_STREAM),
  () => "Error creating socket",
);
step(
  () => socket.connect(address),
  (error) =>
    error instanceof gaierror
      ? "Address-related error connecting to server"
      : "Connection error",
);
step(
  () =>
    socket.sendall(new TextEncoder().encode(`GET ${file} HTTP/1.0\r\n\r\n`)),
  () => "Error sending data",
);
const output = Deno.stdout.writable.getWriter();
for (;;) {
  const data = step(() => socket.recv(2048), () => "Error receiving data");
  if (data.length === 0) break;
  await output.write(data);
}
