/**
 * The echo server of Python's documentation of `selectors`: each socket is registered with the
 * function that serves it. It runs until Ctrl-C.
 *
 *     deno run --allow-ffi examples/selectors_echo.ts [host] [port]
 *
 * Host and port default to `localhost` and 1234; with port 0 the system chooses one, which is
 * printed on standard error.
 */

import {
  create_server,
  type InetAddress,
  OSError,
  type Socket,
} from "@libc/socket";
import { repr } from "@libc/socket/bytes";
import { DefaultSelector, EVENT_READ } from "@libc/socket/selectors";

const [host = "localhost", port = "1234"] = Deno.args;

type TcpSocket = Socket<InetAddress>;

using selector = new DefaultSelector<(socket: TcpSocket) => void, TcpSocket>();

function accept(listener: TcpSocket): void {
  const [connection, [client, clientPort]] = listener.accept();
  console.log(`accepted ${connection} from ('${client}', ${clientPort})`);
  connection.setblocking(false);
  selector.register(connection, EVENT_READ, read);
}

function read(connection: TcpSocket): void {
  const data = connection.recv(1000);
  if (data.length > 0) {
    console.log("echoing", repr(data), "to", connection);
    // Throws if the client does not read its echo; multiconn_server.ts waits for it instead.
    connection.sendall(data);
  } else {
    close(connection);
  }
}

function close(connection: TcpSocket): void {
  console.log("closing", connection);
  selector.unregister(connection);
  connection.close();
}

/**
 * Does nothing for a while: at too many open files the listener stays ready, and accepting fails
 * until a client leaves.
 */
function sleep(seconds: number): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(nothing, 0, 0, seconds * 1000);
}

using listener = create_server([host, Number(port)]);
console.error("Listening on", listener.getsockname());
listener.setblocking(false);
selector.register(listener, EVENT_READ, accept);
for (;;) {
  for (const [{ data: callback, fileobj }] of selector.select()) {
    try {
      callback(fileobj);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      console.log(error.message);
      if (fileobj === listener) sleep(0.1);
      else close(fileobj);
    }
  }
}
