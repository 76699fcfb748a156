/**
 * A server with a message protocol of its own (app/message.ts): it answers searches with results,
 * and bytes with bytes. It serves many clients at once, until Ctrl-C.
 *
 *     deno run --allow-ffi examples/app_server.ts <host> <port>
 *
 * With port 0 the system chooses one, which the first line shows. The client is app_client.ts.
 */

import {
  create_server,
  interruptible,
  KeyboardInterrupt,
  type Socket,
} from "@libc/socket";
import { DefaultSelector, EVENT_READ } from "@libc/socket/selectors";
import { ServerMessage } from "./app/server_message.ts";
import { portArgument, usage } from "./support/arguments.ts";
import { Pauses } from "./support/pause.ts";
import { tuple } from "./support/python_repr.ts";

const line = "app_server.ts <host> <port>";
const fail = (): never => usage(line);
const [host = fail(), port = fail(), ...rest] = Deno.args;
if (rest.length > 0) fail();

using selector = new DefaultSelector<ServerMessage | null, Socket>();
const pauses = new Pauses(selector);

function accept(listener: Socket): void {
  const [socket, address] = listener.accept();
  console.log(`Accepted connection from ${tuple(address)}`);
  socket.setblocking(false);
  const message = new ServerMessage(selector, socket, address);
  selector.register(socket, EVENT_READ, message);
}

using listener = create_server([host, portArgument(line, port)]);
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
    if (message === null) pauses.begin(listener);
    else message.close();
  }
}

try {
  using _ = interruptible();
  for (;;) {
    const ready = selector.select(pauses.timeout());
    for (const [{ fileobj, data }, events] of ready) {
      serve(fileobj, data, events);
    }
  }
} catch (error) {
  if (!(error instanceof KeyboardInterrupt)) throw error;
  console.log("Caught keyboard interrupt, exiting");
}
