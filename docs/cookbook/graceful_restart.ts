/**
 * A restart without a service manager, and without refusing a connection: the new process asks the
 * old one for its listener, and the old one serves its last clients and ends. POSIX.
 *
 *     deno run --allow-ffi --allow-run --allow-write docs/cookbook/graceful_restart.ts [path]
 *
 * With a path, it is the server; start it again with the same path, and the second one takes over.
 * Anyone who may connect to the path gets the listener, so put it in a folder of the server's user.
 * Without a path, it shows that: it starts two servers, and is the client of both.
 */

import * as socket from "@libc/socket/async";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

type UnixSocket = socket.AsyncSocket<socket.UnixAddress>;

/** What a server hands over: its listener, and the one by which its successor asks for it. */
interface Listeners {
  service: socket.AsyncSocket<socket.InetAddress>;
  control: UnixSocket;
}

/** Asks the server that runs now. Returns `null` if there is none. */
async function takeOver(path: string): Promise<Listeners | null> {
  using old = new socket.AsyncSocket(socket.AF_UNIX);
  try {
    await old.connect(path);
  } catch (error) {
    if (error instanceof socket.FileNotFoundError) return null;
    if (!(error instanceof socket.ConnectionRefusedError)) throw error;
    Deno.removeSync(path); // left by a server that was killed
    return null;
  }
  const [, fds] = await socket.recv_fds(old, 1, 2);
  const [service, control] = fds;
  // From here on we can accept, so the old server may stop.
  await old.sendall(bytes("!"));
  return {
    service: new socket.AsyncSocket(socket.AF_INET, null, null, service),
    control: new socket.AsyncSocket(socket.AF_UNIX, null, null, control),
  };
}

/** Listens, as no server runs. */
async function listen(path: string): Promise<Listeners> {
  const control = new socket.AsyncSocket(socket.AF_UNIX);
  control.bind(path);
  control.listen();
  // The system chooses the port here; clients of a real server need a fixed one.
  const service = await socket.create_server(["127.0.0.1", 0]);
  return { service, control };
}

/** Waits for a successor that has taken over, and then stops accepting. */
async function handOver({ service, control }: Listeners): Promise<void> {
  for await (const [successor] of control) {
    using _successor = successor;
    try {
      const fds = [service.fileno(), control.fileno()];
      await socket.send_fds(successor, [bytes("!")], fds);
      const ready = await successor.recv(1);
      if (ready.length === 0) continue; // it ended too soon: we go on
    } catch (error) {
      if (!(error instanceof socket.OSError)) throw error;
      continue;
    }
    // Connections that wait in the queue stay there: the successor has the same listener.
    service.close();
    control.close();
  }
}

/** Serves until a successor has taken over. The process ends when its last client has left. */
async function serve(path: string): Promise<void> {
  const listeners = await takeOver(path) ?? await listen(path);
  const handing = handOver(listeners);
  console.log(listeners.service.getsockname()[1]); // we are ready
  for await (const [connection] of listeners.service) echo(connection);
  await handing;
}

async function echo(connection: socket.AsyncSocket): Promise<void> {
  using _connection = connection;
  try {
    for (let data; (data = await connection.recv(4096)).length > 0;) {
      await connection.sendall(bytes(`${Deno.pid} echoes ${text(data)}`));
    }
  } catch (error) {
    if (!(error instanceof socket.OSError)) throw error;
  }
}

/** Starts a server. Returns its process, and the port on which it listens. */
async function start(
  path: string,
): Promise<[process: Deno.ChildProcess, port: number]> {
  const flags = ["--allow-ffi", "--allow-write"];
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, import.meta.filename!, path],
    stdout: "piped",
  }).spawn();
  for await (const line of process.stdout) return [process, Number(text(line))];
  throw new Error("the server has ended");
}

async function show(): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/control`;
  const [first, port] = await start(path);
  await using _first = first; // ended with this block, whatever happens
  const names = new Map([[first.pid, "the first"]]);
  const ask = async (client: socket.AsyncSocket<socket.Address>) => {
    await client.sendall(bytes("hello"));
    const answer = text(await client.recv(100));
    console.log(answer.replace(/^\d+/, (pid) => names.get(Number(pid)) ?? pid));
  };

  const early = await socket.create_connection(["127.0.0.1", port]);
  await ask(early);
  const [second] = await start(path);
  await using _second = second;
  names.set(second.pid, "the second");
  using late = await socket.create_connection(["127.0.0.1", port]);
  await ask(late);
  await ask(early); // the old process still serves its client
  early.close();
  console.log("the first ends:", (await first.status).success);
  Deno.removeSync(folder, { recursive: true });
}

if (Deno.args.length > 0) await serve(Deno.args[0]);
else await show();
