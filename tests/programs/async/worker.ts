/** A Worker of `workers.ts`: an echo server on its own port. */

/// <reference lib="deno.worker" />

import * as socket from "../../../async.ts";

const listener = await socket.create_server(["127.0.0.1", 0]);
postMessage(listener.getsockname()[1]);
onmessage = () => listener.close();
for await (const [connection] of listener) {
  connection.readable.pipeTo(connection.writable);
}
postMessage("over");
