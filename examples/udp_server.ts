/**
 * The echo server over UDP: sends each datagram back to where it came from, until Ctrl-C. As simple
 * as it is, it is for networks you trust: anyone can send a datagram under another's address, and
 * have the echo sent there.
 *
 *     deno run --allow-ffi examples/udp_server.ts [host] [port]
 *
 * Host and port default to `localhost` and 10000; with port 0 the system chooses one, which is
 * printed on standard error.
 */

import { AF_INET, OSError, SOCK_DGRAM, Socket } from "@libc/socket";

const [host = "localhost", port = "10000"] = Deno.args;

using socket = new Socket(AF_INET, SOCK_DGRAM);
socket.bind([host, Number(port)]);
console.error("Listening on", socket.getsockname());

for (;;) {
  try {
    const [data, address] = socket.recvfrom(65535);
    const from = `('${address[0]}', ${address[1]})`;
    console.log(`received ${data.length} bytes from ${from}`);
    const sent = socket.sendto(data, address);
    console.log(`sent ${sent} bytes back to ${from}`);
  } catch (error) {
    // The address may be forged: to some, port 0 for one, nothing can be sent.
    if (!(error instanceof OSError)) throw error;
    console.log(error.message);
  }
}
