/**
 * Opens two sockets, here or in a Worker, and prints what becomes of each.
 *
 *     opening.ts [permissions of a Worker, as JSON]
 */

import { Socket } from "../../mod.ts";

const isWorker = "DedicatedWorkerGlobalScope" in globalThis;
if (Deno.args.length > 0 && !isWorker) {
  new Worker(import.meta.url, {
    type: "module",
    deno: { permissions: JSON.parse(Deno.args[0]) },
  });
} else {
  for (let i = 0; i < 2; i++) {
    try {
      using socket = new Socket();
      socket.bind(["127.0.0.1", 0]); // by functions that are bound only now
      socket.getsockname();
      console.log("opened");
    } catch (error) {
      console.log(String(error));
    }
  }
  if (isWorker) close();
}
