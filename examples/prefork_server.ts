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

import {
  AF_INET,
  create_server,
  type InetAddress,
  SO_REUSEPORT,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
} from "@libc/socket";
import { integerIn, options, usage } from "./support/arguments.ts";
import type { Task } from "./support/prefork_worker.ts";

const fail = (): never =>
  usage(
    "prefork_server.ts [-w workers] [-s listener|port] [host] [port]",
    "--allow-ffi --allow-read",
  );
const [{ workers = "4", share = "listener" }, rest] = options(
  { workers: "w", share: "s" },
  fail,
);
const [host = "localhost", port = "50010", ...tooMany] = rest;
if (tooMany.length > 0) fail();
if (share !== "listener" && share !== "port") fail();
const count = integerIn(workers, 1, 64) ?? fail();
const address: InetAddress = [host, integerIn(port, 0, 65535) ?? fail()];

/** A socket that holds the port but does not listen, so that all connections go to the workers. */
function reserved(): Socket<InetAddress> {
  const socket = new Socket(AF_INET, SOCK_STREAM);
  socket.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
  socket.bind(address);
  return socket;
}

/** Starts a worker; resolves when it listens. */
function start(task: Task): Promise<void> {
  const url = new URL("support/prefork_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  worker.postMessage(task);
  return new Promise((resolve) => worker.onmessage = () => resolve());
}

using socket = share === "listener" ? create_server(address) : reserved();
const started = Array.from({ length: count }, (_, i) =>
  start({
    name: `worker ${i + 1}`,
    listener: share === "listener"
      ? socket.dup().detach() // each worker has a descriptor of its own to close
      : socket.getsockname(),
  }));
await Promise.all(started);
console.error("Listening on", socket.getsockname());
