/** Waiting for urgent data. */

import { instance } from "../errors/arguments.ts";
import { E_BAD_SOCKET, osError } from "../errors/errors.ts";
import type { Address } from "../socket/address/types.ts";
import { urgentAttempt } from "../socket/operations/urgent.ts";
import { drive } from "./base.ts";
import type { WaitOptions } from "./driver.ts";
import { AsyncSocket } from "./socket.ts";

/**
 * Waits until a connection has urgent data, which `recv(1, MSG_OOB)` takes. Like the blocking
 * `waitUrgent`. It does not wait behind operations that receive, and these do not wait behind it.
 * A `recv(1, MSG_OOB)` that directly follows it comes before those that wait, which on Linux would
 * drop the urgent data by receiving what is behind it.
 *
 * On Linux an event ends the wait. Other systems have none: there it looks every 5 ms.
 *
 * @param socket a connected stream socket
 * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
 * @returns true if there is urgent data; false if there is none, and the peer has ended sending or
 * the connection has failed
 * @throws {TimeoutError} if the socket's timeout runs out
 * @throws {OSError} if the socket is closed (`EBADF`)
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "@libc/socket/async";
 *
 * await using server = await socket.create_server(["127.0.0.1", 0]);
 * const client = await socket.create_connection(server.getsockname());
 * using _client = client;
 * const [connection] = await server.accept();
 * using _connection = connection;
 * const urgent = socket.waitUrgent(connection);
 * await client.send(new TextEncoder().encode("!"), socket.MSG_OOB);
 * assertEquals(await urgent, true);
 * assertEquals(await connection.recv(1, socket.MSG_OOB), new TextEncoder().encode("!"));
 * ```
 * @see `tcp(7)`
 * @category Awaiting
 */
export async function waitUrgent(
  socket: AsyncSocket<Address>,
  options?: WaitOptions,
): Promise<boolean> {
  instance("socket", socket, AsyncSocket, "an AsyncSocket");
  if (socket.fileno() < 0) throw osError(E_BAD_SOCKET, "poll");
  return await drive(
    socket,
    "urgent",
    options,
    urgentAttempt,
  );
}
