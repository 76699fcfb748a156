/**
 * Sockets that call handlers: for servers with many connections, this costs the processor less for
 * each request than awaiting does.
 *
 * {@linkcode serve}, {@linkcode connect} and {@linkcode serveDatagrams} take an object of handlers
 * (`open`, `data`, `drain`, `end`, `close`, `error`). All sockets may share it, and each handler
 * gets the socket as its first argument. {@linkcode StreamSocket.write} never waits: it returns how
 * much it took, and `drain` is called when there is room again. Addresses, options and errors are
 * those of the library's other modules.
 *
 * @example An echo server and a client
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { connect, serve } from "@libc/socket/handlers";
 *
 * const server = await serve(["127.0.0.1", 0], {
 *   // What does not fit is lost here: docs/blocking_and_awaiting.md shows how to keep it.
 *   data: (socket, data) => void socket.write(data),
 * });
 *
 * const reply = Promise.withResolvers<string>();
 * await connect(server.getsockname(), {
 *   open: (socket) => void socket.write(new TextEncoder().encode("hello")),
 *   data(socket, data) {
 *     reply.resolve(new TextDecoder().decode(data));
 *     socket.close();
 *   },
 * });
 * assertEquals(await reply.promise, "hello");
 * await server.stop();
 * ```
 *
 * @module
 */

export {
  attach,
  connect,
  type ConnectOptions,
  type DatagramOptions,
  type Given,
  serve,
  serveDatagrams,
  type ServeOptions,
} from "./handlers/open.ts";
export type { EngineName } from "./handlers/engine.ts";
export type { Handlers } from "./handlers/channel.ts";
export {
  type DatagramHandlers,
  DatagramSocket,
  type Sender,
} from "./handlers/datagram.ts";
export { type StreamHandlers, StreamSocket } from "./handlers/stream.ts";
export { sendEach } from "./handlers/send_each.ts";
export { HandlerSocket } from "./handlers/socket.ts";
export {
  type ConnectionOptions,
  Server,
  type ServerOptions,
  type StopOptions,
} from "./handlers/server.ts";
