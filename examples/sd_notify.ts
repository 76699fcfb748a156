/**
 * Reports the state of a service to the service manager, as `sd_notify(3)` does: a Unix datagram to
 * the socket that `$NOTIFY_SOCKET` names.
 *
 *     deno run --allow-ffi --allow-env examples/sd_notify.ts [state...]
 *
 * The state defaults to `READY=1`; others are `STATUS=…`, `RELOADING=1`, `STOPPING=1` and
 * `WATCHDOG=1`.
 */

import { AF_UNIX, SOCK_DGRAM, Socket } from "@libc/socket";

const states = Deno.args.length > 0 ? Deno.args : ["READY=1"];
if (!states.every((state) => /^[A-Z_]+=/.test(state))) {
  console.error("usage: sd_notify.ts [NAME=value...]");
  Deno.exit(2);
}

const path = Deno.env.get("NOTIFY_SOCKET");
if (!path) {
  console.error("No service manager is listening: NOTIFY_SOCKET is not set");
  Deno.exit(1);
}
using socket = new Socket(AF_UNIX, SOCK_DGRAM);
// An @ stands for the NUL with which names in the abstract namespace begin.
socket.connect(path.replace(/^@/, "\0"));
socket.sendall(new TextEncoder().encode(states.join("\n")));
