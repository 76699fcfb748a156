/** Connects to port 80 of a host, and prints what it says. */

import * as socket from "../../mod.ts";

using client = socket.create_connection([Deno.args[0], 80], 20);
const [host] = client.getpeername();
client.sendall(new TextEncoder().encode("hello"));
client.shutdown(socket.SHUT_WR);
const reply = new TextDecoder().decode(client.recv(100));
console.log(`${host} says ${reply}`);
