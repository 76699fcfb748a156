/**
 * The main job in one go: the echo server and the echo client as processes of their own, then a
 * tour on real sockets.
 *
 *     deno task demo
 */

import { bold } from "@std/fmt/colors";
import * as socket from "../mod.ts";

const encode = (text: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function title(text: string): void {
  console.log(`\n${bold(text)}`);
}

/** Runs an example as a process. */
function example(name: string, ...args: string[]): Deno.ChildProcess {
  const url = new URL(name, import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-ffi", url, ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function echo(): Promise<void> {
  title("The echo server and its client, two processes");
  await using server = example("echo_server.ts", "127.0.0.1", "0");
  const port = await portOf(server.stderr);
  const client = await example("echo_client.ts", "127.0.0.1", port).output();
  console.log(`  client: ${decode(client.stdout).trim()}`);
  console.log(`  server: ${(await new Response(server.stdout).text()).trim()}`);
  const { code } = await server.status;
  if (code !== 0 || !client.success) throw new Error("The echo failed");
}

/** The port in the line that a server prints when it listens. */
async function portOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (
    const chunk of stderr.pipeThrough(new TextDecoderStream() as never)
  ) {
    text += chunk;
    const port = /, (\d+)/.exec(text)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(`The server did not start: ${text}`);
}

/** Sends a message through a listener and back. */
function roundTrip<A extends socket.Address>(
  listener: socket.Socket<A>,
  client: socket.Socket<A>,
): void {
  using _listener = listener;
  using _client = client;
  client.connect(listener.getsockname() as socket.AddressInput<A>);
  const [connection] = listener.accept();
  using _connection = connection;
  client.sendall(encode("ping"));
  connection.sendall(encode(`${decode(connection.recv(64))} … pong`));
  console.log("  client ", client);
  console.log("  received", JSON.stringify(decode(client.recv(64))));
}

function tour(): void {
  const { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } = socket;

  title("TCP over IPv4");
  roundTrip(socket.create_server(["127.0.0.1", 0]), new socket.Socket(AF_INET));

  title("TCP over IPv6");
  roundTrip(
    socket.create_server(["::1", 0], { family: AF_INET6 }),
    new socket.Socket(AF_INET6),
  );

  title("A Unix socket");
  const listener = new socket.Socket(AF_UNIX, SOCK_STREAM);
  const path = `${Deno.makeTempDirSync()}/demo.sock`;
  listener.bind(path);
  listener.listen();
  roundTrip(listener, new socket.Socket(AF_UNIX, SOCK_STREAM));
  Deno.removeSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });

  title("UDP");
  using a = new socket.Socket(AF_INET, SOCK_DGRAM);
  using b = new socket.Socket(AF_INET, SOCK_DGRAM);
  a.bind(["127.0.0.1", 0]);
  b.bind(["127.0.0.1", 0]);
  a.sendto(encode("a datagram"), b.getsockname());
  const [data, sender] = b.recvfrom(1500);
  console.log(
    `  received ${JSON.stringify(decode(data))} from ${sender.join(":")}`,
  );

  title("An option read back");
  b.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536);
  console.log(
    "  SO_RCVBUF =",
    b.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF),
  );

  title("A timeout");
  b.settimeout(0.05);
  attempt(() => b.recv(1500));

  title("A refused connection, as its exception");
  const unused = a.getsockname(); // a's port is UDP's: nobody listens on it over TCP
  using client = new socket.Socket();
  attempt(() => client.connect(unused));
}

function attempt(operation: () => unknown): void {
  try {
    operation();
    throw new Error("That should have failed");
  } catch (error) {
    if (!(error instanceof socket.OSError)) throw error;
    console.log(
      `  ${error.name}: ${error.message}`,
      error.code ? `(${error.code})` : "",
    );
  }
}

await echo();
tour();
