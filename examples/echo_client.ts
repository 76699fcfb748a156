/**
 * The echo client of Python's documentation, over IPv4.
 *
 *     deno run --allow-ffi examples/echo_client.ts [host] [port]
 *
 * Host and port default to `localhost` and 50007.
 */

import { AF_INET, SOCK_STREAM, Socket } from "@libc/socket";
import { b, repr } from "@libc/socket/bytes";

const [host = "localhost", port = "50007"] = Deno.args;

using socket = new Socket(AF_INET, SOCK_STREAM);
socket.connect([host, Number(port)]);
socket.sendall(b("Hello, world"));
const data = socket.recv(1024);
console.log("Received", repr(data));
