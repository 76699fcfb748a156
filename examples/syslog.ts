/**
 * Writes a message to the system log, as `logger(1)` does: a Unix datagram to `/dev/log`.
 *
 *     deno run --allow-ffi examples/syslog.ts [-t tag] [-u socket] message...
 *
 * The tag defaults to `deno`, the socket to `/dev/log`.
 */

import { parseArgs } from "node:util";
import { AF_UNIX, SOCK_DGRAM, Socket } from "@libc/socket";

// From <syslog.h>: a message from a user program, at the usual priority.
const LOG_USER = 1 << 3;
const LOG_NOTICE = 5;

function usage(): never {
  console.error("usage: syslog.ts [-t tag] [-u socket] message...");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: {
      tag: { type: "string", short: "t", default: "deno" },
      socket: { type: "string", short: "u", default: "/dev/log" },
    },
    allowPositionals: true,
  });
} catch {
  usage();
}
if (args.positionals.length === 0) usage();
const { tag, socket: path } = args.values;

/** A local time as in `Jan  2 03:04:05`. */
function timestamp(date: Date): string {
  const [, month] = date.toString().split(" ");
  const day = String(date.getDate()).padStart(2);
  return `${month} ${day} ${date.toTimeString().slice(0, 8)}`;
}

using socket = new Socket(AF_UNIX, SOCK_DGRAM);
socket.connect(path);
const message = `<${LOG_USER | LOG_NOTICE}>${timestamp(new Date())} ${tag}: ${
  args.positionals.join(" ")
}`;
socket.sendall(new TextEncoder().encode(message));
