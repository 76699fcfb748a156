/**
 * Writes a message to the system log, as `logger(1)` does: a Unix datagram to `/dev/log`.
 *
 *     deno run --allow-ffi examples/syslog.ts [-t tag] [-u socket] message...
 *
 * The tag defaults to `deno`, the socket to `/dev/log`.
 */

import { AF_UNIX, SOCK_DGRAM, Socket } from "@libc/socket";
import { options, usage } from "./support/arguments.ts";

// From <syslog.h>: a message from a user program, at the usual priority.
const LOG_USER = 1 << 3;
const LOG_NOTICE = 5;

const fail = (): never => usage("syslog.ts [-t tag] [-u socket] message...");
const [{ tag = "deno", socket: path = "/dev/log" }, words] = options(
  { tag: "t", socket: "u" },
  fail,
);
if (words.length === 0) fail();

/** A local time as in `Jan  2 03:04:05`. */
function timestamp(date: Date): string {
  const [, month] = date.toString().split(" ");
  const day = String(date.getDate()).padStart(2);
  return `${month} ${day} ${date.toTimeString().slice(0, 8)}`;
}

using socket = new Socket(AF_UNIX, SOCK_DGRAM);
socket.connect(path);
const message = `<${LOG_USER | LOG_NOTICE}>${timestamp(new Date())} ${tag}: ${
  words.join(" ")
}`;
socket.sendall(new TextEncoder().encode(message));
