/**
 * A PostgreSQL client from npm over sockets of ours, with keep-alive, TCP_USER_TIMEOUT and, if an
 * interface is given, SO_BINDTODEVICE. Linux.
 *
 *     deno run --allow-ffi --allow-env --allow-sys examples/postgres.ts [--interface name] url
 *
 * The URL is the server's: `postgres://user:password@localhost:5432/database`. Prints what the
 * server says about itself and its three connections.
 */

import pg from "npm:pg@8.23.1";
import { duplex, type SocketDuplex } from "@libc/socket/node";
import { options, usage } from "./support/arguments.ts";
import { tunedSocket } from "./support/tuned.ts";

const LINE = "postgres.ts [--interface name] url";
const fail = (): never => usage(LINE, "--allow-ffi --allow-env --allow-sys");
const [given, [connectionString, ...rest]] = options({ interface: "" }, fail);
if (connectionString === undefined || rest.length > 0) fail();

const pool = new pg.Pool({
  connectionString,
  max: 3,
  // The client connects it: our stream has net.Socket's connect().
  stream: (): SocketDuplex => duplex(tunedSocket(given.interface)),
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
