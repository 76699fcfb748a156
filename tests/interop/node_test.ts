/** Node itself at the other end of a `duplex()`. */

import { assert, assertEquals } from "@std/assert";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import * as http2 from "node:http2";
import * as https from "node:https";
import { text } from "node:stream/consumers";
import * as tls from "node:tls";
import * as socket from "../../async.ts";
import { duplex } from "../../node.ts";
import { makeCertificate, openssl } from "../support/certificate.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { Peer } from "../support/peer.ts";
import { canRun, need, requires } from "../support/requires.ts";

const node = need("node", canRun("node"));

function start(...args: string[]): Peer {
  return Peer.start("node", [beside("interop/node_peer.mjs"), ...args]);
}

const connect = async (peer: Peer): Promise<socket.AsyncSocket> => {
  const made = new socket.AsyncSocket();
  await made.connect(["127.0.0.1", Number(await peer.line())]);
  return made;
};

Deno.test({
  ...requires("Node's TLS echoes megabytes to a client of ours", node, openssl),
  async fn() {
    using folder = temporaryFolder();
    makeCertificate(folder.path, "own");
    const [pem, key] = ["pem", "key"].map((end) => `${folder.path}/own.${end}`);
    await using peer = start("tls-echo", pem, key);
    using stream = duplex(await connect(peer));
    const client = tls.connect({
      socket: stream,
      ca: Deno.readTextFileSync(pem),
      servername: "localhost",
    });
    const data = randomBytes(3 << 20);
    client.end(data);
    const hash = createHash("sha256");
    client.on("data", (chunk) => hash.update(chunk));
    await once(client, "end");
    assertEquals(
      hash.digest("hex"),
      createHash("sha256").update(data).digest("hex"),
    );
  },
});

Deno.test({
  ...requires("Node sees our half-close, and we see its", node),
  async fn() {
    await using peer = start("ends");
    using stream = duplex(await connect(peer));
    stream.end("hello");
    assertEquals(await peer.line(), "hello");
    assertEquals(await peer.line(), "end");
    await peer.write("end\n");
    assertEquals(await text(stream), "last");
    assertEquals(await peer.line(), "close");
  },
});

Deno.test({
  ...requires("Node sees our reset, and we see its", node),
  async fn() {
    {
      await using peer = start("ends");
      using stream = duplex(await connect(peer));
      stream.write("hello");
      assertEquals(await peer.line(), "hello");
      stream.resetAndDestroy();
      assertEquals(await peer.line(), "ECONNRESET");
    }
    {
      await using peer = start("ends");
      using stream = duplex(await connect(peer));
      stream.write("hello");
      assertEquals(await peer.line(), "hello");
      const failure = once(stream, "error");
      await peer.write("reset\n");
      assertEquals((await failure)[0].code, "ECONNRESET");
    }
  },
});

Deno.test({
  ...requires("Node's clients of HTTPS and HTTP/2 are served", node, openssl),
  async fn() {
    using folder = temporaryFolder();
    makeCertificate(folder.path, "own");
    const pem = `${folder.path}/own.pem`;
    const options = {
      cert: Deno.readTextFileSync(pem),
      key: Deno.readTextFileSync(`${folder.path}/own.key`),
    };
    for (
      const [what, server, expected] of [
        [
          "https",
          https.createServer(options, (request, response) => {
            response.end(`ours: ${request.url}`);
          }),
          "200 ours: /1 false\n200 ours: /2 true\n",
        ],
        [
          "http2",
          http2.createSecureServer(options, (request, response) => {
            response.end(`ours: ${request.url}`);
          }),
          "200 ours: /1\n200 ours: /2\n",
        ],
      ] as const
    ) {
      // Deno's server closes each connection after one answer, unless it listens.
      Object.defineProperty(server, "listening", { value: true });
      using listener = await socket.create_server(["127.0.0.1", 0]);
      const port = String(listener.getsockname()[1]);
      await using peer = start(what, port, pem);
      const [connection] = await listener.accept();
      using stream = duplex(connection);
      server.emit("connection", stream);
      assertEquals(await peer.rest(), expected);
      if (!stream.closed) {
        await new Promise((resolve) => stream.once("close", resolve));
      }
      assert(connection.fileno() < 0);
    }
  },
});

Deno.test({
  ...requires("Node's server of HTTP/2 answers a client of ours", node),
  async fn() {
    await using peer = start("http2-server");
    using stream = duplex(await connect(peer));
    const session = http2.connect("http://localhost", {
      createConnection: () => stream,
    });
    const body = await text(session.request({ ":path": "/ours" }));
    assertEquals(body, "node answers /ours");
    session.close();
    await once(session, "close");
  },
});
