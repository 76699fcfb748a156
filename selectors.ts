/**
 * Python's `selectors` module: waiting for many sockets at once.
 *
 * A selector blocks this thread, as in Python. To wait without blocking, use the sockets of
 * `async.ts`, which need no selector. Python's `KeyError` and `ValueError` are `RangeError` here,
 * with Python's messages; its `RuntimeError` is `Error`.
 *
 * @example An echo server of one thread
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   BlockingIOError,
 *   create_connection,
 *   create_server,
 *   OSError,
 *   type Socket,
 * } from "@libc/socket";
 * import {
 *   DefaultSelector,
 *   EVENT_READ,
 *   EVENT_WRITE,
 *   type SelectorKey,
 * } from "@libc/socket/selectors";
 *
 * // The data of a client is what is still to be echoed, that of the listener is null.
 * type Data = Uint8Array<ArrayBuffer> | null;
 *
 * using selector = new DefaultSelector<Data, Socket>();
 *
 * function accept(listener: Socket): void {
 *   const [client] = listener.accept();
 *   client.setblocking(false);
 *   selector.register(client, EVENT_READ, new Uint8Array());
 * }
 *
 * function echo(client: Socket, data: Uint8Array<ArrayBuffer>): void {
 *   if (data.length > 0) {
 *     data = data.subarray(client.send(data));
 *   } else {
 *     data = client.recv(1000);
 *     if (data.length === 0) return close(client);
 *   }
 *   // Nothing more is received before the client has read its echo.
 *   selector.modify(client, data.length > 0 ? EVENT_WRITE : EVENT_READ, data);
 * }
 *
 * function close(client: Socket): void {
 *   selector.unregister(client);
 *   client.close();
 * }
 *
 * function serve({ fileobj, data }: SelectorKey<Data, Socket>): void {
 *   try {
 *     if (data === null) accept(fileobj);
 *     else echo(fileobj, data);
 *   } catch (error) {
 *     // A client that resets its connection is no reason to leave the others.
 *     if (!(error instanceof OSError)) throw error;
 *     if (data !== null && !(error instanceof BlockingIOError)) close(fileobj);
 *   }
 * }
 *
 * using server = create_server(["127.0.0.1", 0]);
 * server.setblocking(false);
 * selector.register(server, EVENT_READ, null);
 *
 * using client = create_connection(server.getsockname());
 * client.sendall(new TextEncoder().encode("hello"));
 * for (let turn = 0; turn < 3; turn++) {
 *   for (const [key] of selector.select()) serve(key);
 * }
 * assertEquals(new TextDecoder().decode(client.recv(100)), "hello");
 * client.close();
 * for (const [key] of selector.select()) serve(key); // receives the end, and closes
 * ```
 *
 * @module
 */

export { BaseSelector, type Data } from "./selectors/base.ts";
export {
  EVENT_READ,
  EVENT_WRITE,
  type FileObject,
  SelectorKey,
} from "./selectors/key.ts";
export {
  DefaultSelector,
  EpollSelector,
  KqueueSelector,
  PollSelector,
  type SelectorClass,
  SelectSelector,
} from "./selectors/kinds.ts";
export type { SelectorMapping } from "./selectors/mapping.ts";
