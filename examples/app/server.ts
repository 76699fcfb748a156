/**
 * A server with a message protocol of its own (message.ts): it answers searches with results, and
 * bytes with bytes. It serves many clients at once, until Ctrl-C. The program is of several files,
 * as its original in Python is: copy the folder.
 *
 *     deno run --allow-ffi examples/app/server.ts <host> <port>
 *
 * With port 0 the system chooses one, which the first line shows. The client is client.ts.
 */

import {
  create_server,
  interruptible,
  KeyboardInterrupt,
  type Socket,
} from "@libc/socket";
import { DefaultSelector, EVENT_READ } from "@libc/socket/selectors";
import { ServerMessage } from "./server_message.ts";
import { tuple } from "./python_repr.ts";

const [host, port] = Deno.args;
if (port === undefined) {
  console.error("usage: server.ts <host> <port>");
  Deno.exit(2);
}

using selector = new DefaultSelector<ServerMessage | null, Socket>();
/** When to accept again after a failure; 0 if nothing failed. */
let pausedUntil = 0;

function accept(listener: Socket): void {
  const [socket, address] = listener.accept();
  console.log(`Accepted connection from ${tuple(address)}`);
  socket.setblocking(false);
  const message = new ServerMessage(selector, socket, address);
  selector.register(socket, EVENT_READ, message);
}

using listener = create_server([host, Number(port)]);
console.log(`Listening on ${tuple([host, listener.getsockname()[1]])}`);
listener.setblocking(false);
selector.register(listener, EVENT_READ, null);

function serve(
  listener: Socket,
  message: ServerMessage | null,
  events: number,
): void {
  try {
    if (message === null) accept(listener);
    else message.processEvents(events);
  } catch (error) {
    if (error instanceof KeyboardInterrupt) throw error;
    const address = tuple(message?.address ?? [host, port]);
    console.log(`Main: Error: Exception for ${address}:\n${error}`);
    if (message !== null) return message.close();
    // At too many open files the listener stays ready: it is left alone for a second.
    selector.unregister(listener);
    pausedUntil = performance.now() + 1000;
  }
}

try {
  using _ = interruptible();
  for (;;) {
    const ready = selector.select(pausedUntil > 0 ? 1 : null);
    for (const [{ fileobj, data }, events] of ready) {
      serve(fileobj, data, events);
    }
    if (pausedUntil > 0 && performance.now() >= pausedUntil) {
      pausedUntil = 0;
      selector.register(listener, EVENT_READ, null);
    }
  }
} catch (error) {
  if (!(error instanceof KeyboardInterrupt)) throw error;
  console.log("Caught keyboard interrupt, exiting");
}
