/**
 * A server started by its first client: systemd listens for it, and hands the listeners over as the
 * descriptors 3, 4 and so on. It serves one client of each listener, echoing lines, and ends; systemd
 * starts it again for the next.
 *
 *     systemd-socket-activate -l 8080 --fdname=web -E PATH \
 *       deno run --allow-ffi --allow-env examples/activation.ts
 */

import { type Address, Socket } from "../mod.ts";

/** The first descriptor that is handed over. */
const LISTEN_FDS_START = 3;

/** The listeners meant for this process, with the names that their units give them. */
function handedOver(): [name: string, listener: Socket<Address>][] {
  // Children inherit the variables, but not the task: the number tells for whom they are.
  if (Number(Deno.env.get("LISTEN_PID")) !== Deno.pid) return [];
  const names = Deno.env.get("LISTEN_FDNAMES")?.split(":") ?? [];
  const length = Number(Deno.env.get("LISTEN_FDS"));
  return Array.from({ length }, (_, i) => {
    const fd = LISTEN_FDS_START + i;
    const listener = new Socket<Address>(null, null, null, fd);
    listener.set_inheritable(false); // it came without, as it had to survive the start
    return [names[i] ?? "unknown", listener];
  });
}

const listeners = handedOver();
if (listeners.length === 0) {
  console.error("Started by hand: this is to be started by socket activation");
  Deno.exit(1);
}
for (const [name, listener] of listeners) {
  using _listener = listener;
  console.error(name, "is", listener);
  const [connection] = listener.accept();
  using _connection = connection;
  using file = connection.makefile("rw");
  file.write(`This is ${name}\n`);
  file.flush();
  for (const line of file) {
    file.write(line);
    file.flush();
  }
}
