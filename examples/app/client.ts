/**
 * Sends a request to server.ts and prints the answer. The program is of several files, as its
 * original in Python is: copy the folder.
 *
 *     deno run --allow-ffi examples/app/client.ts <host> <port> <action> <value>
 *
 * The action `search` looks the value up; any other one is sent as plain bytes, with the value.
 */

import {
  type InetAddress,
  interruptible,
  KeyboardInterrupt,
  Socket,
} from "@libc/socket";
import { DefaultSelector, EVENT_WRITE } from "@libc/socket/selectors";
import { ClientMessage } from "./client_message.ts";
import { tuple } from "./python_repr.ts";

const [host, port, action, value] = Deno.args;
if (value === undefined) {
  console.error("usage: client.ts <host> <port> <action> <value>");
  Deno.exit(2);
}
const address: InetAddress = [host, Number(port)];

using selector = new DefaultSelector<ClientMessage, Socket>();

console.log(`Starting connection to ${tuple(address)}`);
const socket = new Socket();
socket.setblocking(false);
socket.connect_ex(address); // the first event shows how it went
const message = new ClientMessage(selector, socket, address);
selector.register(socket, EVENT_WRITE, message);
message.request(action, value);

function serve(events: number): void {
  try {
    message.processEvents(events);
  } catch (error) {
    if (error instanceof KeyboardInterrupt) throw error;
    console.log(`Main: Error: Exception for ${tuple(address)}:\n${error}`);
    message.close();
    Deno.exitCode = 1;
  }
}

try {
  using _ = interruptible();
  while (selector.get_map()!.size > 0) {
    for (const [, events] of selector.select()) serve(events);
  }
} catch (error) {
  if (!(error instanceof KeyboardInterrupt)) throw error;
  console.log("Caught keyboard interrupt, exiting");
}
