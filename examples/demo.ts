/**
 * A demonstration: an echo server and its client as two processes, then a tour of other sockets.
 * What the machine lacks is left out, and the tour says so.
 *
 *     deno task demo
 */

import * as socket from "@libc/socket";
import { b, repr } from "@libc/socket/bytes";

const encode = (text: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function title(text: string): void {
  const bold = Deno.stdout.isTerminal() && !Deno.noColor;
  console.log(bold ? `\n\x1b[1m${text}\x1b[22m` : `\n${text}`);
}

/** The server: it serves one client, and ends. */
function echoServer(): void {
  using listener = socket.create_server(["127.0.0.1", 0]);
  console.error("Listening on", listener.getsockname());
  const [connection, [host, port]] = listener.accept();
  using _ = connection;
  console.log(`Connected by ${host}, port ${port}`);
  for (let data; (data = connection.recv(1024)).length > 0;) {
    connection.sendall(data);
  }
}

/** Its client. */
function echoClient(port: string): void {
  using client = socket.create_connection(["127.0.0.1", Number(port)]);
  client.sendall(b("Hello, world"));
  console.log("Received", repr(client.recv(1024)));
}

/** Runs this file in a process of its own, as the server or the client. */
function another(...args: string[]): Deno.ChildProcess {
  const flags = ["run", "--quiet", "--no-prompt", "--allow-ffi"];
  return new Deno.Command(Deno.execPath(), {
    args: [...flags, import.meta.url, ...args],
    env: { NO_COLOR: "1", FORCE_COLOR: "" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function echo(): Promise<void> {
  title("An echo server and its client, two processes");
  await using server = another("server");
  const port = await portOf(server.stderr);
  const client = await another("client", port).output();
  console.log(`  client: ${decode(client.stdout).trim()}`);
  console.log(`  server: ${(await new Response(server.stdout).text()).trim()}`);
  const { code } = await server.status;
  if (code !== 0 || !client.success) {
    throw new Error(`The echo failed: ${decode(client.stderr)}`);
  }
}

/** The port in the line that a server prints when it listens. */
async function portOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stderr) {
    text += decode(chunk);
    const port = /Listening on .*, (\d+)/.exec(text)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(`The server did not start: ${text}`);
}

/** Sends a message through a listener and back. */
function roundTrip(listener: socket.Socket, client: socket.Socket): void {
  using _listener = listener;
  using _client = client;
  client.connect(listener.getsockname());
  const [connection] = listener.accept();
  using _connection = connection;
  client.sendall(encode("ping"));
  connection.sendall(encode(`${decode(connection.recv(64))} … pong`));
  console.log("  client  ", client);
  console.log("  received", JSON.stringify(decode(client.recv(64))));
}

const { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } = socket;

function ipv4(): void {
  title("TCP over IPv4");
  roundTrip(socket.create_server(["127.0.0.1", 0]), new socket.Socket(AF_INET));
}

function ipv6(): void {
  title("TCP over IPv6");
  let listener;
  try {
    listener = socket.create_server(["::1", 0], { family: AF_INET6 });
  } catch (error) {
    const { EADDRNOTAVAIL, EAFNOSUPPORT } = socket.errno;
    if (
      !(error instanceof socket.OSError) ||
      ![EADDRNOTAVAIL, EAFNOSUPPORT].includes(error.errno!)
    ) throw error;
    console.log("  left out, as this machine has no IPv6:", error.strerror);
    return;
  }
  roundTrip(listener, new socket.Socket(AF_INET6));
}

function unix(): void {
  title("A Unix socket");
  if (!socket.hasattr("AF_UNIX")) {
    console.log("  left out, as this system has no Unix sockets");
    return;
  }
  let folder;
  try {
    folder = Deno.makeTempDirSync();
  } catch (error) {
    console.log(`  left out, as there is no folder for its path: ${error}`);
    return;
  }
  try {
    const listener = new socket.Socket(AF_UNIX, SOCK_STREAM);
    listener.bind(`${folder}/demo.sock`);
    listener.listen();
    roundTrip(listener, new socket.Socket(AF_UNIX, SOCK_STREAM));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function udp(): void {
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

  title("An option read back (Linux doubles it, for its own needs)");
  b.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536);
  console.log(
    "  SO_RCVBUF = 65536 reads",
    b.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF),
  );

  title("A timeout");
  b.settimeout(0.05);
  mustFail(() => b.recv(1500));
}

function refused(): void {
  title("A refused connection, as its exception");
  using silent = new socket.Socket(AF_INET);
  silent.bind(["127.0.0.1", 0]); // it has the port, but does not listen
  using client = new socket.Socket(AF_INET);
  mustFail(() => client.connect(silent.getsockname()));
}

function mustFail(operation: () => unknown): void {
  try {
    operation();
  } catch (error) {
    if (!(error instanceof socket.OSError)) throw error;
    console.log(`  ${error.name}: ${error.message}`);
    return;
  }
  throw new Error("That should have failed");
}

const [role, port] = Deno.args;
if (role === "server") echoServer();
else if (role === "client") echoClient(port);
else {
  await echo();
  ipv4();
  ipv6();
  unix();
  udp();
  refused();
}
