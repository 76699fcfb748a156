/**
 * Socket activation: the service manager owns the listener, so no connection is refused while the
 * service restarts: clients that connect in between wait in the listener's queue. POSIX; the
 * demonstration needs bash.
 *
 *     deno run --allow-ffi --allow-env --allow-run docs/cookbook/activation.ts
 *
 * Started without a service manager, this program plays one, and starts itself twice. Under systemd
 * it needs a `.socket` unit with `ListenStream=` and `Accept=no`, and neither `--allow-run` nor the
 * functions below {@linkcode serve}.
 */

import * as socket from "@libc/socket/async";

/** The first descriptor that a service manager hands over. */
const LISTEN_FDS_START = 3;

type Listener = socket.AsyncSocket<socket.Address>;

/** The listeners that this process was started with. */
function handedOver(): Listener[] {
  // Children inherit the variables too. The process number says who they are meant for.
  if (Number(Deno.env.get("LISTEN_PID")) !== Deno.pid) return [];
  return Array.from({ length: Number(Deno.env.get("LISTEN_FDS")) }, (_, i) => {
    const fd = LISTEN_FDS_START + i;
    const listener = new socket.AsyncSocket<socket.Address>(
      null,
      null,
      null,
      fd,
    );
    listener.set_inheritable(false); // it had to be inheritable to get here
    return listener;
  });
}

/** Serves one client and ends, as if it had been told to restart. */
async function serve(listener: Listener): Promise<void> {
  using _listener = listener;
  const [connection] = await listener.accept();
  using _connection = connection;
  const name = Deno.env.get("INSTANCE") ?? "activated";
  await connection.sendall(
    new TextEncoder().encode(`served by instance ${name}`),
  );
}

/** Starts this program with the listener as descriptor 3, as systemd does. */
function start(fd: number, instance: string): Deno.ChildProcess {
  const deno = [Deno.execPath(), "run", "--allow-ffi", "--allow-env"];
  return new Deno.Command("bash", {
    // The shell's process becomes the service, so its number is the service's. (Plain sh redirects
    // descriptors of one digit only.)
    args: [
      "-c",
      `LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" ${LISTEN_FDS_START}<&${fd} ${fd}<&-`,
      "bash",
      ...deno,
      import.meta.filename!,
    ],
    env: { INSTANCE: instance },
  }).spawn();
}

/** Plays the service manager. */
async function manage(): Promise<void> {
  const listener = await socket.create_server(["127.0.0.1", 0]);
  using _listener = listener;
  listener.set_inheritable(true);
  for (const instance of ["1", "2"]) {
    // No service runs at this moment, and yet the connection is made.
    using client = await socket.create_connection(listener.getsockname());
    client.settimeout(30); // in case that the service fails to start
    const service = start(listener.fileno(), instance);
    console.log(new TextDecoder().decode(await client.recv(100)));
    await service.status;
  }
}

const listeners = handedOver();
if (listeners.length > 0) await Promise.all(listeners.map(serve));
else await manage();
