/**
 * A socket as a Node stream: `node:tls`, `node:http`, `node:https` and `node:http2`, and clients
 * and servers from npm, over any socket of this library.
 *
 * So they get what Node and Deno do not offer them: a Unix socket that knows its peer, a socket
 * bound to a device, one with `TCP_USER_TIMEOUT`, a listener that the service manager made, vsock,
 * a descriptor that another process sent. `--allow-net` is not needed.
 *
 * What is known of Node's protocols as Deno has them stands in docs/from_deno_and_node.md.
 *
 * @example HTTP over a pair of Unix sockets
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { once } from "node:events";
 * import * as http from "node:http";
 * import { text } from "node:stream/consumers";
 * import { socketpair } from "@libc/socket/async";
 * import { duplex } from "@libc/socket/node";
 *
 * const [a, b] = await socketpair();
 *
 * const server = http.createServer((request, response) => {
 *   response.end(`you asked for ${request.url}`);
 * });
 * server.emit("connection", duplex(a)); // of a listener: for each accepted socket
 *
 * const request = http.get({ path: "/hello", createConnection: () => duplex(b) });
 * const [response] = await once(request, "response");
 * assertEquals(await text(response), "you asked for /hello");
 * ```
 *
 * @module
 */

export {
  duplex,
  type SetKeepAliveOptions,
  SocketDuplex,
  type SocketDuplexOptions,
} from "./node/duplex.ts";
export type { ConnectOptions } from "./node/connecting.ts";
