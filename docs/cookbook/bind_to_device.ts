/**
 * Sending by one interface whatever the routes say: the socket is bound to a device. Linux; no
 * privilege is needed since 5.7, as long as the socket is not bound to another device.
 *
 *     deno run --allow-ffi docs/cookbook/bind_to_device.ts [interface]
 *
 * The interface defaults to `lo`.
 */

import * as socket from "@libc/socket";

const ifname = Deno.args[0] ?? "lo";

using listener = socket.create_server(["127.0.0.1", 0]);

using client = new socket.Socket();
// Before connect(), which chooses the route. Options that are text take bytes.
client.setsockopt(
  socket.SOL_SOCKET,
  socket.SO_BINDTODEVICE,
  new TextEncoder().encode(ifname),
);
client.connect(listener.getsockname());

const name = client.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16);
console.log("bound to", new TextDecoder().decode(name).replace(/\0.*/, ""));
