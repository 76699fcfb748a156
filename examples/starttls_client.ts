/**
 * A client for starttls_server.ts, or for any other mail server: it begins in plain text, asks for
 * TLS, and goes on over the same connection.
 *
 *     deno run --allow-ffi --allow-read examples/starttls_client.ts cert.pem [host] [port]
 *
 * The file holds the certificates to trust. Host and port default to `localhost` and 50025. Prints
 * what the server says.
 */

import { once } from "node:events";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";
import { create_connection } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

const [caFile, host = "localhost", port = "50025"] = Deno.args;
if (caFile === undefined) {
  console.error("usage: starttls_client.ts cert.pem [host] [port]");
  Deno.exit(2);
}
const ca = Deno.readTextFileSync(caFile);

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

/** Prints an answer, which has several lines if a hyphen follows its number. */
async function hear(stream: Duplex): Promise<void> {
  for (let more = true; more;) {
    const line = await readLine(stream);
    if (line === undefined) throw new Error("the server left");
    console.log(line);
    if (!/^[123]/.test(line)) throw new Error("the server refuses");
    more = line[3] === "-";
  }
}

/** Says a line, and prints the answer. */
async function say(stream: Duplex, line: string): Promise<void> {
  stream.write(`${line}\r\n`);
  await hear(stream);
}

using stream = duplex(await create_connection([host, Number(port)]));
await hear(stream);
await say(stream, "EHLO client");
await say(stream, "STARTTLS");
// What follows was not encrypted: whoever put it there must not speak for the server.
if (stream.readableLength > 0) throw new Error("plain text behind STARTTLS");

const secured = tls.connect({ socket: stream, ca, servername: host });
await once(secured, "secureConnect");
console.log(`(${secured.getProtocol()} from here on)`);
await say(secured, "EHLO client");
await say(secured, "QUIT");
secured.end();
