/**
 * Python's `socket` module, awaiting: the functions of `mod.ts` that may wait return promises here,
 * and all others are the same. The class is {@linkcode AsyncSocket}.
 *
 * Each operation that may wait takes `{ signal }` as its last argument. Beside Python's interface,
 * an `AsyncSocket` has Deno's: `for await` over connections, `readable` and `writable` streams,
 * `await using`, and the `Deno.Conn` interface.
 *
 * @example An echo server and a client
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "./async.ts";
 *
 * async function echo(connection: socket.AsyncSocket): Promise<void> {
 *   using _ = connection;
 *   try {
 *     for (;;) {
 *       const data = await connection.recv(65536);
 *       if (data.length === 0) break;
 *       await connection.sendall(data);
 *     }
 *   } catch (error) {
 *     // A client that resets its connection is no reason to leave the others.
 *     if (!(error instanceof socket.OSError)) throw error;
 *   }
 * }
 *
 * await using server = await socket.create_server(["127.0.0.1", 0]);
 * const serving = (async () => {
 *   // Not awaited: all clients are served at the same time.
 *   for await (const [connection] of server) echo(connection);
 * })();
 *
 * const client = await socket.create_connection(server.getsockname());
 * await client.sendall(new TextEncoder().encode("hello"));
 * client.shutdown(socket.SHUT_WR);
 * const reply = await new Response(client.readable).text();
 * assertEquals(reply, "hello");
 * client.close();
 * server.close();
 * await serving;
 * ```
 *
 * @module
 */

export * from "./mod.ts";

// These replace the blocking ones of mod.ts.
export { AsyncSocketBase } from "./async/base.ts";
export { AsyncSocket, AsyncSocket as SocketType } from "./async/socket.ts";
export type { ConnectionsOptions } from "./async/connections.ts";
export type { WaitOptions } from "./async/driver.ts";
export type { DenoAddress } from "./async/deno_address.ts";
export { recv_fds, send_fds } from "./async/fds.ts";
export { create_connection, create_server } from "./async/connect.ts";
export { type Relay, relay, type RelayOptions } from "./async/relay.ts";
export {
  createListeners,
  createUnixListener,
  type Handler,
  type HandlerContext,
  serve,
  type ServeOptions,
} from "./async/serve.ts";
export { splice } from "./async/splice.ts";
export { ZeroCopySender } from "./async/zero_copy.ts";
export {
  fromfd,
  fromshare,
  notify_closing,
  socketpair,
  wait_readable,
  wait_writable,
} from "./async/descriptors.ts";
export {
  getaddrinfo,
  getfqdn,
  gethostbyaddr,
  gethostbyname,
  gethostbyname_ex,
  getnameinfo,
} from "./async/lookup.ts";
