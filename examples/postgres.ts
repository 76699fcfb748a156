/**
 * A PostgreSQL client from npm over sockets of ours, with keep-alive, TCP_USER_TIMEOUT and, if an
 * interface is given, SO_BINDTODEVICE. Linux.
 *
 *     deno run --allow-ffi --allow-env --allow-sys examples/postgres.ts [--interface name] url
 *
 * The URL is the server's: `postgres://user:password@localhost:5432/database`. Prints what the
 * server says about itself and its three connections.
 */

import { parseArgs } from "node:util";
import pg from "npm:pg@8.23.1";
import {
  AF_INET,
  AsyncSocket,
  setKeepalive,
  setUserTimeout,
  SO_BINDTODEVICE,
  SOL_SOCKET,
} from "@libc/socket/async";
import { duplex, type SocketDuplex } from "@libc/socket/node";

function usage(): never {
  console.error("usage: postgres.ts [--interface name] url");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: { interface: { type: "string" } },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [connectionString = usage()] = args.positionals;
const { interface: device } = args.values;

/** A socket that notices within half a minute that the server's machine is gone. */
function tunedSocket(): AsyncSocket {
  const socket = new AsyncSocket(AF_INET);
  setKeepalive(socket, { idle: 15, interval: 5, count: 3 }); // 3 probes, after seconds of silence
  setUserTimeout(socket, 30); // seconds in which what was sent must be confirmed
  if (device !== undefined) {
    const name = new TextEncoder().encode(device);
    socket.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, name);
  }
  return socket;
}

const pool = new pg.Pool({
  connectionString,
  max: 3,
  // The client connects it: our stream has net.Socket's connect().
  stream: (): SocketDuplex => duplex(tunedSocket()),
});
const { rows: [{ server_version }] } = await pool.query("SHOW server_version");
console.log("PostgreSQL", server_version);

// Three queries at a time take three connections.
const sleeping = "SELECT pg_backend_pid() AS pid, pg_sleep(0.1)";
const results: { rows: { pid: number }[] }[] = await Promise.all(
  [1, 2, 3].map(() => pool.query(sleeping)),
);
const processes = new Set(results.map(({ rows }) => rows[0].pid));
console.log(processes.size, "connections");
await pool.end();
