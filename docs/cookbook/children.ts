/**
 * Sockets given to a child process: one is inherited, and through it connections follow that are
 * accepted later. POSIX.
 *
 *     deno run --allow-ffi --allow-run docs/cookbook/children.ts
 *
 * The parent accepts, and the child serves: this file is the program of both.
 */

import * as socket from "@libc/socket/async";

/** Serves connections that arrive over the inherited socket, until its other end closes. */
async function child(fd: number): Promise<void> {
  // The type is read from the descriptor; only the address family is ours to say.
  using parent = new socket.AsyncSocket<socket.Address>(null, null, null, fd);
  for (;;) {
    const [data, fds] = await socket.recv_fds(parent, 1, 1);
    if (data.length === 0) return;
    for (const fd of fds) {
      // What arrived is ours to close, so the socket owns it from here.
      using connection = new socket.AsyncSocket(null, null, null, fd);
      await connection.sendall(
        new TextEncoder().encode("hello from the child\n"),
      );
    }
  }
}

/** Starts the child. Returns our end of the connection to it. */
async function start(): Promise<socket.AsyncSocket<socket.UnixAddress>> {
  const [ours, theirs] = await socket.socketpair();
  using _theirs = theirs; // the child has it now
  // Descriptors close on exec unless they are inheritable. Another child started at this moment
  // would inherit it too, so start the child at once.
  theirs.set_inheritable(true);
  new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-ffi",
      import.meta.filename!,
      String(theirs.fileno()),
    ],
  }).spawn();
  return ours;
}

async function parent(): Promise<void> {
  await using listener = await socket.create_server(["127.0.0.1", 0]);
  using worker = await start();
  for (let i = 0; i < 2; i++) {
    using client = await socket.create_connection(listener.getsockname());
    const [connection] = await listener.accept();
    // The message holds a duplicate, so ours is closed whether or not the child has received it.
    using _connection = connection;
    await socket.send_fds(worker, [new Uint8Array(1)], [connection.fileno()]);
    const data = await client.recv(100);
    console.log(new TextDecoder().decode(data).trim());
  }
}

if (Deno.args.length > 0) await child(Number(Deno.args[0]));
else await parent();
