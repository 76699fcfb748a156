/** Urgent data (TCP's out-of-band data): where it is, and waiting for it. */

import { instance } from "../errors/arguments.ts";
import {
  E_BAD_SOCKET,
  EINTR,
  EWOULDBLOCK,
  osError,
  timedOut,
} from "../errors/errors.ts";
import { errno } from "../ffi/libc.ts";
import { Deadline, interruptible, throwIfInterrupted } from "../poll/ready.ts";
import type { Address } from "./address/types.ts";
import { SocketBase } from "./base.ts";
import { handleOf } from "./operations/attempt.ts";
import { isAtMark, urgency } from "./operations/urgent.ts";
import { Socket } from "./socket.ts";

/**
 * Returns whether the socket is at the urgent mark: everything that was sent before the urgent byte
 * has been received. `sockatmark(3)`. Receiving stops at the mark by itself, so that a program can
 * look after each `recv()`.
 *
 * @param socket a connected stream socket
 * @returns whether it is at the mark
 * @throws {OSError} if the socket is closed, or its protocol has no urgent data
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "@libc/socket";
 *
 * using server = socket.create_server(["127.0.0.1", 0]);
 * using client = socket.create_connection(server.getsockname());
 * const [connection] = server.accept();
 * using _ = connection;
 * client.sendall(new TextEncoder().encode("abc"));
 * client.send(new TextEncoder().encode("!"), socket.MSG_OOB);
 * socket.waitUrgent(connection);
 * assertEquals(socket.sockatmark(connection), false);
 * connection.recv(100); // "abc"
 * assertEquals(socket.sockatmark(connection), true);
 * assertEquals(connection.recv(1, socket.MSG_OOB), new TextEncoder().encode("!"));
 * ```
 * @category Messages
 */
export function sockatmark(socket: SocketBase<Address>): boolean {
  instance("socket", socket, SocketBase, "a socket");
  return isAtMark(handleOf(socket).fd);
}

/**
 * Waits until a connection has urgent data, which `recv(1, MSG_OOB)` takes, or with `SO_OOBINLINE`
 * a `recv()` at the mark (see {@linkcode sockatmark}). What the third list of `select(2)` is for.
 * The socket's timeout limits the wait.
 *
 * @param socket a connected stream socket
 * @returns true if there is urgent data; false if there is none, and the peer has ended sending or
 * the connection has failed
 * @throws {TimeoutError} if the socket's timeout runs out
 * @throws {BlockingIOError} if the timeout is 0 and there is none yet
 * @throws {OSError} if the socket is closed
 * @see `tcp(7)`
 * @category Messages
 */
export function waitUrgent(socket: Socket<Address>): boolean {
  instance("socket", socket, Socket, "a Socket");
  const { timeout } = socket;
  const deadline = new Deadline(timeout);
  for (;;) {
    const left = deadline.seconds;
    const found = urgency(openDescriptor(socket), left);
    if (found === undefined && errno() !== EINTR) {
      throw osError(errno(), "poll");
    }
    if (interruptible) throwIfInterrupted();
    if (found) return found === true;
    if (timeout === 0) throw osError(EWOULDBLOCK, "poll");
    if (left === 0) throw timedOut("poll");
  }
}

/** Returns the descriptor of a socket: `poll` takes no notice of one that is closed. */
function openDescriptor(socket: Socket<Address>): number {
  const { fd } = handleOf(socket);
  if (fd < 0) throw osError(E_BAD_SOCKET, "poll");
  return fd;
}
