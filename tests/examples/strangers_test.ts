/** Servers among the examples go on whatever a stranger sends, or does not send. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { AsyncSocket } from "../../async.ts";
import {
  AF_INET,
  AF_UNIX,
  create_connection,
  encodeLinger,
  errno,
  type InetAddress,
  IPPROTO_UDP,
  OSError,
  send_fds,
  SO_LINGER,
  SO_RCVBUF,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
  socketpair,
  SOL_SOCKET,
} from "../../mod.ts";
import { osError } from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { temporaryFolder } from "../support/files.ts";
import { needs, requires, unless } from "../support/requires.ts";
import { Namespaces, namespaces } from "./namespaces.ts";
import { ours, type Program } from "./programs.ts";

/** The port of a server that prints it either way. */
async function portOf(server: Program, name: string): Promise<string> {
  return name === "multiconn_server" || name === "app/server"
    ? (await server.out.until(/^Listening on .*, (\d+)\)\n/))[1]
    : await server.port();
}

const connect = (port: string): Socket<InetAddress> =>
  create_connection(["127.0.0.1", port], 60) as Socket<InetAddress>;

/** Has a socket reset its connection when it is closed. */
function resetOnClose(socket: Socket): void {
  socket.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0));
}

/** Sends a message and receives its echo. */
function echoes(client: Socket, message: string): void {
  client.sendall(utf8(message));
  let echo = "";
  while (echo.length < message.length) {
    const data = client.recv(1024);
    assert(data.length > 0, "the server closed the connection");
    echo += text(data);
  }
  assertEquals(echo, message);
}

const reset = osError(errno.ECONNRESET, "recv").message;

for (
  const [name, host, absent = false] of [
    ["echo_server", "127.0.0.1"],
    ["echo_server_dual", "127.0.0.1"],
    ["echo_server_dualstack", "", needs.ipv6],
  ] as const
) {
  Deno.test({
    ...requires(`${name} ends in order when its client resets`, absent),
    async fn() {
      await using server = ours(name, [host, "0"]);
      {
        using client = connect(await server.port());
        echoes(client, "hello");
        resetOnClose(client);
      }
      const { code, out, err } = await server.end();
      assertEquals(code, 0, err);
      assertEquals(out.split("\n").slice(1), [reset, ""]);
    },
  });
}

Deno.test("selectors_echo outlives a client that resets its connection", async () => {
  await using server = ours("selectors_echo", ["127.0.0.1", "0"]);
  const port = await server.port();
  {
    using rude = connect(port);
    echoes(rude, "hello");
    resetOnClose(rude);
  }
  await server.out.until(/^closing /m);
  using client = connect(port);
  echoes(client, "still there?");
});

Deno.test("selectors_echo outlives a client that does not read", async () => {
  await using server = ours("selectors_echo", ["127.0.0.1", "0"]);
  const port = await server.port();
  using rude = new AsyncSocket();
  rude.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096); // soon full
  await rude.connect(["127.0.0.1", Number(port)]);
  const sending = rude.sendall(new Uint8Array(1 << 26).fill(97)).then(
    () => undefined,
    (error) => error,
  );
  await server.out.until(/^closing /m);
  assert(await sending instanceof OSError);
  using client = connect(port);
  echoes(client, "still there?");
});

for (
  const [name, message, linesPerSecond] of [
    ["selectors_echo", "hello", 10],
    ["multiconn_server", "hello", 1],
    ["app/server", undefined, 1],
  ] as const
) {
  Deno.test({
    ...requires(`${name} waits for a descriptor, and is not busy`, needs.posix),
    async fn() {
      const args = ["127.0.0.1", "0"];
      await using server = ours(name, args, { maxFiles: 64 });
      const port = await portOf(server, name);
      using clients = new DisposableStack();
      const first = clients.use(connect(port));
      const begin = performance.now();
      for (let i = 0; i < 80; i++) clients.use(connect(port));
      const printed = (): string => server.out.text + server.err.text;
      const output = name === "multiconn_server" ? server.err : server.out;
      // A busy one would print as many at once.
      const some = `(Too many open files[^]*){${2 + linesPerSecond}}`;
      await output.until(new RegExp(some));
      for (let i = 0; message !== undefined && i < 20; i++) {
        echoes(first, message); // those that are connected are served
      }
      clients.dispose();
      using client = connect(port);
      if (message !== undefined) echoes(client, "one more");
      const sockname = client.getsockname()[1];
      await server.out.until(new RegExp(`from \\('127.0.0.1', ${sockname}\\)`));
      const seconds = (performance.now() - begin) / 1000;
      const lines = printed().match(/Too many open files/g)!.length;
      const most = 2 + linesPerSecond * seconds;
      assert(lines <= most, `${lines} lines in ${seconds} seconds`);
    },
  });
}

Deno.test({
  ...requires(
    "udp_server outlives a sender to whom nothing can be sent",
    unless(noRaw()),
  ),
  async fn() {
    await using server = ours("udp_server", ["127.0.0.1", "0"]);
    const port = Number(await server.port());
    // A header of UDP: from port 0, without a checksum.
    const datagram = new Uint8Array(8 + 5);
    const fields = new DataView(datagram.buffer);
    fields.setUint16(2, port);
    fields.setUint16(4, datagram.length);
    using forger = new Socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
    forger.sendto(datagram, ["127.0.0.1", 0]);
    await server.out.until(/^received 5 bytes from \('127.0.0.1', 0\)\n/);
    using client = new Socket(AF_INET, SOCK_DGRAM);
    client.settimeout(60);
    client.connect(["127.0.0.1", port]);
    echoes(client, "still there?");
  },
});

/** Why there are no raw sockets, or `undefined`. */
function noRaw(): string | undefined {
  try {
    new Socket(AF_INET, SOCK_RAW, IPPROTO_UDP).close();
  } catch (error) {
    if (error instanceof OSError) return "raw sockets";
    throw error;
  }
}

Deno.test({
  ...requires(
    "interface_watcher goes on after more changes than fit",
    namespaces,
  ),
  async fn() {
    using network = new Namespaces(1);
    const [namespace] = network.names;
    network.ip(0, "link add w0 type veth peer name w1");
    await using watcher = ours("interface_watcher", [], { namespace });
    await watcher.err.until(/Watching\n/);
    watcher.kill("SIGSTOP");
    const changes = "link set w0 up\nlink set w0 down\n".repeat(1000);
    network.run(0, "sh", "-c", `ip -batch - <<'.'\n${changes}.`);
    network.ip(0, "link delete w0");
    network.ip(0, "link add w2 type veth peer name w3");
    watcher.kill("SIGCONT");
    await watcher.out.until(/Some changes were missed.*\n[^]*w2 is down\n/);
    network.ip(0, "link delete w2");
    await watcher.out.until(/w2 is gone\n/);
  },
});

Deno.test({
  ...requires(
    "fd_receiver outlives descriptors of all kinds",
    needs.unix,
    needs.posix,
  ),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/passing`;
    await using receiver = ours("fd_receiver", [path]);
    await receiver.err.until(/Listening on/);
    using sender = new Socket(AF_UNIX, SOCK_DGRAM);
    sender.connect(path);
    const pass = (fd: number): void => {
      send_fds(sender, [new Uint8Array(1)], [fd]);
    };

    using file = Deno.openSync("/dev/null");
    const [unread, peer] = socketpair();
    using _unread = unread;
    using _peer = peer;
    unread.setblocking(false);
    try {
      for (;;) unread.send(new Uint8Array(65536));
    } catch (error) {
      if (!(error instanceof OSError)) throw error; // it is full
    }
    unread.setblocking(true);
    using unconnected = new Socket();
    pass(descriptorOf("/dev/null", file));
    pass(unread.fileno());
    pass(unconnected.fileno());
    const failed = "could not serve a client: .*\n";
    await receiver.out.until(new RegExp(`^(${failed}){3}`));

    const [passed, mine] = socketpair();
    using _passed = passed;
    using _mine = mine;
    mine.settimeout(60);
    pass(passed.fileno());
    assertEquals(text(mine.recv(100)), "Hello from the receiver\n");
    await receiver.out.until(/served \n/);
  },
});

/** The descriptor of a file that Deno has open. Linux and macOS list them by number. */
function descriptorOf(path: string, _file: Deno.FsFile): number {
  for (const { name } of Deno.readDirSync("/dev/fd")) {
    try {
      if (Deno.readLinkSync(`/dev/fd/${name}`) === path) return Number(name);
    } catch {
      // The folder's own, closed by now.
    }
  }
  throw new Error(`${path} is not open`);
}

Deno.test({
  ...requires(
    "http_server goes on once it has descriptors again",
    needs.posix,
  ),
  async fn() {
    await using server = ours("http_server", ["127.0.0.1", "0"], {
      maxFiles: 64,
    });
    const port = await server.port();
    {
      using clients = new DisposableStack();
      for (let i = 0; i < 80; i++) clients.use(connect(port));
    }
    await using client = ours("http_get", [`http://127.0.0.1:${port}/`]);
    assertEquals((await client.end()).code, 0);
  },
});

Deno.test("http_server is not held by clients that say nothing", async () => {
  await using server = ours("http_server", ["127.0.0.1", "0"]);
  const port = await server.port();
  using silent = new DisposableStack();
  const begin = performance.now();
  for (let i = 0; i < 5; i++) silent.use(connect(port));
  using halfway = connect(port);
  halfway.sendall(utf8("GET / HTTP/1.0\r\n"));
  await using client = ours("http_get", [`http://127.0.0.1:${port}/`]);
  assertEquals((await client.end()).code, 0);
  const seconds = (performance.now() - begin) / 1000;
  assert(seconds < 9, `it took ${seconds} seconds`);
  halfway.sendall(utf8("Host: a\r\n\r\n"));
  using file = halfway.makefile("r");
  assertMatch(file.read()!, /^HTTP\/1.0 200 OK\n[^]*\nHost: a\n$/);
});

Deno.test("http_server drops a client that says nothing, after ten seconds", async () => {
  await using server = ours("http_server", ["127.0.0.1", "0"]);
  using silent = new AsyncSocket();
  await silent.connect(["127.0.0.1", Number(await server.port())]);
  assertEquals(await silent.recv(1), new Uint8Array());
  await server.out.until(/^127\.0\.0\.1 has left, or takes too long\n/);
});

Deno.test("http_server takes no endless request", async () => {
  await using server = ours("http_server", ["127.0.0.1", "0"]);
  using client = new AsyncSocket();
  await client.connect(["127.0.0.1", Number(await server.port())]);
  // It is over long before all of that has been sent.
  const error = await client.sendall(new Uint8Array(1 << 26)).then(
    () => undefined,
    (error) => error,
  );
  assert(error instanceof OSError, String(error));
});

Deno.test("file_server is not held by a client that does not read", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/file`;
  Deno.writeFileSync(file, new Uint8Array(30_000_000));
  await using server = ours("file_server", [file, "127.0.0.1", "0"]);
  const port = await server.port();
  using idle = connect(port);
  assertEquals(text(idle.recv(1)), "3"); // it is being served
  const args = [`${folder.path}/copy`, "127.0.0.1", port];
  await using client = ours("file_client", args);
  assertEquals((await client.end()).code, 0);
});

Deno.test("prefork_server's workers drop clients that say nothing", async () => {
  await using server = ours("prefork_server", ["-w", "1", "127.0.0.1", "0"]);
  const port = await server.port();
  using _silent = connect(port);
  using client = new AsyncSocket();
  await client.connect(["127.0.0.1", Number(port)]);
  await client.sendall(utf8("hello"));
  assertEquals(text(await client.recv(100)), "hello");
});

Deno.test("reconnect_server drops a client that says nothing", async () => {
  await using server = ours("reconnect_server", ["127.0.0.1", "0"]);
  const port = Number(await server.port());
  using silent = new AsyncSocket();
  await silent.connect(["127.0.0.1", port]);
  using client = new AsyncSocket();
  await client.connect(["127.0.0.1", port]);
  assertEquals(text(await client.recv(100)), "Server wave");
});

Deno.test("websocket_server drops a client that does not read", async () => {
  await using server = ours("websocket_server", ["127.0.0.1", "0"]);
  const port = await server.port();
  using mute = new AsyncSocket(AF_INET);
  mute.setsockopt(SOL_SOCKET, SO_RCVBUF, 65_536);
  mute.settimeout(30);
  await mute.connect(["127.0.0.1", Number(port)]);
  await mute.sendall(utf8(
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  ));
  assertMatch(text(await mute.recv(1000)), /^HTTP\/1.1 101 /);
  const speaker = new WebSocket(`ws://127.0.0.1:${port}`);
  const message = new Uint8Array(65_000);
  const messages = 400;
  let [said, heard] = [0, 0];
  const say = () => {
    for (; said < messages && said < heard + 20; said++) speaker.send(message);
  };
  await new Promise<void>((resolve, reject) => {
    speaker.onerror = () => reject(new Error("it failed"));
    speaker.onopen = say;
    speaker.onmessage = () => {
      if (++heard === messages) resolve();
      else say();
    };
  });
  let received = 0;
  try {
    for (let data; (data = await mute.recv(1 << 20)).length > 0;) {
      received += data.length;
    }
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
  }
  assert(received < messages * message.length / 2, `${received} bytes`);
  const closed = new Promise((resolve) => speaker.onclose = resolve);
  speaker.close();
  await closed;
});
