/**
 * An echo server for many clients at once: non-blocking sockets on a selector, until Ctrl-C.
 *
 *     deno run --allow-ffi examples/multiconn_server.ts <host> <port>
 *
 * With port 0 the system chooses one, which the first line shows. The client is
 * multiconn_client.ts.
 */

import {
  BlockingIOError,
  create_server,
  type InetAddress,
  interruptible,
  KeyboardInterrupt,
  OSError,
  type Socket,
} from "@libc/socket";
import { repr } from "@libc/socket/bytes";
import {
  DefaultSelector,
  EVENT_READ,
  EVENT_WRITE,
  type SelectorKey,
} from "@libc/socket/selectors";

type TcpSocket = Socket<InetAddress>;

/**
 * A client: it is written to while some of what it sent is still to be echoed, and else read from.
 */
interface Connection {
  /** The client's address, as Python shows it. */
  readonly address: string;
  pending: Uint8Array;
}

const [host, port] = Deno.args;
if (port === undefined) {
  console.error("usage: multiconn_server.ts <host> <port>");
  Deno.exit(2);
}

using selector = new DefaultSelector<Connection | null, TcpSocket>();
/** When to accept again after a failure; 0 if nothing failed. */
let pausedUntil = 0;

function accept(listener: TcpSocket): void {
  const [socket, [client, clientPort]] = listener.accept();
  const address = `('${client}', ${clientPort})`;
  console.log(`Accepted connection from ${address}`);
  socket.setblocking(false);
  selector.register(socket, EVENT_READ, { address, pending: new Uint8Array() });
}

function serve(
  socket: TcpSocket,
  connection: Connection,
  events: number,
): void {
  if (events & EVENT_READ) {
    connection.pending = socket.recv(1024);
    if (connection.pending.length === 0) return close(socket, connection);
    selector.modify(socket, EVENT_WRITE, connection);
  } else {
    const { address, pending } = connection;
    console.log(`Echoing ${repr(pending)} to ${address}`);
    connection.pending = pending.subarray(socket.send(pending));
    if (connection.pending.length > 0) return;
    selector.modify(socket, EVENT_READ, connection);
  }
}

function close(socket: TcpSocket, { address }: Connection): void {
  console.log(`Closing connection to ${address}`);
  selector.unregister(socket);
  socket.close();
}

/** Serves a ready socket; a client that fails is no reason to leave the others. */
function dispatch(
  { fileobj: socket, data }: SelectorKey<Connection | null, TcpSocket>,
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
    if (data !== null) return close(socket, data);
    // At too many open files the listener stays ready: it is left alone for a second.
    selector.unregister(socket);
    pausedUntil = performance.now() + 1000;
  }
}

using listener = create_server([host, Number(port)]);
console.log(`Listening on ('${host}', ${listener.getsockname()[1]})`);
listener.setblocking(false);
selector.register(listener, EVENT_READ, null);
try {
  using _ = interruptible();
  for (;;) {
    const ready = selector.select(pausedUntil > 0 ? 1 : null);
    for (const [key, events] of ready) dispatch(key, events);
    if (pausedUntil > 0 && performance.now() >= pausedUntil) {
      pausedUntil = 0;
      selector.register(listener, EVENT_READ, null);
    }
  }
} catch (error) {
  if (!(error instanceof KeyboardInterrupt)) throw error;
  console.log("Caught keyboard interrupt, exiting");
}
