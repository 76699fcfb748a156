/** The examples that run Node's protocols, and clients from npm, over our sockets. */

import { assertEquals, assertMatch } from "@std/assert";
import { once } from "node:events";
import {
  AF_INET,
  IPPROTO_TCP,
  SO_BINDTODEVICE,
  SO_KEEPALIVE,
  Socket,
  SOL_SOCKET,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_USER_TIMEOUT,
} from "../../mod.ts";
import { AsyncSocket } from "../../async.ts";
import { duplex } from "../../node.ts";
import { text, utf8 } from "../support/bytes.ts";
import { makeCertificate, openssl } from "../support/certificate.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import {
  canRun,
  need,
  needs,
  requires,
  succeeds,
} from "../support/requires.ts";
import { installed, ours, Program } from "./programs.ts";
import { postgres, redis, startPostgres, startRedis } from "./servers.ts";

const curl = installed("curl");
const curl2 = need(
  "curl with HTTP/2",
  curl.isMet && canRun("sh", "-c", "curl --version | grep -q HTTP2"),
);

/** Whether a socket may be bound to a device: since Linux 5.7 without privilege. */
const device = need(
  "SO_BINDTODEVICE",
  needs.linux.isMet && succeeds(() => {
    using socket = new Socket(AF_INET);
    socket.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, utf8("lo"));
  }),
);

/** A certificate for `localhost`, which vouches for itself, and its key. */
function certificate(): Disposable & { cert: string; key: string } {
  const folder = temporaryFolder();
  makeCertificate(folder.path, "own");
  const [cert, key] = ["pem", "key"].map((end) => `${folder.path}/own.${end}`);
  return { cert, key, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Runs a program to its end, which must be a good one. Returns its output. */
async function output(program: Program): Promise<string> {
  await using _ = program;
  const { code, out, err } = await program.end();
  // What Deno says when it fetches a package for the first time is not the program's.
  const errors = err.replaceAll(/^Download .*\n/gm, "");
  assertEquals([code, errors], [0, ""], out);
  return out;
}

/** The output of an example. */
const ran = (name: string, ...args: string[]): Promise<string> =>
  output(ours(name, args));

const curled = (...args: string[]): Promise<string> =>
  output(new Program(["curl", "--silent", "--show-error", ...args]));

const processes = (answers: string): Set<string> =>
  new Set([...answers.matchAll(/by process (\d+)/g)].map(([, pid]) => pid));

Deno.test({
  ...requires(
    "web_server.ts is there twice, with SO_REUSEPORT",
    curl,
    needs.linux,
  ),
  async fn() {
    await using one = ours("web_server", ["127.0.0.1", "0"]);
    const port = await one.port();
    await using two = ours("web_server", ["127.0.0.1", port]);
    assertEquals(await two.port(), port);
    const served = new Set<string>();
    while (served.size < 2) {
      const answer = await curled(`http://127.0.0.1:${port}/`);
      assertMatch(answer, /^\/ by process \d+\n$/);
      served.add([...processes(answer)][0]);
    }
  },
});

Deno.test({
  ...requires(
    "web_get.ts keeps its connection, by a device if it is told to",
    device,
  ),
  async fn() {
    await using server = ours("web_server", ["localhost", "0"]);
    const port = await server.port();
    const urls = ["a", "b", "c"].map((path) =>
      `http://localhost:${port}/${path}`
    );
    for (const options of [[], ["--interface", "lo"]]) {
      const answers = await ran("web_get", ...options, ...urls);
      assertEquals(processes(answers).size, 1);
      assertEquals(
        answers.replaceAll(/\d+$/gm, "N"),
        "200 /a by process N\n200 /b by process N\n200 /c by process N\n" +
          "1 connection\n",
      );
    }
  },
});

Deno.test({
  ...requires(
    "web_server.ts and web_get.ts speak HTTPS, also with curl",
    openssl,
    curl,
  ),
  async fn() {
    using pem = certificate();
    const own = ["--cert", pem.cert, "--key", pem.key];
    await using server = ours("web_server", [...own, "localhost", "0"]);
    const origin = `https://localhost:${await server.port()}`;
    assertMatch(
      await curled("--cacert", pem.cert, `${origin}/a`, `${origin}/b`),
      /^\/a by process \d+\n\/b by process \d+\n$/,
    );
    assertMatch(
      await ran("web_get", "--ca", pem.cert, `${origin}/c`, `${origin}/d`),
      /^200 \/c by process \d+\n200 \/d by process \d+\n1 connection\n$/,
    );
    // A certificate that nobody vouches for is refused.
    await using distrustful = ours("web_get", [`${origin}/e`]);
    const { code, err } = await distrustful.end();
    assertEquals(code, 1);
    assertMatch(err, /certificate|issuer/i);
  },
});

Deno.test({
  ...requires(
    "web_server.ts knows the user at the end of a Unix socket",
    needs.linux,
  ),
  async fn() {
    using folder = temporaryFolder();
    const name = crypto.randomUUID();
    for (const path of [`${folder.path}/socket`, `@${name}`]) {
      await using server = ours("web_server", ["--unix", path]);
      await server.err.until(/Listening on .*\n/);
      assertEquals(
        (await ran("web_get", "--unix", path, "http://host/x"))
          .replace(/process \d+/, "process N"),
        `200 /x by process N for user ${Deno.uid()}\n1 connection\n`,
      );
      if (!curl.isMet || path.startsWith("@")) continue;
      assertMatch(
        await curled("--unix-socket", path, "http://host/y"),
        new RegExp(`^/y by process \\d+ for user ${Deno.uid()}\n$`),
      );
    }
  },
});

Deno.test({
  ...requires(
    "web_server.ts serves a listener that it inherits",
    installed("bash"),
    curl,
  ),
  async fn() {
    using listener = new Socket();
    listener.bind(["127.0.0.1", 0]);
    listener.listen();
    listener.set_inheritable(true);
    const fd = listener.fileno();
    const script = `LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&${fd} ${fd}<&-`;
    await using server = new Program([
      ...["bash", "-c", script, "bash", Deno.execPath(), "run", "--no-prompt"],
      ...["--allow-ffi", "--allow-read", "--allow-env"],
      beside("../examples/web_server.ts"),
    ]);
    const [, port] = listener.getsockname();
    assertEquals(await server.port(), String(port));
    const answer = await curled(`http://127.0.0.1:${port}/here`);
    assertMatch(answer, /^\/here by process \d+\n$/);
  },
});

const CONVERSATION = `220 localhost ESMTP
250-localhost
250 STARTTLS
220 go ahead
(TLSv1.3 from here on)
250 localhost
221 goodbye
`;

Deno.test({
  ...requires("starttls_client.ts and starttls_server.ts turn to TLS", openssl),
  async fn() {
    using pem = certificate();
    await using server = ours("starttls_server", [pem.cert, pem.key, "0"]);
    const port = await server.port();
    for (let i = 0; i < 2; i++) {
      assertEquals(
        await ran("starttls_client", pem.cert, "localhost", port),
        CONVERSATION,
      );
    }
  },
});

Deno.test({
  ...requires(
    "starttls_server.ts serves Python's and openssl's clients",
    openssl,
    needs.python,
  ),
  async fn() {
    using pem = certificate();
    await using server = ours("starttls_server", [pem.cert, pem.key, "0"]);
    const port = await server.port();
    const client = `
import smtplib, ssl, sys
client = smtplib.SMTP("localhost", int(sys.argv[1]))
context = ssl.create_default_context(cafile=sys.argv[2])
print(client.ehlo()[0], client.starttls(context=context)[0], client.sock.version())
print(client.noop()[0], client.quit()[0])
`;
    assertEquals(
      await output(new Program(["python3", "-c", client, port, pem.cert])),
      "250 220 TLSv1.3\n250 221\n",
    );
    const command =
      "openssl s_client -starttls smtp -quiet -verify_return_error"
        .split(" ");
    const arguments_ = ["-connect", `localhost:${port}`, "-CAfile", pem.cert];
    await using program = new Program([...command, ...arguments_], {
      input: "QUIT\n",
    });
    await program.out.until(/221 goodbye/);
  },
});

Deno.test({
  ...requires(
    "starttls_client.ts speaks to Python's server",
    openssl,
    needs.python,
  ),
  async fn() {
    using pem = certificate();
    const script = `
import asyncio, ssl, sys
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(sys.argv[1], sys.argv[2])
async def serve(reader, writer):
    writer.write(b"220 hi\\r\\n")
    while line := await reader.readline():
        command = line.strip().upper()
        if command == b"STARTTLS":
            writer.write(b"220 go\\r\\n")
            await writer.start_tls(context)
        else:
            writer.write(b"250 " + command + b"\\r\\n")
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()
asyncio.run(main())
`;
    await using server = new Program([
      ...["python3", "-c", script, pem.cert, pem.key],
    ]);
    const [port] = await server.out.until(/\d+/);
    assertEquals(
      await ran("starttls_client", pem.cert, "localhost", port),
      "220 hi\n250 EHLO CLIENT\n220 go\n(TLSv1.3 from here on)\n" +
        "250 EHLO CLIENT\n250 QUIT\n",
    );
  },
});

Deno.test({
  ...requires(
    "starttls_server.ts refuses what is slipped in behind STARTTLS",
    openssl,
  ),
  async fn() {
    using pem = certificate();
    await using server = ours("starttls_server", [pem.cert, pem.key, "0"]);
    const port = Number(await server.port());
    using client = new Socket();
    client.settimeout(60);
    client.connect(["127.0.0.1", port]);
    client.sendall(utf8("STARTTLS\r\nNOOP\r\n"));
    let said = "";
    for (let data; (data = client.recv(1000)).length > 0;) said += text(data);
    assertEquals(said, "220 localhost ESMTP\r\n");
    await server.err.until(/plain text behind STARTTLS/);
  },
});

Deno.test("websocket_client.ts hears what is said at websocket_server.ts", async () => {
  await using server = ours("websocket_server", ["localhost", "0"]);
  const port = await server.port();
  await using client = ours("websocket_client", ["localhost", port], {
    input: "one\ntwo\n",
  });
  assertEquals((await client.end()).out, "one\ntwo\n");
});

Deno.test("websocket_server.ts serves Deno's own client", async () => {
  await using server = ours("websocket_server", ["127.0.0.1", "0"]);
  const client = new WebSocket(`ws://127.0.0.1:${await server.port()}`);
  const heard = Promise.withResolvers<string>();
  client.onerror = () => heard.reject(new Error("it failed"));
  client.onopen = () => client.send("€".repeat(10_000));
  client.onmessage = ({ data }) => heard.resolve(data);
  assertEquals(await heard.promise, "€".repeat(10_000));
  const closed = new Promise((resolve) => client.onclose = resolve);
  client.close();
  await closed;
});

Deno.test({
  ...requires(
    "http2_client.ts asks http2_server.ts, within TLS and without",
    openssl,
  ),
  async fn() {
    using pem = certificate();
    const expected = "200 /a on stream 1\n200 /b on stream 3\n";
    {
      await using server = ours("http2_server", ["localhost", "0"]);
      const origin = `http://localhost:${await server.port()}`;
      assertEquals(await ran("http2_client", origin, "/a", "/b"), expected);
      if (curl2.isMet) {
        assertEquals(
          await curled("--http2-prior-knowledge", `${origin}/c`),
          "/c on stream 1\n",
        );
      }
    }
    const own = ["--cert", pem.cert, "--key", pem.key];
    await using server = ours("http2_server", [...own, "localhost", "0"]);
    const origin = `https://localhost:${await server.port()}`;
    assertEquals(
      await ran("http2_client", "--ca", pem.cert, origin, "/a", "/b"),
      expected,
    );
    if (curl2.isMet) {
      assertEquals(
        await curled("--http2", "--cacert", pem.cert, `${origin}/c`),
        "/c on stream 1\n",
      );
    }
  },
});

Deno.test({
  ...requires(
    "a socket with options keeps them, also as a client sets its own",
    device,
  ),
  async fn() {
    using listener = new Socket();
    listener.bind(["127.0.0.1", 0]);
    listener.listen();
    using socket = new AsyncSocket(AF_INET);
    socket.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1);
    socket.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 15);
    socket.setsockopt(IPPROTO_TCP, TCP_KEEPINTVL, 5);
    socket.setsockopt(IPPROTO_TCP, TCP_KEEPCNT, 3);
    socket.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, 30_000);
    socket.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, utf8("lo"));
    using stream = duplex(socket);
    stream.connect(listener.getsockname()[1], "127.0.0.1");
    await once(stream, "connect");
    stream.setNoDelay(true).setKeepAlive(true, 0); // as ioredis and pg do
    const option = (level: number, name: number): number =>
      socket.getsockopt(level, name);
    assertEquals(option(SOL_SOCKET, SO_KEEPALIVE), 1);
    assertEquals(option(IPPROTO_TCP, TCP_KEEPIDLE), 15);
    assertEquals(option(IPPROTO_TCP, TCP_KEEPINTVL), 5);
    assertEquals(option(IPPROTO_TCP, TCP_KEEPCNT), 3);
    assertEquals(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 30_000);
    const name = socket.getsockopt(SOL_SOCKET, SO_BINDTODEVICE, 16);
    assertEquals(text(name.subarray(0, 2)), "lo");
  },
});

Deno.test({
  ...requires("redis.ts counts at a real server", device, redis),
  async fn() {
    await using server = await startRedis();
    const { port } = server;
    assertEquals(await ran("redis", "127.0.0.1", port), "run 1\n");
    assertEquals(
      await ran("redis", "--interface", "lo", "127.0.0.1", port),
      "run 2\n",
    );
  },
});

Deno.test({
  ...requires("redis.ts and postgres.ts say that nobody listens", needs.linux),
  async fn() {
    using unheard = new Socket();
    unheard.bind(["127.0.0.1", 0]);
    const port = String(unheard.getsockname()[1]);
    const url = `postgres://test@127.0.0.1:${port}/postgres`;
    for (
      const [name, args] of [
        ["redis", ["127.0.0.1", port]],
        ["postgres", [url]],
      ] as const
    ) {
      await using program = ours(name, args);
      const { code, err } = await program.end();
      assertEquals(code, 1);
      assertMatch(err, /Connection refused/);
    }
  },
});

Deno.test({
  ...requires("postgres.ts queries a real server", device, ...postgres),
  async fn() {
    await using server = await startPostgres();
    const url = `postgres://test@127.0.0.1:${server.port}/postgres`;
    for (const options of [[], ["--interface", "lo"]]) {
      assertMatch(
        await ran("postgres", ...options, url),
        /^PostgreSQL \d+[^\n]*\n3 connections\n$/,
      );
    }
  },
});

Deno.test({
  ...requires(
    "adopt_node_socket.ts sets an option of Node's socket",
    needs.linux,
  ),
  async fn() {
    await using program = ours("adopt_node_socket", []);
    const { code, out } = await program.end();
    assertEquals(code, 0);
    assertMatch(
      out,
      /^before: 0\nafter: 30000\nechoed: hello\nround-trip time: \d+ µs\n$/,
    );
  },
});
