/**
 * Serves connections that another process accepted: fd_sender.ts, which passes their descriptors.
 * Ctrl-C ends it and removes the path.
 *
 *     deno run --allow-ffi --allow-write examples/fd_receiver.ts path
 *
 * The path is that of the Unix socket over which the descriptors arrive.
 */

import {
  AF_UNIX,
  close,
  interruptible,
  KeyboardInterrupt,
  OSError,
  recv_fds,
  SOCK_DGRAM,
  Socket,
} from "@libc/socket";
import { b } from "@libc/socket/bytes";

const [path] = Deno.args;
if (path === undefined) {
  console.error("usage: fd_receiver.ts path");
  Deno.exit(2);
}

/** Makes a socket of a passed descriptor, which is ours to close even if it is not a socket. */
function adopt(fd: number): Socket {
  try {
    return new Socket(null, null, null, fd);
  } catch (error) {
    close(fd);
    throw error;
  }
}

/** Serves the client of a connection that was passed. */
function serve(fd: number): void {
  try {
    using connection = adopt(fd);
    // So short a greeting fits at once, or else the client does not read: no reason to wait for it.
    connection.setblocking(false);
    connection.sendall(b("Hello from the receiver\n"));
    console.log(`served ${[connection.getpeername()].flat().join(":")}`);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log(`could not serve a client: ${error.strerror}`);
  }
}

using _ = interruptible();
using socket = new Socket(AF_UNIX, SOCK_DGRAM);
socket.bind(path);
try {
  console.error("Listening on", socket.getsockname());
  for (;;) {
    const [, fds] = recv_fds(socket, 1, 1);
    fds.forEach(serve);
  }
} catch (error) {
  if (!(error instanceof KeyboardInterrupt)) throw error;
} finally {
  Deno.removeSync(path);
}
