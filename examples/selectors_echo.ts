/**
 * The echo server of Python's documentation of `selectors`: each socket is registered with the
 * function that serves it. Until Ctrl-C.
 *
 *     deno run --allow-ffi examples/selectors_echo.ts [host] [port]
 *
 * Host and port are `localhost` and 1234 if left out; with port 0 the system chooses one, and it is
 * told on standard error.
 */

import { create_server, type Socket } from "../mod.ts";
import { DefaultSelector, EVENT_READ } from "../selectors.ts";
import { endpoint } from "./support/arguments.ts";
import { repr, tuple } from "./support/python_repr.ts";

const address = endpoint("selectors_echo.ts [host] [port]", "localhost", 1234);

using selector = new DefaultSelector<(socket: Socket) => void, Socket>();

function accept(listener: Socket): void {
  const [connection, address] = listener.accept();
  console.log("accepted", connection, "from", tuple(address));
  connection.setblocking(false);
  selector.register(connection, EVENT_READ, read);
}

function read(connection: Socket): void {
  const data = connection.recv(1000);
  if (data.length > 0) {
    console.log("echoing", repr(data), "to", connection);
    connection.send(data); // what does not fit now is lost: multiconn_server.ts is the careful one
  } else {
    console.log("closing", connection);
    selector.unregister(connection);
    connection.close();
  }
}

using listener = create_server(address);
console.error("Listening on", listener.getsockname());
listener.setblocking(false);
selector.register(listener, EVENT_READ, accept);
for (;;) {
  for (const [{ data: callback, fileobj }] of selector.select()) {
    callback(fileobj);
  }
}
