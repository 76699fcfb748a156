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
import { parseArgs } from "node:util";
import { create_connection } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

function usage(): never {
  console.error("usage: http2_client.ts [--ca cert.pem] origin path...");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: { ca: { type: "string" } },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [text, ...paths] = args.positionals;
const origin = URL.parse(text) ?? usage();
if (paths.length === 0) usage();
const ca = args.values.ca && Deno.readTextFileSync(args.values.ca);

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
