/**
 * The echo client of Python's documentation, over IPv4.
 *
 *     deno run --allow-ffi examples/echo_client.ts [host] [port]
 *
 * Host and port default to `localhost` and 50007.
 */

import { AF_INET, SOCK_STREAM, Socket } from "@libc/socket";
import { endpoint } from "./support/arguments.ts";
import { repr } from "./support/python_repr.ts";

const [host, port] = endpoint(
  "echo_client.ts [host] [port]",
  "localhost",
  50007,
);

using socket = new Socket(AF_INET, SOCK_STREAM);
socket.connect([host, port]);
socket.sendall(new TextEncoder().encode("Hello, world"));
const data = socket.recv(1024);
console.log("Received", repr(data));
