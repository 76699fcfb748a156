/**
 * Fetches the file of file_server.ts, with a progress bar.
 *
 *     deno run --allow-ffi --allow-write examples/file_client.ts output [host] [port]
 *
 * Host and port default to `localhost` and 50008.
 */

import { create_connection } from "@libc/socket";

const [output, host = "localhost", port = "50008"] = Deno.args;
if (output === undefined) {
  console.error("usage: file_client.ts output [host] [port]");
  Deno.exit(2);
}

let shown = "";

/** Draws the bar over the previous one, if it looks any different. */
function progress(part: number): void {
  const percent = Math.floor(part * 100);
  const bar = "#".repeat(Math.floor(percent / 5)).padEnd(20, "-");
  const text = `\r[${bar}] ${String(percent).padStart(3)}%`;
  if (text !== shown) Deno.stderr.writeSync(new TextEncoder().encode(text));
  shown = text;
}

using connection = create_connection([host, Number(port)]);
using incoming = connection.makefile("rb");
const header = new TextDecoder().decode(incoming.readline(20));
const size = Number(header);
if (!/^\d+\n$/.test(header) || !Number.isSafeInteger(size)) {
  console.error("This is not a file server, or it has failed");
  Deno.exit(1);
}
using file = Deno.openSync(output, {
  write: true,
  create: true,
  truncate: true,
});
let received = 0;
progress(size === 0 ? 1 : 0);
while (received < size) {
  let chunk = incoming.read(Math.min(size - received, 65536))!;
  if (chunk.length === 0) break;
  received += chunk.length;
  while (chunk.length > 0) chunk = chunk.subarray(file.writeSync(chunk));
  progress(received / size);
}
console.error();
console.log(`received ${received} of ${size} bytes`);
if (received < size) Deno.exitCode = 1;
