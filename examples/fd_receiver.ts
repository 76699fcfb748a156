/**
 * Serves connections that another process has accepted and passes on by their descriptors, which
 * fd_sender.ts does. Ctrl-C ends it, and removes the path.
 *
 *     deno run --allow-ffi --allow-write examples/fd_receiver.ts path
 *
 * The path is that of the Unix socket over which the descriptors come.
 */

import {
  AF_UNIX,
  OSError,
  recv_fds,
  SOCK_DGRAM,
  Socket,
  TimeoutError,
} from "../mod.ts";
import { usage } from "./support/arguments.ts";
import { Interrupt } from "./support/interrupt.ts";

const fail = (): never =>
  usage("fd_receiver.ts path", "--allow-ffi --allow-write");
const [path = fail(), ...rest] = Deno.args;
if (rest.length > 0) fail();

/** Serves the client of a connection that was passed: its descriptor is ours to close. */
function serve(fd: number): void {
  using connection = new Socket(null, null, null, fd);
  try {
    connection.sendall(new TextEncoder().encode("Hello from the receiver\n"));
    console.log(`served ${connection.getpeername().join(":")}`);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log(`a client has left: ${error.strerror}`);
  }
}

using interrupt = new Interrupt();
using socket = new Socket(AF_UNIX, SOCK_DGRAM);
socket.bind(path);
socket.settimeout(0.2);
try {
  console.error("Listening on", socket.getsockname());
  while (!await interrupt.pressed()) {
    try {
      const [, fds] = recv_fds(socket, 1, 1);
      fds.forEach(serve);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error; // nothing came yet
    }
  }
} finally {
  Deno.removeSync(path);
}
