/**
 * Runs a Python program beside a socket at which its threads find the library: each connection there
 * gets a thread of its own here.
 *
 * Usage: `host.ts <command> <argument>...`; the program finds the socket's path in `SOCKET_LIBRARY`.
 */

import { AF_UNIX, AsyncSocket } from "../../async.ts";

const folder = Deno.makeTempDirSync();
const path = `${folder}/library`;
const listener = new AsyncSocket(AF_UNIX);
listener.bind(path);
listener.listen();

const idle: Worker[] = [];

function newWorker(): Worker {
  const worker = new Worker(import.meta.resolve("./worker.ts"), {
    type: "module",
  });
  worker.onmessage = () => idle.push(worker);
  worker.onerror = (event) => {
    console.error(`the library's thread failed: ${event.message}`);
    event.preventDefault();
  };
  return worker;
}

async function serve(): Promise<never> {
  for (;;) {
    const [connection] = await listener.accept();
    (idle.pop() ?? newWorker()).postMessage(connection.detach());
  }
}

const [command, ...args] = Deno.args;
const program = new Deno.Command(command, {
  args,
  env: { SOCKET_LIBRARY: path },
}).spawn();
Deno.addSignalListener("SIGTERM", () => program.kill("SIGKILL"));
serve();
const { code } = await program.status;
Deno.removeSync(folder, { recursive: true });
Deno.exit(code); // threads may still wait for what never comes
