/**
 * A server with a message protocol of its own (app/message.ts): it answers searches with results,
 * and bytes with bytes. It serves many clients at once, until Ctrl-C.
 *
 *     deno run --allow-ffi examples/app_server.ts <host> <port>
 *
 * With port 0 the system chooses one, which the first line shows. The client is app_client.ts.
 */

import { create_server, type Socket } from "../mod.ts";
import { DefaultSelector, EVENT_READ } from "../selectors.ts";
import { ServerMessage } from "./app/server_message.ts";
import { portArgument, usage } from "./support/arguments.ts";
import { Interrupt } from "./support/interrupt.ts";
import { pause } from "./support/pause.ts";
import { tuple } from "./support/python_repr.ts";

const line = "app_server.ts <host> <port>";
const fail = (): never => usage(line);
const [host = fail(), port = fail(), ...rest] = Deno.args;
if (rest.length > 0) fail();

using selector = new DefaultSelector<ServerMessage | null, Socket>();
using interrupt = new Interrupt(); // seen between two selects, so these are short

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
while (!await interrupt.pressed()) {
  for (const [{ fileobj, data: message }, events] of selector.select(0.1)) {
    try {
      if (message === null) accept(fileobj);
      else message.processEvents(events);
    } catch (error) {
      const address = tuple(message?.address ?? [host, port]);
      console.log(`Main: Error: Exception for ${address}:\n${error}`);
      if (message === null) pause(selector, fileobj);
      else message.close();
    }
  }
}
console.log("Caught keyboard interrupt, exiting");
