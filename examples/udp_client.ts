/**
 * The echo client over UDP: sends a message and waits at most five seconds for its echo.
 *
 *     deno run --allow-ffi examples/udp_client.ts [host] [port] [message]
 *
 * Host and port default to `localhost` and 10000.
 */

import { AF_INET, SOCK_DGRAM, Socket, TimeoutError } from "@libc/socket";
import { repr } from "@libc/socket/bytes";

const [
  host = "localhost",
  port = "10000",
  message = "This is the message.  It will be repeated.",
] = Deno.args;

using socket = new Socket(AF_INET, SOCK_DGRAM);
socket.settimeout(5);
const bytes = new TextEncoder().encode(message);
console.log("sending", repr(bytes));
socket.sendto(bytes, [host, Number(port)]);
console.log("waiting to receive");
try {
  const [data] = socket.recvfrom(65535);
  console.log("received", repr(data));
} catch (error) {
  // A datagram can get lost without any notice.
  if (!(error instanceof TimeoutError)) throw error;
  console.log("no answer");
  Deno.exitCode = 1;
}
