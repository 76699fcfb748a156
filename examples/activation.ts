/**
 * A server that its first client starts: systemd listens on its behalf, and hands the listeners
 * over as descriptors 3, 4 and so on. It serves one client of each listener, echoing lines, and
 * ends; systemd starts it again for the next client.
 *
 *     systemd-socket-activate -l 8080 --fdname=web -E PATH \
 *       deno run --allow-ffi --allow-env examples/activation.ts
 */

import { OSError, Socket } from "@libc/socket";

/** The first descriptor handed over. */
const LISTEN_FDS_START = 3;

/** The listeners meant for this process, with the names that their units give them. */
function handedOver(): [name: string, listener: Socket][] {
  // Children inherit these variables too; the process number says who they are meant for.
  if (Number(Deno.env.get("LISTEN_PID")) !== Deno.pid) return [];
  const names = Deno.env.get("LISTEN_FDNAMES")?.split(":") ?? [];
  const length = Number(Deno.env.get("LISTEN_FDS"));
  return Array.from({ length }, (_, i) => {
    const fd = LISTEN_FDS_START + i;
    const listener = new Socket(null, null, null, fd);
    listener.set_inheritable(false); // it had to be inheritable to get here
    return [names[i] ?? "unknown", listener];
  });
}

const listeners = handedOver();
if (listeners.length === 0) {
  console.error("Started by hand: this program is meant for socket activation");
  Deno.exit(1);
}
for (const [name, listener] of listeners) {
  using _listener = listener;
  console.error(name, "is", listener);
  const [connection] = listener.accept();
  using _connection = connection;
  connection.settimeout(60); // a silent client would keep all others waiting
  const send = (text: string) =>
    connection.sendall(new TextEncoder().encode(text));
  try {
    send(`This is ${name}\n`);
    using file = connection.makefile({ errors: "replace" });
    // A longer line comes in pieces: no stranger can fill our memory with it.
    for (let line; (line = file.readline(4096)) !== "";) send(line);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.error(error.message);
  }
}
