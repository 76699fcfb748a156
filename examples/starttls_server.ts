/**
 * A mail server that takes no mail, but encrypts: STARTTLS turns a connection in mid-stream into
 * one over TLS. `node:tls` does that on the same stream on which lines were plain before. It runs
 * until Ctrl-C.
 *
 *     deno run --allow-ffi --allow-read examples/starttls_server.ts cert.pem key.pem [port]
 *
 * The port defaults to 50025; with 0 the system chooses one, which is printed on standard error.
 * For a certificate see tls_echo_server.ts. Clients are starttls_client.ts, and
 *
 *     openssl s_client -starttls smtp -connect localhost:50025 -CAfile cert.pem
 */

import { once } from "node:events";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";
import { type AsyncSocket, create_server } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

const [certFile, keyFile, port = "50025"] = Deno.args;
if (keyFile === undefined) {
  console.error("usage: starttls_server.ts cert.pem key.pem [port]");
  Deno.exit(2);
}
const cert = Deno.readTextFileSync(certFile);
const key = Deno.readTextFileSync(keyFile);

/** Reads a line, and leaves what follows it to others. `undefined` at the end. */
async function readLine(stream: Duplex): Promise<string | undefined> {
  for (let line = ""; line.length < 4096;) {
    const byte = stream.read(1);
    if (byte === null) {
      if (!stream.readable) return undefined;
      await once(stream, "readable");
    } else if (byte[0] === 10) return line.trimEnd();
    else line += String.fromCharCode(byte[0]);
  }
  throw new Error("the line is too long"); // no stranger can fill our memory
}

/** Answers commands, until the client leaves or asks for TLS. Returns whether it asked. */
async function converse(stream: Duplex, isPlain: boolean): Promise<boolean> {
  const say = (line: string): boolean => stream.write(`${line}\r\n`);
  if (isPlain) say("220 localhost ESMTP");
  for (let line; (line = await readLine(stream)) !== undefined;) {
    const [command] = line.toUpperCase().split(" ");
    if (command === "EHLO") {
      say(isPlain ? "250-localhost\r\n250 STARTTLS" : "250 localhost");
    } else if (command === "STARTTLS" && isPlain) {
      // What follows was not encrypted: whoever put it there must not speak for the client.
      if (stream.readableLength > 0) {
        throw new Error("plain text behind STARTTLS");
      }
      say("220 go ahead");
      return true;
    } else if (command === "QUIT") {
      say("221 goodbye");
      break;
    } else say(command === "NOOP" ? "250 OK" : "502 not implemented");
  }
  stream.end();
  return false;
}

async function serve(connection: AsyncSocket): Promise<void> {
  using stream = duplex(connection);
  stream.on("error", () => {}); // whoever awaits something of the stream gets it, too
  // A silent client would stay for ever.
  stream.setTimeout(60_000, () => stream.destroy(new Error("it says nothing")));
  if (!await converse(stream, true)) return;
  const secured = new tls.TLSSocket(stream, { isServer: true, cert, key });
  secured.on("error", () => {});
  await once(secured, "secure");
  await converse(secured, false);
  await once(secured, "close");
}

await using listener = await create_server(["localhost", Number(port)]);
console.error("Listening on", listener.getsockname());
for await (const [connection, address] of listener) {
  serve(connection).catch((error) => console.error(address, error.message));
}
