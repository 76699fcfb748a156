/**
 * Sockets in `deno test`, with the resource sanitizer.
 *
 *     deno test --allow-ffi --sanitize-resources docs/cookbook/testing.ts
 *
 * Three things to know. The first socket of a process loads the C library, which the resource
 * sanitizer takes for a leak of the test. A wait that a test cancels ends on another thread,
 * sometimes after the test, which `--sanitize-ops` takes for a leak: leave it off, or set
 * `sanitizeOps: false`. No sanitizer knows descriptors, so a socket left open is not reported.
 */

import { equal, ok } from "node:assert/strict";
import * as socket from "@libc/socket/async";

// Before any test, so that none of them loads the library.
new socket.AsyncSocket().close();

/** The server to test: echoes one message to each client. */
async function echo(listener: socket.AsyncSocket): Promise<void> {
  for await (const [connection] of listener) {
    using _connection = connection;
    await connection.sendall(await connection.recv(1024));
  }
}

Deno.test("the server echoes", async () => {
  // Port 0: the system chooses one that is free, so tests may run at the same time. `using` closes
  // the sockets when an assertion fails, too.
  await using listener = await socket.create_server(["127.0.0.1", 0]);
  const serving = echo(listener);
  using client = await socket.create_connection(listener.getsockname());
  await client.sendall(new TextEncoder().encode("hello"));
  equal(new TextDecoder().decode(await client.recv(1024)), "hello");
  listener.close(); // ends the server's loop
  await serving; // an error of the server is one of the test
});

Deno.test("a silent peer is given up", async () => {
  const [silent, receiver] = await socket.socketpair();
  using _silent = silent;
  using _receiver = receiver;
  receiver.settimeout(0.01);
  const error = await receiver.recv(1).catch((error) => error);
  ok(error instanceof socket.TimeoutError);
});

/** The code to test for lost descriptors. */
function knock(address: socket.InetAddress): void {
  using client = new socket.Socket();
  client.connect(address);
}

Deno.test("no descriptor is left open", () => {
  // POSIX hands out the lowest free number: if a socket was left open, the next one gets another.
  const next = (): number => {
    using probe = new socket.Socket();
    return probe.fileno();
  };
  using listener = new socket.Socket();
  listener.bind(["127.0.0.1", 0]);
  listener.listen();
  const before = next();
  knock(listener.getsockname());
  equal(next(), before);
});
