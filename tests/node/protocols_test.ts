/** Node's protocols over `duplex()`: TLS, HTTPS, HTTP/2. Their connections leave nothing. */

import { assertEquals } from "@std/assert";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import * as tls from "node:tls";
import * as socket from "../../async.ts";
import { duplex } from "../../node.ts";
import { encodeLinger } from "../../socket/structures/options.ts";
import { utf8 } from "../support/bytes.ts";
import { makeCertificate, openssl } from "../support/certificate.ts";
import { descriptorsTo, targetOf } from "../support/descriptors.ts";
import { temporaryFolder } from "../support/files.ts";
import { asyncSocketPair, asyncTcpPair } from "../support/pairs.ts";
import { type Need, requires } from "../support/requires.ts";

/** A certificate and its key. */
interface Pem {
  cert: string;
  key: string;
}

function selfSigned(): Pem {
  using folder = temporaryFolder();
  makeCertificate(folder.path, "own");
  return {
    cert: Deno.readTextFileSync(`${folder.path}/own.pem`),
    key: Deno.readTextFileSync(`${folder.path}/own.key`),
  };
}

const secure = (stream: Duplex, { cert }: Pem): tls.TLSSocket =>
  tls.connect({ socket: stream, ca: cert, servername: "localhost" });

const digest = (data: Uint8Array): string =>
  createHash("sha256").update(data).digest("hex");

/**
 * Sends data by TLS to a server that echoes, and compares what comes back. Both read at once
 * whatever comes: Deno's TLS may lose the end of a stream whose reader is slow.
 */
async function echoed(pem: Pem, size: number): Promise<string[]> {
  using pair = await asyncTcpPair();
  const targets = [pair.a, pair.b].map((s) => targetOf(s.fileno()) ?? "");
  using near = duplex(pair.a);
  using far = duplex(pair.b);
  const server = new tls.TLSSocket(far, { isServer: true, ...pem });
  server.on("data", (chunk) => server.write(chunk));
  const client = secure(near, pem);
  const data = randomBytes(size);
  client.end(data);
  const hash = createHash("sha256");
  client.on("data", (chunk) => hash.update(chunk));
  await once(client, "end");
  assertEquals(hash.digest("hex"), digest(data));
  assertEquals(client.authorized, true);
  return targets;
}

Deno.test({
  ...requires("TLS carries megabytes both ways, and its end", openssl),
  async fn() {
    await echoed(selfSigned(), (8 << 20) + 7);
  },
});

Deno.test({
  ...requires("TLS carries a megabyte over fifty connections at once", openssl),
  async fn() {
    const pem = selfSigned();
    const all = Array.from({ length: 50 }, (_, i) => echoed(pem, 1 << 20 | i));
    const targets = (await Promise.all(all)).flat();
    assertEquals(descriptorsTo((target) => targets.includes(target)), []);
  },
});

for (const when of ["before", "after"]) {
  Deno.test({
    ...requires(
      `what speaks no TLS is an error at both ends, and closes: it came ${when} the stream was made`,
      openssl,
    ),
    async fn() {
      const pem = selfSigned();
      using pair = asyncSocketPair();
      const send = () => pair.b.sendall(utf8("GET / HTTP/1.1\r\n\r\n"));
      if (when === "before") await send();
      using stream = duplex(pair.a);
      const server = new tls.TLSSocket(stream, { isServer: true, ...pem });
      const failure = once(server, "error");
      if (when === "after") await send();
      const [{ code }] = await failure;
      assertEquals(code.startsWith("ERR_SSL"), true, code);
      if (!stream.closed) await once(stream, "close");
      assertEquals(pair.a.fileno(), -1);
    },
  });
}

Deno.test({
  ...requires("a TLS connection that is reset is an error there, too", openssl),
  async fn() {
    const pem = selfSigned();
    using pair = await asyncTcpPair();
    using near = duplex(pair.a);
    using far = duplex(pair.b);
    const server = new tls.TLSSocket(far, { isServer: true, ...pem });
    server.on("error", () => {});
    const client = secure(near, pem);
    await once(client, "secureConnect");
    const failure = once(client, "error");
    far.resetAndDestroy();
    const [{ code }] = await failure;
    assertEquals(code, "ECONNRESET");
    assertEquals(pair.a.fileno(), -1);
  },
});

/** The kinds of servers, and a request to each over a connection. */
const kinds: Record<string, {
  needs: Need | false;
  server(pem: Pem): NodeJS.EventEmitter;
  get(stream: Duplex, pem: Pem): Promise<string>;
}> = {
  http: {
    needs: false,
    server: () => http.createServer(answer),
    get: (stream) => got(http.get({ createConnection: () => stream })),
  },
  https: {
    needs: openssl,
    server: (pem) => https.createServer(pem, answer),
    get: (stream, pem) =>
      got(https.get({ createConnection: () => secure(stream, pem) })),
  },
  http2: {
    needs: false,
    server: () => http2.createServer(answer2),
    get: (stream) =>
      got2(http2.connect("http://localhost", {
        createConnection: () => stream,
      })),
  },
  "http2 within TLS": {
    needs: openssl,
    server: (pem) => http2.createSecureServer(pem, answer2),
    get: (stream, { cert }) =>
      got2(http2.connect("https://localhost", {
        createConnection: () =>
          tls.connect({
            socket: stream,
            ca: cert,
            servername: "localhost",
            ALPNProtocols: ["h2"],
          }),
      })),
  },
};

const BODY = "body".repeat(100_000);

function answer(_: http.IncomingMessage, to: http.ServerResponse): void {
  to.end(BODY);
}

function answer2(_: http2.Http2ServerRequest, to: http2.Http2ServerResponse) {
  to.end(BODY);
}

async function got(request: http.ClientRequest): Promise<string> {
  const [response] = await once(request, "response");
  return await text(response);
}

async function got2(session: http2.ClientHttp2Session): Promise<string> {
  const body = await text(session.request({ ":path": "/" }));
  session.close();
  return body;
}

for (const [name, { needs, server, get }] of Object.entries(kinds)) {
  Deno.test({
    ...requires(`a server of ${name} answers, and loses every client`, needs),
    async fn() {
      const pem = needs === false ? { cert: "", key: "" } : selfSigned();
      const serving = server(pem);
      for (const event of ["sessionError", "tlsClientError", "clientError"]) {
        serving.on(event, () => {});
      }
      const accept = async () => {
        const pair = await asyncTcpPair();
        const stream = duplex(pair.b);
        const closed = new Promise((resolve) => stream.once("close", resolve));
        serving.emit("connection", stream);
        return { ...pair, closed };
      };
      {
        const { a, closed } = await accept();
        using near = duplex(a);
        assertEquals(await get(near, pem), BODY);
        near.destroy();
        await closed;
      }
      {
        const { a, closed } = await accept(); // leaves without a word
        a.close();
        await closed;
      }
      {
        const { a, closed } = await accept(); // ends, and waits
        a.shutdown(socket.SHUT_WR);
        await closed;
        a.close();
      }
      {
        const { a, closed } = await accept();
        const { SO_LINGER, SOL_SOCKET } = socket;
        a.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0));
        a.close();
        await closed;
      }
    },
  });
}
