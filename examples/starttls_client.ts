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
import { portArgument, usage } from "./support/arguments.ts";
import { LineReader } from "./support/lines.ts";

const LINE = "starttls_client.ts cert.pem [host] [port]";
const [caFile, host = "localhost", port = "50025", ...rest] = Deno.args;
if (caFile === undefined || rest.length > 0) {
  usage(LINE, "--allow-ffi --allow-read");
}
const number = portArgument(LINE, port);
const ca = Deno.readTextFileSync(caFile);

/** One side of the conversation: says a line, and prints the answer. */
class Conversation {
  readonly #stream: Duplex;
  readonly #reader: LineReader;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#reader = new LineReader(stream);
  }

  /** Says a line. */
  async say(line: string): Promise<void> {
    this.#stream.write(`${line}\r\n`);
    await this.hear();
  }

  /** Prints the answer, which has several lines if a hyphen follows its number. */
  async hear(): Promise<void> {
    for (let more = true; more;) {
      const line = await this.#reader.line();
      if (line === undefined) throw new Error("the server left");
      console.log(line);
      if (!/^[123]/.test(line)) throw new Error("the server refuses");
      more = line[3] === "-";
    }
  }

  /** Throws if the server has said more than was printed. */
  expectSilence(): void {
    if (this.#reader.hasMore) throw new Error("plain text behind STARTTLS");
  }
}

using stream = duplex(await create_connection([host, number]));
const plain = new Conversation(stream);
await plain.hear();
await plain.say("EHLO client");
await plain.say("STARTTLS");
plain.expectSilence();

const secured = tls.connect({ socket: stream, ca, servername: host });
await once(secured, "secureConnect");
console.log(`(${secured.getProtocol()} from here on)`);
const hidden = new Conversation(secured);
await hidden.say("EHLO client");
await hidden.say("QUIT");
secured.end();
