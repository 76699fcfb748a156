/**
 * Sends the time to everyone on the network, every two seconds until Ctrl-C.
 *
 *     deno run --allow-ffi examples/broadcast_sender.ts [address] [port]
 *
 * The address defaults to `<broadcast>`, which is the whole local network, and the port to 50000.
 * What is sent to `127.255.255.255` stays on this machine.
 */

import {
  AF_INET,
  SO_BROADCAST,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} from "@libc/socket";

const [host = "<broadcast>", port = "50000"] = Deno.args;

using socket = new Socket(AF_INET, SOCK_DGRAM);
// Without this, sending fails, so that nobody broadcasts by mistake.
socket.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
for (;;) {
  const time = new Date().toISOString();
  socket.sendto(new TextEncoder().encode(time), [host, Number(port)]);
  console.log(`sent ${time}`);
  await new Promise((resolve) => setTimeout(resolve, 2000));
}
