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
 * import { create_connection, create_server, type Socket } from "./mod.ts";
 * import { DefaultSelector, EVENT_READ } from "./selectors.ts";
 *
 * using selector = new DefaultSelector<(socket: Socket) => void, Socket>();
 *
 * function accept(listener: Socket): void {
 *   const [connection] = listener.accept();
 *   connection.setblocking(false);
 *   selector.register(connection, EVENT_READ, echo);
 * }
 *
 * function echo(connection: Socket): void {
 *   const data = connection.recv(1000);
 *   if (data.length > 0) return connection.sendall(data);
 *   selector.unregister(connection);
 *   connection.close();
 * }
 *
 * using server = create_server(["127.0.0.1", 0]);
 * server.setblocking(false);
 * selector.register(server, EVENT_READ, accept);
 *
 * using client = create_connection(server.getsockname());
 * client.sendall(new TextEncoder().encode("hello"));
 * for (let turn = 0; turn < 2; turn++) {
 *   for (const [key] of selector.select()) key.data(key.fileobj);
 * }
 * assertEquals(new TextDecoder().decode(client.recv(100)), "hello");
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
