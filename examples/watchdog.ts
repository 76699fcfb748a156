/**
 * An echo server with a watchdog: it tells the service manager that it is ready, and again and
 * again that it still works; systemd restarts it when that stays out. That it works is checked by
 * being its own client, so a server that hangs does not claim the opposite. POSIX.
 *
 *     deno run --allow-ffi --allow-env examples/watchdog.ts [host] [port]
 *
 * Host and port default to `localhost` and 50016; with port 0 the system chooses one, which is
 * printed on standard error. Its unit has `Type=notify`, `NotifyAccess=main` and, for example,
 * `WatchdogSec=10`.
 */

import {
  AF_UNIX,
  AsyncSocket,
  create_connection,
  create_server,
  OSError,
  serve,
  SOCK_DGRAM,
} from "@libc/socket/async";

const [host = "localhost", port = "50016"] = Deno.args;

/** Reports a state to the service manager, if one has started this program. */
async function notify(...states: string[]): Promise<void> {
  const path = Deno.env.get("NOTIFY_SOCKET");
  if (!path) return;
  using socket = new AsyncSocket(AF_UNIX, SOCK_DGRAM);
  // An @ stands for the NUL with which names in the abstract namespace begin.
  await socket.connect(path.replace(/^@/, "\0"));
  await socket.sendall(new TextEncoder().encode(states.join("\n")));
}

/** How long the manager waits for a sign of life, in milliseconds; 0 if it does not watch us. */
function watchdogTime(): number {
  const pid = Deno.env.get("WATCHDOG_PID");
  // Children inherit these variables; the process number says who they are meant for.
  if (pid !== undefined && Number(pid) !== Deno.pid) return 0;
  return Number(Deno.env.get("WATCHDOG_USEC") ?? 0) / 1000;
}

/** Whether the server answers. */
async function isAlive(): Promise<boolean> {
  const signal = AbortSignal.timeout(1000);
  try {
    const own = listener.getsockname();
    using client = await create_connection(own, 1, null, { signal });
    await client.sendall(Uint8Array.of(1), 0, { signal });
    return (await client.recv(1, 0, { signal })).length === 1;
  } catch (error) {
    if (error instanceof OSError || error === signal.reason) return false;
    throw error;
  }
}

async function echo(connection: AsyncSocket): Promise<void> {
  for (let data; (data = await connection.recv(4096)).length > 0;) {
    await connection.sendall(data);
  }
}

const listener = await create_server([host, Number(port)]);
console.error("Listening on", listener.getsockname());
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stopping.abort());
}
const serving = serve(listener, echo, { signal: stopping.signal, grace: 5 });
await notify("READY=1", "STATUS=serving");
const time = watchdogTime();
// Twice as often as is asked for, so that one may be late.
const timer = time > 0
  ? setInterval(async () => {
    if (await isAlive()) await notify("WATCHDOG=1");
    else console.error("not alive");
  }, time / 2)
  : undefined;
stopping.signal.addEventListener("abort", () => {
  clearInterval(timer);
  notify("STOPPING=1");
});
await serving;
Deno.exit(0);
