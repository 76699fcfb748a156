/** `splice`, awaited: bytes passed on from socket to socket. */

import { instance, optionsLast } from "../errors/arguments.ts";
import type { Address } from "../socket/address/types.ts";
import { handleOf } from "../socket/operations/attempt.ts";
import { byteLimit, Pump } from "../socket/operations/pump.ts";
import { deliverRest, moving } from "../socket/splice.ts";
import { driverOf } from "./base.ts";
import type { WaitOptions } from "./driver.ts";
import { AsyncSocket } from "./socket.ts";
import { driveSteps, type Perform } from "./steps.ts";

/**
 * Passes on the bytes that one socket receives to another socket, until the end of the stream. Like
 * the blocking `splice`.
 *
 * If this rejects, what was received and not yet passed on goes out as far as there is room at
 * once. The rest of it is lost.
 *
 * @param from the socket to receive from
 * @param to the socket to send to
 * @param count how many bytes at most; `null` for all
 * @param options `{ signal }`: aborting it rejects with its reason
 * @returns how many bytes were passed on: fewer than `count` if the stream ended before
 * @throws {TimeoutError} if a socket's timeout runs out
 * @throws {RangeError} if a socket is not of type `SOCK_STREAM`, or `count` is negative
 * @throws {OSError} if receiving or sending fails, a socket is closed (`EBADF`), or no descriptor
 * is left for the pipe (`EMFILE`)
 * @see `splice(2)`
 * @category Awaiting
 */
export async function splice(
  from: AsyncSocket<Address>,
  to: AsyncSocket<Address>,
  count: number | null | WaitOptions = null,
  options?: WaitOptions,
): Promise<number> {
  [count = null, options] = optionsLast(count, options);
  instance("from", from, AsyncSocket, "an AsyncSocket");
  instance("to", to, AsyncSocket, "an AsyncSocket");
  const limit = byteLimit(count);
  using pump = new Pump(handleOf(from), handleOf(to));
  await passOn(pump, from, to, limit, options);
  return pump.moved;
}

/** Moves up to `limit` bytes. After a failure, what the pump holds goes out if there is room. */
export async function passOn(
  pump: Pump,
  from: AsyncSocket<Address>,
  to: AsyncSocket<Address>,
  limit: number,
  options?: WaitOptions,
  perform?: Perform,
): Promise<void> {
  try {
    await driveSteps(moving(pump, from, to, limit), options, perform);
  } catch (error) {
    // Not into the middle of what others are sending.
    if (driverOf(to).isFree("write")) deliverRest(pump, to);
    throw error;
  }
}
