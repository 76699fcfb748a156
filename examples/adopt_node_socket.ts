/**
 * What `node:net` has opened, with options that Node lacks. No public name shows the descriptor,
 * but Deno's handles can make a duplicate, which we adopt: both are the same connection. Linux.
 *
 *     deno run --allow-ffi --allow-net=127.0.0.1 examples/adopt_node_socket.ts
 *
 * Prints an option before and after, and the round-trip time as the kernel has measured it.
 */

import { once } from "node:events";
import * as net from "node:net";
import {
  type Address,
  AsyncSocket,
  decodeTcpInfo,
  IPPROTO_TCP,
  TCP_INFO,
  TCP_USER_TIMEOUT,
} from "@libc/socket/async";

/** A socket of ours over a duplicate of the descriptor of Node's. */
function adopt(socket: net.Socket | net.Server): AsyncSocket<Address> {
  const { _handle } = socket as unknown as {
    _handle: { fdForIpc?(): number } | null;
  };
  const fd = _handle?.fdForIpc?.() ?? -1;
  if (fd < 0) throw new Error("this socket does not show a descriptor");
  return new AsyncSocket<Address>(null, null, null, fd);
}

const server = net.createServer((connection) => connection.pipe(connection));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as net.AddressInfo;
const client = net.connect(port, "127.0.0.1");
await once(client, "connect");

using ours = adopt(client);
console.log("before:", ours.getsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT));
ours.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, 30_000);
console.log("after:", ours.getsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT));

client.write("hello");
const [echo] = await once(client, "data");
console.log(`echoed: ${echo}`);
const { tcpi_rtt } = decodeTcpInfo(ours.getsockopt(IPPROTO_TCP, TCP_INFO, 256));
console.log(`round-trip time: ${tcpi_rtt} µs`);
client.end();
server.close();
