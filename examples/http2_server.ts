/**
 * An HTTP/2 server: `node:http2` on connections of ours, within TLS if it has a certificate. It
 * runs until Ctrl-C.
 *
 *     deno run --allow-ffi --allow-read examples/http2_server.ts [options] [host] [port]
 *
 * Options are `--cert cert.pem --key key.pem`; without them clients must know that this is HTTP/2,
 * as `curl --http2-prior-knowledge` does. Host and port default to `localhost` and 8080; with port
 * 0 the system chooses one, which is printed on standard error.
 */

import * as http2 from "node:http2";
import { parseArgs } from "node:util";
import { create_server } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

function usage(): never {
  console.error(
    "usage: http2_server.ts [--cert file --key file] [host] [port]",
  );
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: {
      cert: { type: "string" },
      key: { type: "string" },
    },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [host = "localhost", port = "8080"] = args.positionals;
const { cert, key } = args.values;
if ((cert === undefined) !== (key === undefined)) usage();

const server = cert === undefined || key === undefined
  ? http2.createServer()
  : http2.createSecureServer({
    cert: Deno.readTextFileSync(cert),
    key: Deno.readTextFileSync(key),
  });
server.on("stream", (stream, headers) => {
  stream.on("error", (error) => console.error(error.message));
  stream.respond({ ":status": 200, "content-type": "text/plain" });
  stream.end(`${headers[":path"]} on stream ${stream.id}\n`);
});

await using listener = await create_server([host, Number(port)]);
console.error("Listening on", listener.getsockname());
for await (const [connection] of listener) {
  server.emit("connection", duplex(connection));
}
