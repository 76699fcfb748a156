/**
 * The second echo client of Python's documentation: tries each address of the host, IPv6 and IPv4.
 *
 *     deno run --allow-ffi examples/echo_client_dual.ts [host] [port]
 *
 * Host and port default to `localhost` and 50007.
 */

import {
  AF_UNSPEC,
  getaddrinfo,
  OSError,
  SOCK_STREAM,
  Socket,
} from "@libc/socket";
import { b, repr } from "@libc/socket/bytes";

const [host = "localhost", port = "50007"] = Deno.args;

function connect(): Socket | undefined {
  const found = getaddrinfo(host, Number(port), AF_UNSPEC, SOCK_STREAM);
  for (const [family, type, proto, _canonname, address] of found) {
    let socket: Socket;
    try {
      socket = new Socket(family, type, proto);
    } catch (error) {
      if (error instanceof OSError) continue;
      throw error;
    }
    try {
      socket.connect(address);
      return socket;
    } catch (error) {
      socket.close();
      if (!(error instanceof OSError)) throw error;
    }
  }
}

using socket = connect();
if (socket === undefined) {
  console.log("could not open socket");
  Deno.exit(1);
}
socket.sendall(b("Hello, world"));
const data = socket.recv(1024);
console.log("Received", repr(data));
