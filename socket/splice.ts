/** Forwarding from socket to socket: the steps of `splice`, and the blocking function. */

import { instance } from "../errors/arguments.ts";
import { OSError } from "../errors/errors.ts";
import type { Address } from "./address/types.ts";
import type { SocketBase } from "./base.ts";
import { driveSteps, on, type Steps } from "./driver.ts";
import { type Handle, handleOf } from "./operations/attempt.ts";
import { byteLimit, Pump } from "./operations/pump.ts";
import { Socket } from "./socket.ts";

/**
 * Forwards what a socket receives to another socket, until the end of the stream. Where the kernel
 * has `splice(2)`, the bytes are not copied. Does not shut down or close the sockets. Urgent bytes
 * (`MSG_OOB`) are left out, as `recv()` leaves them out.
 *
 * It pays off for bulk data, as it saves a proxy the copying. Small messages cost a little more
 * than with `recv_into()` and `sendall()`, because each passes through a pipe.
 *
 * Each wait for one of the sockets is limited by that socket's timeout. If this throws, what was
 * received and not yet sent goes out as far as there is room at once. The rest of it is lost.
 *
 * @param from the socket to receive from
 * @param to the socket to send to
 * @param count how many bytes at most; `null` for all
 * @returns how many bytes were forwarded: fewer than `count` if the stream ended first
 * @throws {RangeError} if a socket is not of type `SOCK_STREAM`, or `count` is negative
 * @throws {OSError} if receiving or sending fails, or no descriptor is left for the pipe (`EMFILE`)
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { SHUT_WR, socketpair, splice } from "@libc/socket";
 *
 * const [a, from] = socketpair();
 * const [to, b] = socketpair();
 * using _a = a, _from = from, _to = to, _b = b;
 * a.sendall(new TextEncoder().encode("hello"));
 * a.shutdown(SHUT_WR);
 * assertEquals(splice(from, to), 5);
 * assertEquals(new TextDecoder().decode(b.recv(100)), "hello");
 * ```
 * @category Files
 */
export function splice(
  from: Socket<Address>,
  to: Socket<Address>,
  count: number | null = null,
): number {
  instance("from", from, Socket, "a Socket");
  instance("to", to, Socket, "a Socket");
  const limit = byteLimit(count);
  using pump = new Pump(handleOf(from), handleOf(to));
  try {
    driveSteps(moving(pump, from, to, limit));
  } catch (error) {
    if (to.timeout !== null) deliverRest(pump, to); // without one, it would block
    throw error;
  }
  return pump.moved;
}

/** The steps of moving up to `limit` bytes from one socket to another, with their pump. */
export function* moving(
  pump: Pump,
  from: SocketBase<Address>,
  to: SocketBase<Address>,
  limit: number,
): Steps<void> {
  while (pump.moved < limit) {
    const fill = (handle: Handle) => pump.fill(handle, limit - pump.moved);
    if ((yield* on(from, "read", fill)) === 0) break;
    yield* on(to, "write", pump.drain);
  }
}

/** Sends what the pump of a failed move still holds, as far as there is room at once. */
export function deliverRest(pump: Pump, to: SocketBase<Address>): void {
  try {
    pump.drain(handleOf(to));
  } catch (error) {
    if (!(error instanceof OSError)) throw error; // the first error counts
  }
}
