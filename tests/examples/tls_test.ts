/** The TLS examples, with a real certificate. */

import { assertEquals, assertMatch } from "@std/assert";
import { text } from "../support/bytes.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { makeCertificate, openssl } from "../support/certificate.ts";
import { requires } from "../support/requires.ts";
import { Peer } from "../support/peer.ts";

const example = (name: string): string => beside(`../examples/${name}`);

/** Starts the server. Its port comes from standard error, which is redirected to its output. */
async function serve(folder: string): Promise<[server: Peer, port: string]> {
  const server = Peer.start("sh", [
    "-c",
    'exec "$@" 2>&1',
    "sh",
    Deno.execPath(),
    "run",
    "--no-prompt",
    "--allow-ffi",
    "--allow-read",
    example("tls_echo_server.ts"),
    `${folder}/own.pem`,
    `${folder}/own.key`,
    "0",
  ]);
  const line = await server.line();
  return [server, /(\d+) \]/.exec(line)![1]];
}

async function ask(ca: string, port: string): Promise<Deno.CommandOutput> {
  return await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-ffi",
      "--allow-read",
      example("tls_echo_client.ts"),
      ca,
      port,
    ],
    env: { NO_COLOR: "1" },
  }).output();
}

Deno.test({
  ...requires("node:tls speaks TLS over AsyncSocket, both sides", openssl),
  async fn() {
    using folder = temporaryFolder();
    makeCertificate(folder.path, "own");
    makeCertificate(folder.path, "other");
    const [server, port] = await serve(folder.path);
    await using _ = server;
    for (let i = 0; i < 2; i++) {
      const { code, stdout } = await ask(`${folder.path}/own.pem`, port);
      assertEquals(code, 0);
      assertMatch(
        text(stdout),
        /^Received "Hello, world" by TLSv1\.3\n$/,
      );
    }
    // A certificate of another authority is not trusted.
    const { code, stderr } = await ask(`${folder.path}/other.pem`, port);
    assertEquals(code, 1);
    assertMatch(text(stderr), /certificate|Issuer/i);
  },
});

Deno.test({
  ...requires("openssl's own client is served", openssl),
  async fn() {
    using folder = temporaryFolder();
    makeCertificate(folder.path, "own");
    const [server, port] = await serve(folder.path);
    await using _ = server;
    await using client = Peer.start("openssl", [
      "s_client",
      "-quiet",
      "-verify_return_error",
      "-CAfile",
      `${folder.path}/own.pem`,
      "-servername",
      "localhost",
      "-connect",
      `localhost:${port}`,
    ]);
    await client.write("through openssl\n");
    assertEquals(await client.line(), "through openssl");
  },
});
