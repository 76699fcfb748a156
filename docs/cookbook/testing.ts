/**
 * Sockets in `deno test`, with the resource sanitizer.
 *
 *     deno test --allow-ffi --sanitize-resources docs/cookbook/testing.ts
 *
 * Three things to know. The first socket of a process loads the C library, which the resource
 * sanitizer takes for a leak of the test. A wait that a test cancels ends on another thread,
 * sometimes after the test, which `--sanitize-ops` takes for a leak: leave it off, or set
 * `sanitizeOps: false`. No sanitizer knows descriptors; `openSockets()` does.
 */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
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

/** Runs a test, which fails if it leaves a socket open. */
async function closingAll(test: () => void | Promise<void>): Promise<void> {
  using _tracing = socket.traceSockets(); // a leak is shown with the line that made it
  const before = new Set(socket.openSockets().map(({ fd }) => fd));
  await test();
  const left = socket.openSockets().filter(({ fd }) => !before.has(fd));
  deepEqual(left, []);
}

Deno.test("no socket is left open", () =>
  closingAll(async () => {
    await using listener = await socket.create_server(["127.0.0.1", 0]);
    using client = await socket.create_connection(listener.getsockname());
    const [connection] = await listener.accept();
    await connection.sendall(await new Response("bye").bytes());
    connection.close(); // without this, the test fails and shows the line of accept()
    equal((await client.recv(3)).length, 3);
  }));

Deno.test("a socket that is left open is found", async () => {
  let leaked: socket.AsyncSocket | undefined;
  await rejects(
    closingAll(() => {
      leaked = new socket.AsyncSocket();
    }),
    /testing\.ts/, // the file and the line
  );
  leaked?.close();
});
