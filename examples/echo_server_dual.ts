/**
 * The second echo server of Python's documentation: listens on the first address that works, IPv6
 * or IPv4, of those that `getaddrinfo` returns. It serves one client and ends.
 *
 *     deno run --allow-ffi examples/echo_server_dual.ts [host] [port]
 *
 * Without a host it listens on all interfaces; the port defaults to 50007. With port 0 the system
 * chooses one, which is printed on standard error.
 */

import {
  AF_UNSPEC,
  AI_PASSIVE,
  getaddrinfo,
  type Inet6Address,
  type InetAddress,
  OSError,
  SOCK_STREAM,
  Socket,
} from "@libc/socket";

const [host = "", port = "50007"] = Deno.args;

function listen(): Socket | undefined {
  const found = getaddrinfo(
    host || null,
    Number(port),
    AF_UNSPEC,
    SOCK_STREAM,
    0,
    AI_PASSIVE,
  );
  for (const [family, type, proto, _canonname, address] of found) {
    let socket: Socket;
    try {
      socket = new Socket(family, type, proto);
    } catch (error) {
      if (error instanceof OSError) continue;
      throw error;
    }
    try {
      socket.bind(address);
      socket.listen(1);
      return socket;
    } catch (error) {
      socket.close();
      if (!(error instanceof OSError)) throw error;
    }
  }
}

const listener = listen();
if (listener === undefined) {
  console.log("could not open socket");
  Deno.exit(1);
}
console.error("Listening on", listener.getsockname());

const [connection, address] = listener.accept();
using _ = connection;
const [client, ...rest] = address as InetAddress | Inet6Address;
console.log(`Connected by ('${client}', ${rest.join(", ")})`);
try {
  for (;;) {
    const data = connection.recv(1024);
    if (data.length === 0) break;
    connection.sendall(data);
  }
} catch (error) {
  // A client may also leave without a proper end, which resets the connection.
  if (!(error instanceof OSError)) throw error;
  console.log(error.message);
}
