/**
 * Sends a request to app_server.ts and prints the answer.
 *
 *     deno run --allow-ffi examples/app_client.ts <host> <port> <action> <value>
 *
 * The action `search` looks the value up; any other one is sent as plain bytes, with the value.
 */

import { type InetAddress, Socket } from "../mod.ts";
import { DefaultSelector, EVENT_WRITE } from "../selectors.ts";
import { ClientMessage } from "./app/client_message.ts";
import { portArgument, usage } from "./support/arguments.ts";
import { Interrupt } from "./support/interrupt.ts";
import { tuple } from "./support/python_repr.ts";

const line = "app_client.ts <host> <port> <action> <value>";
const fail = (): never => usage(line);
const [host = fail(), port = fail(), action = fail(), value = fail(), ...rest] =
  Deno.args;
if (rest.length > 0) fail();
const address: InetAddress = [host, portArgument(line, port)];

using selector = new DefaultSelector<ClientMessage, Socket>();
using interrupt = new Interrupt(); // seen between two selects, so these are short

console.log(`Starting connection to ${tuple(address)}`);
const socket = new Socket();
socket.setblocking(false);
socket.connect_ex(address); // the first event shows how it went
const message = new ClientMessage(selector, socket, address);
selector.register(socket, EVENT_WRITE, message);
message.request(action, value);
while (selector.get_map()!.size > 0) {
  if (await interrupt.pressed()) {
    console.log("Caught keyboard interrupt, exiting");
    break;
  }
  for (const [, events] of selector.select(0.1)) {
    try {
      message.processEvents(events);
    } catch (error) {
      console.log(`Main: Error: Exception for ${tuple(address)}:\n${error}`);
      message.close();
      Deno.exitCode = 1;
    }
  }
}
