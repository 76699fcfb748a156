/** `splice` and `relay`, awaited: bytes passed on from socket to socket. */

import { SHUT_WR } from "../constants/mod.ts";
import { instance } from "../errors/arguments.ts";
import { ENOTCONN } from "../errors/errno.ts";
import { OSError } from "../errors/errors.ts";
import type { Address } from "../socket/address/types.ts";
import { splicing } from "../socket/splice.ts";
import { signalOf, type WaitOptions } from "./driver.ts";
import { AsyncSocket } from "./socket.ts";
import { driveSteps } from "./steps.ts";

/**
 * Passes on the bytes that one socket receives to another socket, until the end of the stream. Like
 * the blocking `splice`.
 *
 * @param from the socket to receive from
 * @param to the socket to send to
 * @param count how many bytes at most; `null` for all
 * @param options `{ signal }`: aborting it rejects with its reason; bytes received and not
 * yet passed on are lost
 * @returns how many bytes were passed on: fewer than `count` if the stream ended before
 * @throws {TimeoutError} if a socket's timeout runs out
 * @throws {RangeError} if a socket is not of type `SOCK_STREAM`, or `count` is negative
 * @throws {OSError} if receiving or sending fails, a socket is closed (`EBADF`), or no descriptor
 * is left for the pipe (`EMFILE`)
 */
export async function splice(
  from: AsyncSocket<Address>,
  to: AsyncSocket<Address>,
  count: number | null = null,
  options?: WaitOptions,
): Promise<number> {
  instance("from", from, AsyncSocket, "an AsyncSocket");
  instance("to", to, AsyncSocket, "an AsyncSocket");
  return await driveSteps(splicing(from, to, count), options);
}

/**
 * Joins two connections: passes on the bytes that each of two sockets receives to the other, as
 * {@linkcode splice} does, until both streams have ended. The end of one stream is passed on at
 * once (`SHUT_WR`) while the other stream continues. Neither socket is closed.
 *
 * When one direction fails, or the signal aborts, the other direction ends too, and this rejects
 * with the first error, or the signal's reason.
 *
 * @param a a socket
 * @param b another socket
 * @param options `{ signal }`: aborting it ends both directions
 * @returns how many bytes were passed on from `a` to `b`, and from `b` to `a`
 * @throws {TimeoutError} if a socket's timeout runs out
 * @throws {RangeError} if a socket is not of type `SOCK_STREAM`
 * @throws {OSError} if receiving or sending fails, a socket is closed (`EBADF`), or no descriptor
 * is left for the pipes (`EMFILE`)
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
  options?: WaitOptions,
): Promise<[sent: number, received: number]> {
  instance("a", a, AsyncSocket, "an AsyncSocket");
  instance("b", b, AsyncSocket, "an AsyncSocket");
  const given = signalOf(options);
  const failure = new AbortController();
  const signal = given === undefined
    ? failure.signal
    : AbortSignal.any([failure.signal, given]);
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

/** Passes on the end of a stream. If the connection is gone, receiving from it reports why. */
function endOf(socket: AsyncSocket<Address>): void {
  try {
    socket.shutdown(SHUT_WR);
  } catch (error) {
    if (!(error instanceof OSError) || error.errno !== ENOTCONN) throw error;
  }
}
