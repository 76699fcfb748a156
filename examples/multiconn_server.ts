/**
 * An echo server for many clients at once: non-blocking sockets on a selector, until Ctrl-C.
 *
 *     deno run --allow-ffi examples/multiconn_server.ts <host> <port>
 *
 * With port 0 the system chooses one, which the first line shows. The client is
 * multiconn_client.ts.
 */

import {
  type Address,
  BlockingIOError,
  create_server,
  interruptible,
  KeyboardInterrupt,
  OSError,
  type Socket,
} from "@libc/socket";
import {
  DefaultSelector,
  EVENT_READ,
  EVENT_WRITE,
  type SelectorKey,
} from "@libc/socket/selectors";
import { portArgument, usage } from "./support/arguments.ts";
import { Pauses } from "./support/pause.ts";
import { repr, tuple } from "./support/python_repr.ts";

/**
 * A client: it is written to while some of what it sent is still to be echoed, and else read from.
 */
interface Connection {
  readonly address: Address;
  pending: Uint8Array;
}

const line = "multiconn_server.ts <host> <port>";
const fail = (): never => usage(line);
const [host = fail(), port = fail(), ...rest] = Deno.args;
if (rest.length > 0) fail();

using selector = new DefaultSelector<Connection | null, Socket>();
const pauses = new Pauses(selector);

function accept(listener: Socket): void {
  const [socket, address] = listener.accept();
  console.log(`Accepted connection from ${tuple(address)}`);
  socket.setblocking(false);
  selector.register(socket, EVENT_READ, { address, pending: new Uint8Array() });
}

function serve(socket: Socket, connection: Connection, events: number): void {
  if (events & EVENT_READ) {
    connection.pending = socket.recv(1024);
    if (connection.pending.length === 0) return close(socket, connection);
    selector.modify(socket, EVENT_WRITE, connection);
  } else {
    const { address, pending } = connection;
    console.log(`Echoing ${repr(pending)} to ${tuple(address)}`);
    connection.pending = pending.subarray(socket.send(pending));
    if (connection.pending.length > 0) return;
    selector.modify(socket, EVENT_READ, connection);
  }
}

function close(socket: Socket, { address }: Connection): void {
  console.log(`Closing connection to ${tuple(address)}`);
  selector.unregister(socket);
  socket.close();
}

/** Serves a ready socket; a client that fails is no reason to leave the others. */
function dispatch(
  { fileobj: socket, data }: SelectorKey<Connection | null, Socket>,
  events: number,
): void {
  try {
    if (data === null) accept(socket);
    else serve(socket, data, events);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    // Readiness is only a hint; if it was wrong, another event will follow.
    if (error instanceof BlockingIOError) return;
    console.error(error.message);
    if (data === null) pauses.begin(socket);
    else close(socket, data);
  }
}

using listener = create_server([host, portArgument(line, port)]);
console.log(`Listening on ${tuple([host, listener.getsockname()[1]])}`);
listener.setblocking(false);
selector.register(listener, EVENT_READ, null);
try {
  using _ = interruptible();
  for (;;) {
    const ready = selector.select(pauses.timeout());
    for (const [key, events] of ready) dispatch(key, events);
  }
} catch (error) {
  if (!(error instanceof KeyboardInterrupt)) throw error;
  console.log("Caught keyboard interrupt, exiting");
}
