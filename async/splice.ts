/** Bytes passed on from socket to socket, awaiting. */

import { SHUT_WR } from "../constants/mod.ts";
import type { Address } from "../socket/address/types.ts";
import type { AsyncSocket } from "./socket.ts";
import type { WaitOptions } from "./driver.ts";
import { OSError } from "../errors/errors.ts";
import { ENOTCONN } from "../errors/errno.ts";
import { splicing } from "../socket/splice.ts";
import { driveSteps } from "./steps.ts";

/**
 * Passes on what a socket receives to another socket. Like the blocking `splice`.
 *
 * @param from the socket to receive from
 * @param to the socket to send to
 * @param count how many bytes at most; `null` for all
 * @param options a signal
 */
export function splice(
  from: AsyncSocket<Address>,
  to: AsyncSocket<Address>,
  count: number | null = null,
  options?: WaitOptions,
): Promise<number> {
  return driveSteps(splicing(from, to, count), options);
}

/**
 * Makes two connections one: passes on what each of two sockets receives to the other, as
 * {@linkcode splice} does, until both streams have ended. The end of the one is passed on at once
 * (`SHUT_WR`) while the other goes on. Neither socket is closed.
 *
 * When one direction fails, or the signal aborts, the other one ends too, and this rejects with what
 * came first.
 *
 * @param a a socket
 * @param b another one
 * @param options a signal
 * @returns how many bytes were passed on from `a` to `b`, and from `b` to `a`
 * @throws {RangeError} if a socket is not of type `SOCK_STREAM`
 * @throws {OSError} if receiving or sending fails, or no descriptor is left for the pipes (`EMFILE`)
 *
 * @example A proxy
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { create_connection, create_server, relay, SHUT_WR } from "../async.ts";
 *
 * using origin = await create_server(["127.0.0.1", 0]);
 * using proxy = await create_server(["127.0.0.1", 0]);
 * const client = await create_connection(proxy.getsockname());
 * const [near] = await proxy.accept();
 * const far = await create_connection(origin.getsockname());
 * const [server] = await origin.accept();
 *
 * const relaying = relay(near, far);
 * await client.sendall(new TextEncoder().encode("hello"));
 * client.shutdown(SHUT_WR);
 * await server.sendall(await server.recv(100));
 * server.close();
 * assertEquals(await relaying, [5, 5]);
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "hello");
 * for (const socket of [client, near, far]) socket.close();
 * ```
 */
export async function relay(
  a: AsyncSocket<Address>,
  b: AsyncSocket<Address>,
  options: WaitOptions = {},
): Promise<[sent: number, received: number]> {
  const failure = new AbortController();
  const signal = options.signal === undefined
    ? failure.signal
    : AbortSignal.any([failure.signal, options.signal]);
  const pass = async (
    from: AsyncSocket<Address>,
    to: AsyncSocket<Address>,
  ): Promise<number> => {
    try {
      const count = await splice(from, to, null, { signal });
      endOf(to);
      return count;
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  };
  const [sent, received] = await Promise.allSettled([pass(a, b), pass(b, a)]);
  signal.throwIfAborted();
  return [sent, received].map((result) =>
    (result as PromiseFulfilledResult<number>).value
  ) as [number, number];
}

/** Passes an end on, if the connection is not gone: then receiving from it tells why. */
function endOf(socket: AsyncSocket<Address>): void {
  try {
    socket.shutdown(SHUT_WR);
  } catch (error) {
    if (!(error instanceof OSError) || error.errno !== ENOTCONN) throw error;
  }
}
