/**
 * Several connections at once, each sending two messages: non-blocking sockets on a selector.
 *
 *     deno run --allow-ffi examples/multiconn_client.ts <host> <port> <num_connections>
 *
 * The server is multiconn_server.ts.
 */

import {
  BlockingIOError,
  errno,
  errorName,
  type InetAddress,
  interruptible,
  KeyboardInterrupt,
  OSError,
  Socket,
} from "@libc/socket";
import { b, repr } from "@libc/socket/bytes";
import {
  DefaultSelector,
  EVENT_READ,
  EVENT_WRITE,
  type SelectorKey,
} from "@libc/socket/selectors";

interface Connection {
  readonly id: number;
  readonly messages: Uint8Array[];
  /** The rest of the message that is being sent. */
  pending: Uint8Array;
  /** How many bytes are still to come back. */
  missing: number;
}

const [host, port, count] = Deno.args;
if (!/^\d+$/.test(count)) {
  console.error("usage: multiconn_client.ts <host> <port> <num_connections>");
  Deno.exit(2);
}
const address: InetAddress = [host, Number(port)];

const messages = [b("Message 1 from client."), b("Message 2 from client.")];
const total = messages.reduce((sum, { length }) => sum + length, 0);

using selector = new DefaultSelector<Connection, Socket>();

function start(id: number): void {
  console.log(`Starting connection ${id} to ('${host}', ${port})`);
  const socket = new Socket();
  socket.setblocking(false);
  const failure = socket.connect_ex(address);
  // Connecting is in progress; Windows reports that by EWOULDBLOCK.
  if (![0, errno.EINPROGRESS, errno.EWOULDBLOCK].includes(failure)) {
    socket.close();
    return failed(id, errorName(failure));
  }
  selector.register(socket, EVENT_READ | EVENT_WRITE, {
    id,
    messages: [...messages],
    pending: new Uint8Array(),
    missing: total,
  });
}

function failed(id: number, why: string | undefined): void {
  console.error(`Connection ${id} failed: ${why}`);
  Deno.exitCode = 1;
}

function receive(socket: Socket, connection: Connection): void {
  const data = socket.recv(1024);
  if (data.length > 0) {
    console.log(`Received ${repr(data)} from connection ${connection.id}`);
    connection.missing -= data.length;
  }
  if (data.length === 0 || connection.missing <= 0) close(socket, connection);
}

function send(socket: Socket, connection: Connection): void {
  if (connection.pending.length === 0) {
    connection.pending = connection.messages.shift()!;
  }
  const { id, pending } = connection;
  console.log(`Sending ${repr(pending)} to connection ${id}`);
  connection.pending = pending.subarray(socket.send(pending));
  if (connection.pending.length > 0 || connection.messages.length > 0) return;
  selector.modify(socket, EVENT_READ, connection);
}

function close(socket: Socket, { id }: Connection): void {
  console.log(`Closing connection ${id}`);
  selector.unregister(socket);
  socket.close();
}

/** Serves a ready socket; one that fails is no reason to leave the others. */
function dispatch(
  { fileobj: socket, data }: SelectorKey<Connection, Socket>,
  events: number,
): void {
  try {
    if (events & EVENT_READ) receive(socket, data);
    if (events & EVENT_WRITE && socket.fileno() >= 0) send(socket, data);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    // Readiness is only a hint; if it was wrong, another event will follow.
    if (error instanceof BlockingIOError) return;
    failed(data.id, error.message);
    close(socket, data);
  }
}

for (let id = 1; id <= Number(count); id++) start(id);
try {
  using _ = interruptible();
  while (selector.get_map()!.size > 0) {
    for (const [key, events] of selector.select()) dispatch(key, events);
  }
} catch (error) {
  if (!(error instanceof KeyboardInterrupt)) throw error;
  console.log("Caught keyboard interrupt, exiting");
}
