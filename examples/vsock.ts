/**
 * A virtual machine and its host, connected without a network: an echo server on a vsock, and its
 * client. Linux.
 *
 *     deno run --allow-ffi examples/vsock.ts serve [port]
 *     deno run --allow-ffi examples/vsock.ts send [cid] [port] [text]
 *
 * Machines have numbers (CID): the host is 2, and 1 is this machine itself, which needs the
 * kernel's module `vsock_loopback` and is the default. The port defaults to 50015.
 */

import {
  AF_VSOCK,
  AsyncSocket,
  serve,
  SOCK_STREAM,
  VMADDR_CID_ANY,
  VMADDR_CID_LOCAL,
  type VsockAddress,
} from "@libc/socket/async";

async function echo(connection: AsyncSocket<VsockAddress>): Promise<void> {
  const [cid] = connection.getpeername();
  console.log(`machine ${cid} has connected`);
  for (let data; (data = await connection.recv(4096)).length > 0;) {
    await connection.sendall(data);
  }
}

async function listen(port: number): Promise<void> {
  const listener = new AsyncSocket(AF_VSOCK, SOCK_STREAM);
  listener.bind([VMADDR_CID_ANY, port]);
  listener.listen();
  console.error("Listening on", listener.getsockname());
  await serve(listener, echo);
}

async function send(cid: number, port: number, text: string): Promise<void> {
  using socket = new AsyncSocket(AF_VSOCK, SOCK_STREAM);
  await socket.connect([cid, port]);
  await socket.sendall(new TextEncoder().encode(text));
  console.log(new TextDecoder().decode(await socket.recv(4096)));
}

const [what, ...args] = Deno.args;
if (what === "serve") {
  const [port = "50015"] = args;
  await listen(Number(port));
} else if (what === "send") {
  const [cid = VMADDR_CID_LOCAL, port = "50015", text = "hello"] = args;
  await send(Number(cid), Number(port), text);
} else {
  console.error("usage: vsock.ts serve [port] | send [cid] [port] [text]");
  Deno.exit(2);
}
