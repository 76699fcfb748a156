/**
 * An HTTP/2 client: `node:http2` on a connection of ours, within TLS if the URL begins with
 * `https:`. All requests are made at the same time, over the one connection.
 *
 *     deno run --allow-ffi --allow-read examples/http2_client.ts [--ca cert.pem] origin path...
 *
 * The origin of http2_server.ts is `http://localhost:8080`. `--ca` names the certificates to trust.
 * Prints status and body of each answer.
 */

import { once } from "node:events";
import * as http2 from "node:http2";
import * as tls from "node:tls";
import { create_connection } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";
import { options, usage } from "./support/arguments.ts";

const LINE = "http2_client.ts [--ca file] origin path...";
const fail = (): never => usage(LINE, "--allow-ffi --allow-read");
const [given, [text = "", ...paths]] = options({ ca: "" }, fail);
const origin = URL.parse(text) ?? fail();
if (paths.length === 0) fail();
const ca = given.ca === undefined ? undefined : Deno.readTextFileSync(given.ca);

const { hostname } = origin;
const isSecure = origin.protocol === "https:";
const port = Number(origin.port) || (isSecure ? 443 : 80);
const stream = duplex(await create_connection([hostname, port]));

const session = http2.connect(origin, {
  createConnection: () =>
    isSecure
      ? tls.connect({
        socket: stream,
        ca,
        servername: hostname,
        ALPNProtocols: ["h2"],
      })
      : stream,
});

async function get(path: string): Promise<string> {
  const request = session.request({ ":path": path });
  const [headers] = await once(request, "response");
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return `${headers[":status"]} ${body.trimEnd()}`;
}

for (const answer of await Promise.all(paths.map(get))) console.log(answer);
session.close();
