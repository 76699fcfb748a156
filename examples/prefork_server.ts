/**
 * An echo server of several Workers, each of which serves one client at a time by blocking calls.
 * They share one listener, or one port with a listener each (`SO_REUSEPORT`). A client that sends
 * nothing, or does not read, for ten seconds is dropped: it holds a worker that others wait for.
 * Ctrl-C ends the server.
 *
 *     deno run --allow-ffi --allow-read examples/prefork_server.ts [-w workers] [-s listener|port] [host] [port]
 *
 * It has four workers that share a listener unless told otherwise. Host and port default to
 * `localhost` and 50010; with port 0 the system chooses one, which is printed on standard error.
 */

import { parseArgs } from "node:util";
import {
  AF_INET,
  create_server,
  type InetAddress,
  OSError,
  SO_REUSEPORT,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
} from "@libc/socket";

/** What a worker has to do. */
interface Task {
  /** The worker's name. */
  name: string;
  /** The descriptor of a shared listener, or the address for a listener of its own. */
  listener: number | InetAddress;
}

/** A socket that holds the port but does not listen, so that all connections go to the workers. */
function reserved(address: InetAddress): Socket<InetAddress> {
  const socket = new Socket(AF_INET, SOCK_STREAM);
  socket.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
  socket.bind(address);
  return socket;
}

/** Starts a worker; resolves when it listens. */
function start(task: Task): Promise<void> {
  const worker = new Worker(import.meta.url, { type: "module" });
  worker.postMessage(task);
  return new Promise((resolve) => worker.onmessage = () => resolve());
}

function usage(): never {
  console.error(
    "usage: prefork_server.ts [-w workers] [-s listener|port] [host] [port]",
  );
  Deno.exit(2);
}

/** Starts the workers. */
async function main(): Promise<void> {
  let args;
  try {
    args = parseArgs({
      args: Deno.args,
      options: {
        workers: { type: "string", short: "w", default: "4" },
        share: { type: "string", short: "s", default: "listener" },
      },
      allowPositionals: true,
    });
  } catch {
    usage();
  }
  const [host = "localhost", port = "50010"] = args.positionals;
  const { workers, share } = args.values;
  const count = Number(workers);
  if (!(count >= 1 && count <= 64)) usage();
  if (share !== "listener" && share !== "port") usage();
  const address: InetAddress = [host, Number(port)];

  using socket = share === "listener"
    ? create_server(address)
    : reserved(address);
  const started = Array.from({ length: count }, (_, i) =>
    start({
      name: `worker ${i + 1}`,
      listener: share === "listener"
        ? socket.dup().detach() // each worker has a descriptor of its own to close
        : socket.getsockname(),
    }));
  await Promise.all(started);
  console.error("Listening on", socket.getsockname());
}

const server = self as unknown as Worker; // in a worker: the other end of its messages

/** How many seconds a client may keep a worker waiting. */
const PATIENCE = 10;

/** The work of a worker: serves one client after the other. */
function work({ name, listener }: Task): void {
  using socket = typeof listener === "number"
    ? new Socket(AF_INET, null, null, listener)
    : create_server(listener, { reuse_port: true });
  server.postMessage("listening");
  for (;;) {
    const [connection, address] = socket.accept();
    using _ = connection;
    connection.settimeout(PATIENCE);
    console.log(`${name} serves ${address.join(":")}`);
    try {
      echo(connection);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      console.log(`${address.join(":")} left: ${error.strerror}`);
    }
  }
}

function echo(connection: Socket): void {
  for (;;) {
    const data = connection.recv(1024);
    if (data.length === 0) return;
    connection.sendall(data);
  }
}

// This file is the program of the workers too.
if ("WorkerGlobalScope" in globalThis) {
  server.onmessage = ({ data }: MessageEvent<Task>) => work(data);
} else await main();
